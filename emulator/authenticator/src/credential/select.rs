//! Which of a relying party's resident credentials an assertion uses: the newest first.

use super::protection::Protection;
use super::resident::{HEADER, Header};
use crate::look::Look;
use crate::platform::{RecordKey, StoreError};
use crate::record::Bucket;

/// The newest of the credentials looked at, and how many they are.
pub(crate) struct Newest {
    /// Its record.
    pub(crate) key: RecordKey,
    /// Its place in the order of creation.
    pub(crate) order: u32,
    /// How many there are, this one included.
    pub(crate) count: u16,
}

/// The newest resident credential of the relying party that is older than `below` (if given), of those whose protection
/// `allowed` lets pass.
pub(crate) fn newest(
    look: &mut Look<'_>,
    rp_id_hash: &[u8; 32],
    below: Option<u32>,
    allowed: impl Fn(Protection) -> bool,
) -> Result<Option<Newest>, StoreError> {
    let bucket = Bucket::of(rp_id_hash);
    let mut best: Option<Newest> = None;
    let mut after = bucket.before();
    while let Some(key) = look.next(after)?.filter(|key| bucket.holds(*key)) {
        after = key;
        let mut space = [0; HEADER];
        let Some(header) = look.read(key, &mut space)?.and_then(Header::parse) else { continue };
        if header.rp_id_hash != rp_id_hash
            || below.is_some_and(|below| header.order >= below)
            || !allowed(header.protection)
        {
            continue;
        }
        let count = best.as_ref().map_or(0, |best| best.count).saturating_add(1);
        best = match best {
            Some(best) if best.order > header.order => Some(Newest { count, ..best }),
            _ => Some(Newest { key, order: header.order, count }),
        };
    }
    Ok(best)
}
