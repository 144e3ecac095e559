//! Records in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use zeroize::Zeroizing;

/// Records in memory: ordered, batches atomic, contents wiped when they go.
///
/// A clone is a snapshot: a test of power cuts puts it back in place of the store that "lost" a batch.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MemoryStore {
    records: BTreeMap<RecordKey, Zeroizing<Vec<u8>>>,
    limit: Option<usize>,
}

impl MemoryStore {
    /// An empty store without a limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store whose records' contents may take `limit` bytes together; a batch that would take more is refused
    /// with [`StoreError::Full`].
    pub fn limited(limit: usize) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// No records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The bytes that the records' contents take together.
    pub fn size(&self) -> usize {
        self.records.values().map(|value| value.len()).sum()
    }

    /// The content of one record.
    pub fn record(&self, key: RecordKey) -> Option<&[u8]> {
        self.records.get(&key).map(|value| value.as_slice())
    }

    /// The content of one record, to damage it.
    pub fn record_mut(&mut self, key: RecordKey) -> Option<&mut Vec<u8>> {
        self.records.get_mut(&key).map(|value| &mut **value)
    }

    fn apply(&mut self, change: &Change<'_>) {
        match *change {
            Change::Put { key, value } => match self.records.get_mut(&key) {
                // The most frequent change is a counter: same length, no new allocation.
                Some(old) if old.len() == value.len() => old.copy_from_slice(value),
                _ => drop(self.records.insert(key, Zeroizing::new(value.to_vec()))),
            },
            Change::Delete(key) => drop(self.records.remove(&key)),
            Change::Wipe { except } => self.records.retain(|key, _| except.contains(key)),
        }
    }

    /// The size after `changes`, without doing them.
    fn size_after(&self, changes: &[Change<'_>]) -> usize {
        let mut sizes: BTreeMap<RecordKey, usize> = self.records.iter().map(|(k, v)| (*k, v.len())).collect();
        for change in changes {
            match *change {
                Change::Put { key, value } => drop(sizes.insert(key, value.len())),
                Change::Delete(key) => drop(sizes.remove(&key)),
                Change::Wipe { except } => sizes.retain(|key, _| except.contains(key)),
            }
        }
        sizes.values().sum()
    }
}

/// Sizes only: records hold secrets.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("records", &self.len())
            .field("bytes", &self.size())
            .field("limit", &self.limit)
            .finish()
    }
}

impl Store for MemoryStore {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        let Some(value) = self.records.get(&key) else { return Ok(None) };
        let from = value.get(offset..).unwrap_or(&[]);
        let len = from.len().min(out.len());
        out[..len].copy_from_slice(&from[..len]);
        Ok(Some(value.len()))
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        if self.limit.is_some_and(|limit| self.size_after(changes) > limit) {
            return Err(StoreError::Full);
        }
        changes.iter().for_each(|change| self.apply(change));
        Ok(())
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(self.records.range((from, Bound::Unbounded)).next().map(|(key, _)| *key))
    }
}
