//! The little that a store wants of a directory: the seam at which tests lose power.

use std::io;

/// A file of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// The journal.
    Journal,
    /// A whole new journal, before it takes the place of the old one.
    New,
}

impl Name {
    /// The file's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::New => "journal.new",
        }
    }
}

/// A directory with two files. What was written is durable after [`sync`](Self::sync), what was renamed after
/// [`sync_directory`](Self::sync_directory), and until then the one, the other or both may be lost.
pub(crate) trait Disk: Send {
    /// The whole content of a file, `None` if there is none.
    fn read(&mut self, name: Name) -> io::Result<Option<Vec<u8>>>;

    /// Makes an empty file in place of any other of this name.
    fn create(&mut self, name: Name) -> io::Result<()>;

    /// Writes all of `bytes` from `offset` on.
    fn write(&mut self, name: Name, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file.
    fn truncate(&mut self, name: Name, length: u64) -> io::Result<()>;

    /// Makes content and length of a file durable.
    fn sync(&mut self, name: Name) -> io::Result<()>;

    /// Puts [`Name::New`] in the place of [`Name::Journal`].
    fn replace(&mut self) -> io::Result<()>;

    /// Removes a file, if it is there.
    fn remove(&mut self, name: Name) -> io::Result<()>;

    /// Makes the names of the directory durable.
    fn sync_directory(&mut self) -> io::Result<()>;
}
