//! The real directory: for its owner alone, and for one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Durability;
use super::disk::{Disk, Name};
use super::error::OpenError;
use super::unlock::begun;

/// The file that is locked while a store is open. It stays: to remove it would let two processes lock two files.
const LOCK: &str = "lock";

/// A locked directory.
pub(crate) struct Directory {
    path: PathBuf,
    durability: Durability,
    journal: Option<File>,
    new: Option<File>,
    /// Held until the store goes.
    _lock: File,
}

impl Directory {
    /// Locks a key's directory, or a new one that is to become one.
    pub(crate) fn lock(
        path: &Path,
        key_file: Option<&Path>,
        durability: Durability,
    ) -> Result<Self, OpenError> {
        let io = |doing| move |source| OpenError::Io { doing, path: path.to_owned(), source };
        match stranger(path, key_file) {
            Ok(None) => {}
            Ok(Some(file)) => return Err(OpenError::NotAKey { directory: path.to_owned(), file }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_directory(path).map_err(io("cannot make the directory"))?;
            }
            Err(error) => return Err(io("cannot list the directory")(error)),
        }
        let name = path.join(LOCK);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut lock = private(&mut options).open(&name).map_err(io("cannot make the lock of"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let _ = lock.take(32).read_to_string(&mut process);
                let process = process.trim().parse().ok();
                return Err(OpenError::Locked { directory: path.to_owned(), process });
            }
            Err(TryLockError::Error(error)) => return Err(io("cannot lock the directory")(error)),
        }
        // For the message of the next one. The lock is what counts, so a failure here does not.
        let _ = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
        Ok(Self { path: path.to_owned(), durability, journal: None, new: None, _lock: lock })
    }

    fn slot(&mut self, name: Name) -> &mut Option<File> {
        match name {
            Name::Journal => &mut self.journal,
            Name::New => &mut self.new,
        }
    }

    fn file(&mut self, name: Name) -> io::Result<&mut File> {
        self.slot(name).as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Disk for Directory {
    fn read(&mut self, name: Name) -> io::Result<Option<Vec<u8>>> {
        let opened = OpenOptions::new().read(true).write(true).open(self.path.join(name.as_str()));
        let mut file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        *self.slot(name) = Some(file);
        Ok(Some(content))
    }

    fn create(&mut self, name: Name) -> io::Result<()> {
        let file = create_private(&self.path.join(name.as_str()))?;
        *self.slot(name) = Some(file);
        Ok(())
    }

    fn write(&mut self, name: Name, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(name)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn truncate(&mut self, name: Name, length: u64) -> io::Result<()> {
        self.file(name)?.set_len(length)
    }

    fn sync(&mut self, name: Name) -> io::Result<()> {
        match self.durability {
            Durability::PowerCut => self.file(name)?.sync_data(),
            Durability::ProcessEnd => Ok(()),
        }
    }

    fn replace(&mut self) -> io::Result<()> {
        fs::rename(self.path.join(Name::New.as_str()), self.path.join(Name::Journal.as_str()))?;
        self.journal = self.new.take();
        Ok(())
    }

    fn remove(&mut self, name: Name) -> io::Result<()> {
        *self.slot(name) = None;
        match fs::remove_file(self.path.join(name.as_str())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        match self.durability {
            Durability::PowerCut => sync_directory(&self.path),
            Durability::ProcessEnd => Ok(()),
        }
    }
}

/// A file that has no place in a directory without a journal.
fn stranger(path: &Path, key_file: Option<&Path>) -> io::Result<Option<String>> {
    let key_files = key_file.map_or_else(Vec::new, |path| vec![path.to_owned(), begun(path)]);
    let ours = [LOCK, Name::New.as_str()];
    let mut found = None;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == Name::Journal.as_str() {
            return Ok(None);
        }
        if !ours.iter().any(|ours| name == *ours) && !key_files.contains(&entry.path()) {
            found = Some(name.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    sync_parent(path)
}

/// An empty file for its owner alone, in place of any other.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    // One that is there may have other permissions.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private(OpenOptions::new().read(true).write(true).create_new(true)).open(path)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes the name of a file or directory durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_directory(Path::new(".")),
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

/// Makes the names in a directory durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened like a file.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
