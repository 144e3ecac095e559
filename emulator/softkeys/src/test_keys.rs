//! The RSA keys of the seeded platform and of test roots: fixed sets, known to everybody (`test-keys/README.md`).

use std::sync::OnceLock;

use authenticator::platform::CryptoError;

use crate::key::RsaKey;

/// How many there are.
pub(crate) const COUNT: usize = 16;

/// PKCS #8, DER.
const FILES: [&[u8]; COUNT] = [
    include_bytes!("../test-keys/rsa-2048-00.der"),
    include_bytes!("../test-keys/rsa-2048-01.der"),
    include_bytes!("../test-keys/rsa-2048-02.der"),
    include_bytes!("../test-keys/rsa-2048-03.der"),
    include_bytes!("../test-keys/rsa-2048-04.der"),
    include_bytes!("../test-keys/rsa-2048-05.der"),
    include_bytes!("../test-keys/rsa-2048-06.der"),
    include_bytes!("../test-keys/rsa-2048-07.der"),
    include_bytes!("../test-keys/rsa-2048-08.der"),
    include_bytes!("../test-keys/rsa-2048-09.der"),
    include_bytes!("../test-keys/rsa-2048-10.der"),
    include_bytes!("../test-keys/rsa-2048-11.der"),
    include_bytes!("../test-keys/rsa-2048-12.der"),
    include_bytes!("../test-keys/rsa-2048-13.der"),
    include_bytes!("../test-keys/rsa-2048-14.der"),
    include_bytes!("../test-keys/rsa-2048-15.der"),
];

/// Each is read once: that checks it, which takes longer than a signature.
static KEYS: [OnceLock<RsaKey>; COUNT] = [const { OnceLock::new() }; COUNT];

/// How many there are for attestation.
const ATTESTATION_COUNT: usize = 4;

/// The attestation keys of models whose key is RSA: none of the credentials' above, PKCS #8, DER.
const ATTESTATION: [&[u8]; ATTESTATION_COUNT] = [
    include_bytes!("../test-keys/aik-rsa-2048-00.der"),
    include_bytes!("../test-keys/aik-rsa-2048-01.der"),
    include_bytes!("../test-keys/aik-rsa-2048-02.der"),
    include_bytes!("../test-keys/aik-rsa-2048-03.der"),
];

/// The attestation key at that place, PKCS #8, DER; places go round.
pub(crate) fn attestation(place: u8) -> &'static [u8] {
    ATTESTATION[usize::from(place) % ATTESTATION_COUNT]
}

/// The key at that place; places go round.
pub(crate) fn rsa(place: usize) -> Result<RsaKey, CryptoError> {
    let place = place % COUNT;
    let (Some(slot), Some(der)) = (KEYS.get(place), FILES.get(place)) else {
        return Err(CryptoError::Failed);
    };
    if let Some(key) = slot.get() {
        return Ok(key.clone());
    }
    let key = RsaKey::from_pkcs8(der)?;
    Ok(slot.get_or_init(|| key).clone())
}
