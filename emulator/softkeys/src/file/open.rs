//! Opening a directory: a new key, or the one that is there.

use std::io;
use std::path::Path;

use rand::Rng;
use zeroize::Zeroizing;

use super::directory::Directory;
use super::disk::{Disk, Name};
use super::error::OpenError;
use super::header::{self, HEADER, Header, Unreadable};
use super::journal::{ACK, Cipher};
use super::table::{Batch, Own, Table};
use super::unlock::Unlock;
use super::{Durability, FileStore, offset, whole};
use crate::Host;
use crate::engine::Engine;

impl FileStore {
    /// Opens the store in `directory`, or makes a new one there if the directory is empty or missing.
    ///
    /// A new directory and its files are for their owner alone. The directory is locked until the store goes.
    ///
    /// # Errors
    /// See [`OpenError`]: each says what is to be done.
    pub fn open(directory: &Path, unlock: &Unlock, durability: Durability) -> Result<Self, OpenError> {
        let mut sealing_key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *sealing_key);
        Self::open_or_make(directory, unlock, durability, &sealing_key)
    }

    /// As [`open`](Self::open); a new store is given this sealing key.
    pub(crate) fn open_or_make(
        directory: &Path,
        unlock: &Unlock,
        durability: Durability,
        sealing_key: &[u8; 32],
    ) -> Result<Self, OpenError> {
        let disk = Directory::lock(directory, unlock.file(), durability)?;
        Self::over(Box::new(disk), directory, unlock, sealing_key)
    }

    /// Opens what is on `disk`, or makes it.
    pub(super) fn over(
        mut disk: Box<dyn Disk>,
        directory: &Path,
        unlock: &Unlock,
        sealing_key: &[u8; 32],
    ) -> Result<Self, OpenError> {
        let content = disk.read(Name::Journal).map_err(|source| OpenError::Io {
            doing: "cannot read",
            path: directory.join(Name::Journal.as_str()),
            source,
        })?;
        match content {
            Some(content) => Self::load(disk, directory, unlock, &content),
            None => Self::make(disk, directory, unlock, sealing_key),
        }
    }

    fn make(
        mut disk: Box<dyn Disk>,
        directory: &Path,
        unlock: &Unlock,
        sealing_key: &[u8; 32],
    ) -> Result<Self, OpenError> {
        let failed =
            |source| OpenError::Io { doing: "cannot make a key in", path: directory.to_owned(), source };
        let (method, master) = unlock.fresh()?;
        let own = Batch::own(Own::SealingKey, sealing_key);
        let mut table = Table::default();
        let (file, cipher) = own
            .and_then(|own| table.apply(own.bytes()))
            .and_then(|()| whole(&method, &master, &table))
            .ok_or_else(|| failed(io::Error::other("it cannot be sealed")))?;
        disk.create(Name::New)
            .and_then(|()| disk.write(Name::New, 0, &file))
            .and_then(|()| disk.sync(Name::New))
            .and_then(|()| disk.replace())
            .and_then(|()| disk.sync_directory())
            .map_err(failed)?;
        Ok(Self {
            directory: directory.to_owned(),
            disk,
            method,
            master,
            cipher,
            table,
            end: file.len(),
            suspect: false,
            unerased: false,
            trouble: None,
        })
    }

    fn load(disk: Box<dyn Disk>, directory: &Path, unlock: &Unlock, file: &[u8]) -> Result<Self, OpenError> {
        let damaged = |at| damaged(directory, at);
        let header = Header::parse(file).map_err(|unreadable| match unreadable {
            Unreadable::Damaged => damaged(0),
            Unreadable::Version(found) => {
                OpenError::NewerVersion { directory: directory.to_owned(), found, known: header::VERSION }
            }
        })?;
        let master = unlock.master(&header.method, directory)?;
        let data_key = header.unlock(&master).ok_or_else(|| unlock.wrong(directory))?;
        let cipher = Cipher::new(&data_key).ok_or_else(|| damaged(0))?;
        let (table, ack_at) = replay(&cipher, file).map_err(damaged)?;
        let acknowledged = cipher.is_acknowledged(file, ack_at);
        let mut store = Self {
            directory: directory.to_owned(),
            disk,
            method: header.method,
            master,
            cipher,
            table,
            end: ack_at + ACK,
            suspect: false,
            unerased: false,
            trouble: None,
        };
        store.settle(acknowledged && file.len() == store.end).map_err(|source| OpenError::Io {
            doing: "cannot put in order",
            path: directory.join(Name::Journal.as_str()),
            source,
        })?;
        Ok(store)
    }

    /// Says of which model the key in the directory is: the first time it is kept, later it must be the same. A shell that
    /// lets its user choose a model calls this before anything else.
    ///
    /// # Errors
    /// [`OpenError::OtherModel`], or that the name could not be kept.
    pub fn bind(&mut self, model: &str) -> Result<(), OpenError> {
        match self.own(Own::Model) {
            None => self.keep(Own::Model, model.as_bytes()),
            Some(stored) if stored == model.as_bytes() => Ok(()),
            Some(stored) => Err(OpenError::OtherModel {
                directory: self.directory.clone(),
                stored: String::from_utf8_lossy(stored).into_owned(),
                asked: model.to_owned(),
            }),
        }
    }

    /// Counts that a seeded platform was opened; returns how often it was before.
    pub(crate) fn count_opening(&mut self) -> Result<u32, OpenError> {
        let before = match self.own(Own::Openings) {
            Some(count) => {
                count.try_into().map(u32::from_be_bytes).map_err(|_| damaged(&self.directory, HEADER))?
            }
            None => 0,
        };
        self.keep(Own::Openings, &before.saturating_add(1).to_be_bytes())?;
        Ok(before)
    }

    fn keep(&mut self, own: Own, value: &[u8]) -> Result<(), OpenError> {
        self.set_own(own, value).map_err(|error| OpenError::Io {
            doing: "cannot write to the journal in",
            path: self.directory.clone(),
            source: self.trouble.take().unwrap_or_else(|| io::Error::other(format!("{error:?}"))),
        })
    }

    /// Makes durable what was read: whoever wrote it may not have come so far. Cuts off a torn tail.
    fn settle(&mut self, clean: bool) -> io::Result<()> {
        let ack_at = self.end - ACK;
        if !clean {
            self.disk.truncate(Name::Journal, offset(ack_at))?;
        }
        self.disk.sync(Name::Journal)?;
        self.disk.sync_directory()?;
        if !clean {
            self.disk.write(Name::Journal, offset(ack_at), &self.cipher.acknowledgement(ack_at))?;
        }
        self.disk.remove(Name::New)
    }
}

