//! Records and stored keys in a directory: sealed, locked, and whole after a power cut.
//!
//! | file | content |
//! |---|---|
//! | `journal` | a head, then sealed batches: the first is everything at the time when the file was made, the rest are commits |
//! | `journal.new` | the next journal while it is written; takes the place of the old one by a rename when it is durable |
//! | `lock` | locked as long as the store is open; holds the number of the process |
//!
//! A commit is one write and one `fdatasync`. A journal is written anew when it is mostly history, after a failure, and
//! whenever something is to be gone (a reset, a destroyed key): what was deleted is not in the file any more, as far as the
//! medium obeys. Everything is also held in memory, and reads touch no file.
//!
//! Not protected from: somebody who puts an older copy of the whole directory back.

mod directory;
mod disk;
mod error;
mod header;
mod journal;
mod open;
mod table;
mod unlock;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use zeroize::Zeroizing;

pub use error::OpenError;
pub use unlock::Unlock;

use crate::keyring::KeyId;
use crate::vault::{KeyChange, Vault};
use disk::Disk;
use journal::{ACK, Cipher};
use table::{Batch, Name, Own, Table};
use unlock::{MasterKey, Method};

/// What an acknowledged commit survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: each commit waits for the medium.
    #[default]
    PowerCut,
    /// The end of the process, however sudden; nothing waits for the medium. After a power cut the directory may lack commits,
    /// or be damaged as a whole. For tests and benches.
    ProcessEnd,
}

/// Records and stored keys in a directory. See the [module](self).
pub struct FileStore {
    directory: PathBuf,
    disk: Box<dyn Disk>,
    method: Method,
    master: MasterKey,
    cipher: Cipher,
    table: Table,
    /// Where the next batch goes.
    end: usize,
    /// The medium failed in a way that leaves open what the journal holds: nothing is appended to it any more.
    suspect: bool,
    /// Something that is to be gone is still in the journal.
    unerased: bool,
    trouble: Option<io::Error>,
}

/// A journal may have this many bytes more than four times what it needs.
const HISTORY: usize = 64 * 1024;

/// Why a journal was not written anew.
enum NotRewritten {
    /// The old one is in its place.
    Unchanged(io::Error),
    /// The one or the other is in its place.
    Unclear(io::Error),
}

