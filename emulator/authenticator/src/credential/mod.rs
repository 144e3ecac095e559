//! Credentials: where they are kept, what their ids are, how they are found.

pub(crate) mod resident;
pub(crate) mod select;
pub(crate) mod wrapped;

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

/// The credential that `id` names, if this authenticator made it for this relying party.
pub(crate) fn find(
    look: &mut Look<'_>,
    secret: &[u8; 32],
    rp_id_hash: &[u8; 32],
    id: &[u8],
) -> Result<Option<Found>, StoreError> {
    if let Some(slot) = resident::slot_in(id) {
        let key = Bucket::of(rp_id_hash).slot(slot);
        let mut space = [0; resident::HEADER];
        let header = look.read(key, &mut space)?.and_then(resident::Header::parse);
        if header.is_some_and(|header| header.rp_id_hash == rp_id_hash && header.id.as_slice() == id) {
            return Ok(Some(Found::Resident(key)));
        }
    }
    let ours = wrapped::verify(look, secret, rp_id_hash, id);
    Ok(CredentialId::new(id).filter(|_| ours).map(Found::Wrapped))
}
