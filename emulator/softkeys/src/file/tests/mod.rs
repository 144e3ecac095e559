#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod crash;
mod cut;
mod faults;
mod key;
mod model;
mod places;
mod restart;
mod rot;
mod script;
mod simulated;
mod unlocking;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Durability, FileStore, OpenError, Unlock};

/// A place for stores, with a key file that they share.
struct Bench {
    room: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { room: TempDir::new().unwrap() }
    }

    fn directory(&self) -> PathBuf {
        self.room.path().join("key")
    }

    fn journal(&self) -> PathBuf {
        self.directory().join("journal")
    }

    fn unlock(&self) -> Unlock {
        Unlock::KeyFile(self.room.path().join("unlock"))
    }

    /// Opens without waiting for the medium: what a power cut does is shown on a simulated one.
    fn open(&self) -> Result<FileStore, OpenError> {
        FileStore::open(&self.directory(), &self.unlock(), Durability::ProcessEnd)
    }
}

/// Every file below a directory: its name and content.
fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        found.push((path.clone(), std::fs::read(path).unwrap()));
    }
    found
}
