//! What a TPM says, made wrong and signed again by its key (WebAuthn L3, [section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation)).

use ciborium::Value as Cbor;
use plan::tamper::TpmEdit;
use sha2::{Digest, Sha256};
use wire::tpm::{AlgId, Attest, Attested, GENERATED, Key, PublicArea};

use super::response::with_member;
use crate::stage::Broken;

/// What is put into `certInfo` in place of what was there.
#[derive(Default)]
struct Change<'n> {
    extra_data: Option<&'n [u8]>,
    name: Option<&'n [u8]>,
    magic: Option<u32>,
}

/// The statement for other data: `digest` is that of authenticator data and client data hash.
pub(super) fn certify(
    statement: &[u8],
    digest: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Broken>,
) -> Result<Vec<u8>, Broken> {
    with_info(statement, &Change { extra_data: Some(digest), ..Change::default() }, sign)
}

/// The statement with one thing wrong about it.
pub(super) fn lie(
    statement: &[u8],
    edit: TpmEdit,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Broken>,
) -> Result<Vec<u8>, Broken> {
    let change = Change::default();
    match edit {
        TpmEdit::ExtraData => with_info(statement, &Change { extra_data: Some(&[0x5a; 32]), ..change }, sign),
        TpmEdit::Magic => with_info(statement, &Change { magic: Some(!GENERATED), ..change }, sign),
        TpmEdit::Name => with_info(statement, &Change { name: Some(&name(b"another key")), ..change }, sign),
        TpmEdit::PublicArea => {
            let mut area = Vec::new();
            let statement = with_member(statement, "pubArea", |old| {
                area = another_key(&old.into_bytes().ok()?)?;
                Some(Cbor::Bytes(area.clone()))
            })?;
            with_info(&statement, &Change { name: Some(&name(&area)), ..change }, sign)
        }
    }
}

/// The statement with the changed `certInfo`, and the signature over that.
fn with_info(
    statement: &[u8],
    change: &Change<'_>,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Broken>,
) -> Result<Vec<u8>, Broken> {
    let mut info = Vec::new();
    let with_info = with_member(statement, "certInfo", |old| {
        let old = old.into_bytes().ok()?;
        let mut attest = Attest::decode(&old).ok()?;
        attest.extra_data = change.extra_data.unwrap_or(attest.extra_data);
        attest.magic = change.magic.unwrap_or(attest.magic);
        if let (Attested::Certify { name, .. }, Some(other)) = (&mut attest.attested, change.name) {
            *name = other;
        }
        info = vec![0; old.len() + ROOM];
        let length = attest.encode(&mut info).ok()?;
        info.truncate(length);
        Some(Cbor::Bytes(info.clone()))
    })?;
    let signature = sign(&info)?;
    with_member(&with_info, "sig", |_| Some(Cbor::Bytes(signature)))
}

/// The same area with one bit of the key turned: no key that anybody has.
fn another_key(area: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; area.len()];
    let mut area = PublicArea::decode(area).ok()?;
    let (Key::Rsa { modulus: part, .. } | Key::Ecc { x: part, .. }) = &mut area.key;
    let mut turned = part.to_vec();
    *turned.get_mut(16)? ^= 1;
    *part = &turned;
    let length = area.encode(&mut out).ok()?;
    out.truncate(length);
    Some(out)
}

/// The name of a public area by SHA-256 (TPM 2.0 Library, part 1, section 16).
fn name(area: &[u8]) -> Vec<u8> {
    [&AlgId::SHA256.0.to_be_bytes()[..], &Sha256::digest(area)].concat()
}

/// More than a digest or a name is longer than another.
const ROOM: usize = 64;
