//! Records in memory.

use std::collections::BTreeMap;
use std::fmt;

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use zeroize::Zeroizing;

/// Records in memory: ordered, batches atomic, contents wiped when they go.
///
/// A clone is a snapshot: a test of power cuts puts it back in place of the store that "lost" a batch.
#[derive(Clone, Default)]
pub struct MemoryStore {
    /// In the order of their keys.
    records: Vec<(RecordKey, Zeroizing<Vec<u8>>)>,
    limit: Option<usize>,
    /// Where the last search ended. A command comes back to the same record several times: finds it, reads it, writes it.
    last: usize,
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
        self.records.iter().map(|(_, value)| value.len()).sum()
    }

    /// The content of one record.
    pub fn record(&self, key: RecordKey) -> Option<&[u8]> {
        self.search(key).ok().map(|at| self.records[at].1.as_slice())
    }

    /// The content of one record, to damage it.
    pub fn record_mut(&mut self, key: RecordKey) -> Option<&mut Vec<u8>> {
        self.find(key).ok().map(|at| &mut *self.records[at].1)
    }

    /// Where the record is, or where it would be.
    fn search(&self, key: RecordKey) -> Result<usize, usize> {
        self.records.binary_search_by_key(&key, |(key, _)| *key)
    }

    /// [`search`](Self::search), which begins where the last one ended.
    fn find(&mut self, key: RecordKey) -> Result<usize, usize> {
        if self.records.get(self.last).is_some_and(|(last, _)| *last == key) {
            return Ok(self.last);
        }
        let found = self.search(key);
        self.last = found.unwrap_or_else(|at| at);
        found
    }

    fn apply(&mut self, change: &Change<'_>) {
        match *change {
            Change::Put { key, value } => match self.find(key) {
                Ok(at) => {
                    let old = &mut self.records[at].1;
                    // The most frequent change is a counter: same length, no new allocation.
                    if old.len() == value.len() {
                        old.copy_from_slice(value);
                    } else {
                        *old = Zeroizing::new(value.to_vec());
                    }
                }
                Err(at) => self.records.insert(at, (key, Zeroizing::new(value.to_vec()))),
            },
            Change::Delete(key) => {
                if let Ok(at) = self.find(key) {
                    self.records.remove(at);
                }
            }
            Change::Wipe { except } => self.records.retain(|(key, _)| except.contains(key)),
        }
    }

    /// The size after `changes`, without doing them.
    fn size_after(&self, changes: &[Change<'_>]) -> usize {
        let mut sizes: BTreeMap<RecordKey, usize> =
            self.records.iter().map(|(key, value)| (*key, value.len())).collect();
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

/// The same records and the same limit.
impl PartialEq for MemoryStore {
    fn eq(&self, other: &Self) -> bool {
        self.records == other.records && self.limit == other.limit
    }
}

impl Eq for MemoryStore {}

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
        let Ok(at) = self.find(key) else { return Ok(None) };
        let value = &self.records[at].1;
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
        let at = match after {
            None => 0,
            Some(after) => self.find(after).map_or_else(|at| at, |at| at + 1),
        };
        let next = self.records.get(at).map(|(key, _)| *key);
        if next.is_some() {
            self.last = at;
        }
        Ok(next)
    }
}
