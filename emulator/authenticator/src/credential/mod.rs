//! Credentials: where they are kept, what their ids are, how they are found.

pub(crate) mod resident;
pub(crate) mod select;
pub(crate) mod wrapped;

use crate::look::Look;
use crate::platform::{KeyBlob, RecordKey, StoreError};
use crate::record::Bucket;
use crate::text::Bytes;

/// The longest credential id.
pub(crate) const ID_MAX: usize = 255;

/// A credential id held by value.
pub(crate) type CredentialId = Bytes<ID_MAX>;

/// A credential of this authenticator, as its id leads to it.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    /// A record of the store.
    Resident(RecordKey),
    /// The id itself holds the key.
    Wrapped {
        /// The id.
        id: CredentialId,
        /// The key in it.
        key: KeyBlob,
    },
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
    let found = wrapped::unwrap(look, secret, rp_id_hash, id);
    Ok(found.and_then(|key| Some(Found::Wrapped { id: CredentialId::new(id)?, key })))
}
