//! What a command may do before its effects: look.

use crate::platform::{Platform, RecordKey, StoreError};

/// The platform, read-only by type: records and digests, but no commit, no new key, no signature, no randomness.
pub(crate) struct Look<'a> {
    platform: &'a mut dyn Platform,
}

impl<'a> Look<'a> {
    /// Narrows the platform.
    pub(crate) fn new(platform: &'a mut dyn Platform) -> Self {
        Self { platform }
    }

    /// The beginning of a record, as much as fits `out`; `None` if there is no such record.
    pub(crate) fn read<'o>(
        &mut self,
        key: RecordKey,
        out: &'o mut [u8],
    ) -> Result<Option<&'o [u8]>, StoreError> {
        let Some(len) = self.platform.read(key, 0, out)? else { return Ok(None) };
        let held = len.min(out.len());
        Ok(out.get(..held))
    }

    /// The record after `after`.
    pub(crate) fn next(&mut self, after: RecordKey) -> Result<Option<RecordKey>, StoreError> {
        self.platform.next(Some(after))
    }

    /// SHA-256.
    pub(crate) fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        self.platform.sha256(parts)
    }

    /// HMAC-SHA-256.
    pub(crate) fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        self.platform.hmac(key, parts)
    }
}
