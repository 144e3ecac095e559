//! Credentials: where they are kept, what their ids are, how they are found.

pub(crate) mod protection;
pub(crate) mod resident;
pub(crate) mod select;
pub(crate) mod wrapped;

use self::protection::Protection;
use crate::look::Look;
use crate::platform::{RecordKey, StoreError};
use crate::record::Bucket;
use crate::text::Bytes;

/// The longest credential id.
pub(crate) const ID_MAX: usize = 255;

/// A credential id held by value.
pub(crate) type CredentialId = Bytes<ID_MAX>;

/// A credential of this authenticator, as its id leads to it.
#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "no allocator to box it with")]
pub(crate) enum Found {
    /// A record of the store.
    Resident(RecordKey),
    /// The id itself, verified, holds the key.
    Wrapped(CredentialId),
}

/// The credential that `id` names, if this authenticator made it for this relying party, and its protection.
pub(crate) fn find(
    look: &mut Look<'_>,
    secret: &[u8; 32],
    rp_id_hash: &[u8; 32],
    id: &[u8],
) -> Result<Option<(Found, Protection)>, StoreError> {
    if let Some(slot) = resident::slot_in(id) {
        let key = Bucket::of(rp_id_hash).slot(slot);
        let mut space = [0; resident::HEADER];
        let header = look.read(key, &mut space)?.and_then(resident::Header::parse);
        let ours =
            |header: &resident::Header<'_>| header.rp_id_hash == rp_id_hash && header.id.as_slice() == id;
        if let Some(header) = header.filter(ours) {
            return Ok(Some((Found::Resident(key), header.protection)));
        }
    }
    let protection = wrapped::verify(look, secret, rp_id_hash, id);
    Ok(CredentialId::new(id).map(Found::Wrapped).zip(protection))
}
