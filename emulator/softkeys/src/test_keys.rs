//! The RSA keys of the seeded platform: a fixed set, known to everybody (`test-keys/README.md`).

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