impl<E: Engine> Host<E, FileStore> {
    /// A platform with the keys that the store keeps, loaded.
    pub(crate) fn awake(engine: E, store: FileStore) -> Result<Self, OpenError> {
        let directory = store.directory().to_owned();
        let sealing_key = store.own(Own::SealingKey).and_then(|key| key.try_into().map(Zeroizing::new).ok());
        let sealing_key = sealing_key.ok_or_else(|| damaged(&directory, HEADER))?;
        let mut host = Self::assemble(engine, &sealing_key, store);
        host.thaw().ok_or_else(|| damaged(&directory, HEADER))?;
        Ok(host)
    }
}

/// The content after all batches, and where the last one's acknowledgement lies; or where the first damage is.
fn replay(cipher: &Cipher, file: &[u8]) -> Result<(Table, usize), usize> {
    let mut table = Table::default();
    let mut last = None;
    let mut at = HEADER;
    while at < file.len() {
        let Some(frame) = cipher.open(file, at) else {
            // The first batch was durable before the file had its name; a later one may be what a power cut left.
            if last.is_none() || cipher.acknowledged_after(file, at) {
                return Err(at);
            }
            break;
        };
        table.apply(&frame.batch).ok_or(at)?;
        last = Some(frame.ack_at);
        at = frame.ack_at + ACK;
    }
    last.map(|ack_at| (table, ack_at)).ok_or(at)
}

/// The journal is damaged at a place.
fn damaged(directory: &Path, at: usize) -> OpenError {
    OpenError::Damaged { file: directory.join(Name::Journal.as_str()), offset: offset(at) }
}
