//! minPinLength: the relying parties that may ask for it, as hashes of 32 bytes one after the other.

use crate::look::Look;
use crate::platform::StoreError;
use crate::record;

/// The longest list, bytes: `MIN_PIN_LENGTH_RPIDS_MAX` of a profile.
pub(crate) const LIST_MAX: usize = 32 * 16;

/// The relying party is on the list.
pub(crate) fn may_know(look: &mut Look<'_>, rp_id_hash: &[u8; 32]) -> Result<bool, StoreError> {
    let mut space = [0; LIST_MAX];
    let list = look.read(record::MIN_PIN_RPIDS, &mut space)?.unwrap_or_default();
    Ok(list.as_chunks::<32>().0.contains(rp_id_hash))
}
