//! Credentials that are not resident: the id carries the sealed key, bound to its relying party.
//!
//! `id = blob ‖ filler ‖ tag (15 bytes) ‖ form (1 byte)`, where the form is the length of the blob, at most 64, and 65 for
//! each level of protection above the lowest, and the tag is the beginning of an
//! HMAC-SHA-256 with the device secret over the relying party's hash and everything else in the id. The filler brings the
//! id to the profile's key handle length: one id serves CTAP2 (SHA-256 of the RP id) and U2F (application parameter).
//!
//! The tag is checked before the platform sees the blob, so a foreign id costs one HMAC, and a reset, which changes the
//! secret, disowns every id.

use subtle::ConstantTimeEq;

use super::protection::Protection;
use super::{CredentialId, ID_MAX};
use crate::look::Look;
use crate::platform::{KEY_BLOB_MAX, KeyBlob, Platform};

/// The tag's length, bytes.
const TAG: usize = 15;
/// What the id has beside blob and filler.
const TRAILER: usize = TAG + 1;
/// What a level of protection adds to the form: one more than the longest blob.
const LEVEL: usize = KEY_BLOB_MAX + 1;

/// Makes the id for `key`, at least `length` bytes long.
pub(crate) fn wrap(
    platform: &mut dyn Platform,
    secret: &[u8; 32],
    rp_id_hash: &[u8; 32],
    key: &KeyBlob,
    protection: Protection,
    length: u8,
) -> Option<CredentialId> {
    let blob = key.as_bytes();
    let body = usize::from(length).saturating_sub(TRAILER).max(blob.len());
    let mut space = [0; ID_MAX];
    let (head, rest) = space.split_at_mut_checked(body)?;
    let (held, filler) = head.split_at_mut_checked(blob.len())?;
    held.copy_from_slice(blob);
    if !filler.is_empty() {
        platform.fill(filler);
    }
    let level = usize::from(protection.number().saturating_sub(1));
    let form = u8::try_from(blob.len().checked_add(level.checked_mul(LEVEL)?)?).ok()?;
    let tag = tag(&mut Look::new(platform), secret, rp_id_hash, head, form);
    rest.get_mut(..TAG)?.copy_from_slice(&tag);
    *rest.get_mut(TAG)? = form;
    CredentialId::new(space.get(..body.checked_add(TRAILER)?)?)
}

/// The protection of the credential, if the id was made here for this relying party.
pub(crate) fn verify(
    look: &mut Look<'_>,
    secret: &[u8; 32],
    rp_id_hash: &[u8; 32],
    id: &[u8],
) -> Option<Protection> {
    let (body, theirs, form) = split(id)?;
    let ours = tag(look, secret, rp_id_hash, body, form);
    let level = usize::from(form).checked_div(LEVEL)?;
    let protection = Protection::numbered(u64::try_from(level.checked_add(1)?).ok()?);
    protection.filter(|_| bool::from(ours.as_slice().ct_eq(theirs)))
}

/// The key in a verified id.
pub(crate) fn key_in(id: &CredentialId) -> Option<KeyBlob> {
    let (body, _, form) = split(id.as_bytes())?;
    KeyBlob::new(body.get(..usize::from(form).checked_rem(LEVEL)?)?)
}

/// Body, tag, and form.
fn split(id: &[u8]) -> Option<(&[u8], &[u8], u8)> {
    let (form, rest) = id.split_last()?;
    let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    Some((body, tag, *form))
}

/// The tag over the parts of an id.
fn tag(look: &mut Look<'_>, secret: &[u8; 32], rp_id_hash: &[u8; 32], body: &[u8], form: u8) -> [u8; TAG] {
    let [head @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        look.hmac(secret, &[rp_id_hash, body, &[form]]);
    head
}