impl FileStore {
    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.table.records()
    }

    /// No records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of the journal, bytes.
    pub fn journal_size(&self) -> usize {
        self.end
    }

    /// What the system said when a commit failed last.
    pub fn trouble(&self) -> Option<&io::Error> {
        self.trouble.as_ref()
    }

    /// What the platform keeps for itself.
    pub(crate) fn own(&self, own: Own) -> Option<&[u8]> {
        self.table.get(own.into())
    }

    /// Sets what the platform keeps for itself.
    pub(crate) fn set_own(&mut self, own: Own, value: &[u8]) -> Result<(), StoreError> {
        let batch = Batch::own(own, value).ok_or(StoreError::Full)?;
        self.store(&batch)
    }

    /// Makes a batch durable, then changes the memory.
    fn store(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if batch.bytes().is_empty() {
            return Ok(());
        }
        self.unerased |= batch.erases;
        let overgrown = self.end > HISTORY.saturating_add(self.table.size().saturating_mul(4));
        if self.suspect || self.unerased || overgrown {
            match self.rewrite_with(batch) {
                Ok(()) => return Ok(()),
                Err(error) if self.suspect => return Err(self.failed(error)),
                // There may be room for one more batch, though not for a second journal.
                Err(_) => {}
            }
        }
        self.append(batch)
    }

    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let at = self.end;
        let Some(frame) = self.cipher.seal(at, batch.bytes()) else { return Err(StoreError::Full) };
        let written = self.disk.write(disk::Name::Journal, offset(at), &frame);
        let was_written = written.is_ok();
        if let Err(error) = written.and_then(|()| self.disk.sync(disk::Name::Journal)) {
            return Err(self.take_back(at, was_written, error));
        }
        self.end = at + frame.len();
        // Only to tell damage from a torn tail: the batch is stored with or without.
        let ack_at = self.end - ACK;
        let _ = self.disk.write(disk::Name::Journal, offset(ack_at), &self.cipher.acknowledgement(ack_at));
        self.table.apply(batch.bytes()).ok_or(StoreError::Failed)
    }

    /// Cuts off what a failed commit left behind `at`.
    fn take_back(&mut self, at: usize, was_written: bool, error: io::Error) -> StoreError {
        let cut = self
            .disk
            .truncate(disk::Name::Journal, offset(at))
            .and_then(|()| self.disk.sync(disk::Name::Journal));
        // After a failed sync the system may take for clean what is not on the medium.
        self.suspect |= cut.is_err() || was_written || !is_full(&error);
        match cut {
            Ok(()) => self.failed(error),
            Err(_) => {
                self.trouble = Some(error);
                StoreError::Failed
            }
        }
    }

    fn failed(&mut self, error: io::Error) -> StoreError {
        let answer = if is_full(&error) { StoreError::Full } else { StoreError::Failed };
        self.trouble = Some(error);
        answer
    }

    /// Writes a journal with the content as it is after `batch`.
    fn rewrite_with(&mut self, batch: &Batch) -> io::Result<()> {
        let mut table = self.table.clone();
        table.apply(batch.bytes()).ok_or_else(|| io::Error::other("a batch that cannot be read"))?;
        match self.rewrite(&table) {
            Ok(()) => {
                self.table = table;
                self.suspect = false;
                self.unerased = false;
                Ok(())
            }
            Err(NotRewritten::Unchanged(error)) => {
                // The next attempt takes its place anyway.
                let _ = self.disk.remove(disk::Name::New);
                Err(error)
            }
            Err(NotRewritten::Unclear(error)) => {
                self.suspect = true;
                // It is not known that nothing has changed, so this is not for `Full`.
                Err(io::Error::other(error))
            }
        }
    }

    /// Writes a journal with the content of `table`, under a new data key.
    fn rewrite(&mut self, table: &Table) -> Result<(), NotRewritten> {
        let (file, cipher) = whole(&self.method, &self.master, table)
            .ok_or_else(|| NotRewritten::Unchanged(io::ErrorKind::FileTooLarge.into()))?;
        let disk = &mut self.disk;
        disk.create(disk::Name::New)
            .and_then(|()| disk.write(disk::Name::New, 0, &file))
            .and_then(|()| disk.sync(disk::Name::New))
            .map_err(NotRewritten::Unchanged)?;
        disk.replace().and_then(|()| disk.sync_directory()).map_err(NotRewritten::Unclear)?;
        self.cipher = cipher;
        self.end = file.len();
        Ok(())
    }
}

/// A whole journal with the content of `table`, and its keys. It is not seen before it is durable, so it has its
/// acknowledgement from the start.
fn whole(method: &Method, master: &MasterKey, table: &Table) -> Option<(Vec<u8>, Cipher)> {
    let (header, data_key) = header::fresh(method, master)?;
    let cipher = Cipher::new(&data_key)?;
    let frame = cipher.seal(header.len(), table.snapshot()?.bytes())?;
    let mut file = header.to_vec();
    file.extend_from_slice(&frame);
    let ack_at = file.len() - ACK;
    file.truncate(ack_at);
    file.extend_from_slice(&cipher.acknowledgement(ack_at));
    Some((file, cipher))
}

fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// A place in a file.
fn offset(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

/// Sizes only.
impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("directory", &self.directory)
            .field("records", &self.len())
            .field("journal_size", &self.end)
            .finish_non_exhaustive()
    }
}

impl Store for FileStore {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        let Some(value) = self.table.get(Name::Record(key.0)) else { return Ok(None) };
        let from = value.get(offset..).unwrap_or(&[]);
        let len = from.len().min(out.len());
        out[..len].copy_from_slice(&from[..len]);
        Ok(Some(value.len()))
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.commit_with(changes, &[])
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        Ok(self.table.next(after))
    }
}

impl Vault for FileStore {
    const OUTLIVES: bool = true;

    fn commit_with(&mut self, changes: &[Change<'_>], keys: &[KeyChange]) -> Result<(), StoreError> {
        let batch = Batch::of(changes, keys).ok_or(StoreError::Full)?;
        self.store(&batch)
    }

    fn keys(&self) -> Vec<(KeyId, Zeroizing<Vec<u8>>)> {
        self.table.keys().map(|(id, value)| (id, value.clone())).collect()
    }
}
