//! A socket's name in the file system: taken over from a key that is no more, removed when the key ends.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Why a port could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Something listens there.
    #[error("{0} is in use: another key, or another program, listens there")]
    InUse(PathBuf),
    /// Something that is no socket is there.
    #[error("{0} exists and is no socket: it is left alone; choose another path")]
    NoSocket(PathBuf),
    /// Another error.
    #[error("cannot listen on {address}: {error}")]
    Io {
        /// Where.
        address: String,
        /// What the system said.
        error: io::Error,
    },
}

impl BindError {
    pub(crate) fn io(address: impl ToString, error: impl Into<io::Error>) -> Self {
        Self::Io { address: address.to_string(), error: error.into() }
    }
}

/// The file of a bound socket; removed when dropped, if it is still the same.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    /// Binds a socket to `path` by `bind`. A file that a dead socket left is removed first.
    pub(crate) fn bind<T, E: Into<io::Error>>(
        path: &Path,
        bind: impl FnOnce(&Path) -> Result<T, E>,
    ) -> Result<(T, Self), BindError> {
        Self::make_way(path)?;
        let failed = |error| BindError::io(path.display(), error);
        let socket = bind(path).map_err(|error| failed(error.into()))?;
        // The working directory may change, the socket's place does not.
        let path = std::path::absolute(path).map_err(failed)?;
        let found = fs::symlink_metadata(&path).map_err(failed)?;
        Ok((socket, Self { path, device: found.dev(), inode: found.ino() }))
    }

    fn make_way(path: &Path) -> Result<(), BindError> {
        let failed = |error| BindError::io(path.display(), error);
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        if !found.file_type().is_socket() {
            return Err(BindError::NoSocket(path.to_owned()));
        }
        // Refused only where no socket is bound any more. One of another type answers by another error.
        match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(failed)
            }
            _ => Err(BindError::InUse(path.to_owned())),
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let same = fs::symlink_metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode));
        if same {
            // If it cannot be removed, the next key takes it over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;

    #[test]
    fn a_dead_socket_is_taken_over_and_the_file_goes_with_the_port() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        drop(UnixDatagram::bind(&path).unwrap());
        let (socket, file) = SocketFile::bind(&path, |p| UnixListener::bind(p)).unwrap();
        assert!(path.exists());
        drop((socket, file));
        assert!(!path.exists());
    }

    #[test]
    fn a_living_socket_of_any_type_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        for living in [true, false] {
            let (_listener, _datagrams) = match living {
                true => (Some(UnixListener::bind(&path).unwrap()), None),
                false => (None, Some(UnixDatagram::bind(&path).unwrap())),
            };
            let error = SocketFile::bind(&path, |p| UnixListener::bind(p)).unwrap_err();
            assert!(matches!(error, BindError::InUse(_)), "{error}");
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn what_is_no_socket_is_left_alone_and_a_missing_directory_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes");
        fs::write(&path, "mine").unwrap();
        let error = SocketFile::bind(&path, |p| UnixListener::bind(p)).unwrap_err();
        assert!(matches!(error, BindError::NoSocket(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        let error = SocketFile::bind(&dir.path().join("no/key"), |p| UnixListener::bind(p)).unwrap_err();
        assert!(error.to_string().contains("no/key"), "{error}");
    }

    #[test]
    fn a_file_that_replaced_the_socket_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let (_socket, file) = SocketFile::bind(&path, |p| UnixListener::bind(p)).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "other").unwrap();
        drop(file);
        assert!(path.exists());
    }
}
