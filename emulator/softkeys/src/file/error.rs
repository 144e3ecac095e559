//! Why a directory was not opened.

use std::io;
use std::path::PathBuf;

/// Why a directory was not opened. Nothing was changed, but that a new directory, its lock or a key file may have been made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another opened store has the directory: one directory is one key.
    #[error("the key in {directory} is in use by {}: stop that one first, or give this one a directory of its own", holder(*process))]
    Locked {
        /// The directory.
        directory: PathBuf,
        /// The process that has it, as it said.
        process: Option<u32>,
    },
    /// The directory has files, and no key is among them.
    #[error(
        "{directory} is not a key's directory: it has other files, such as {file:?}; give an empty or a new one"
    )]
    NotAKey {
        /// The directory.
        directory: PathBuf,
        /// One of the files.
        file: String,
    },
    /// The format is newer than this program.
    #[error(
        "the key in {directory} was stored by a newer AnyKey (format {found}, this one knows {known}): use that version or a \
         later one, or give this one a directory of its own"
    )]
    NewerVersion {
        /// The directory.
        directory: PathBuf,
        /// The version of its format.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// It is another passphrase. The files are whole.
    #[error("wrong passphrase for the key in {directory}")]
    WrongPassphrase {
        /// The directory.
        directory: PathBuf,
    },
    /// It is another key file. The files are whole.
    #[error("{key_file} does not unlock the key in {directory}: it was sealed with another key file")]
    WrongKeyFile {
        /// The directory.
        directory: PathBuf,
        /// The key file that was given.
        key_file: PathBuf,
    },
    /// It is sealed in the other manner.
    #[error("the key in {directory} is unlocked by {needed}, not by {given}")]
    OtherUnlock {
        /// The directory.
        directory: PathBuf,
        /// What unlocks it.
        needed: &'static str,
        /// What was given.
        given: &'static str,
    },
    /// No passphrase.
    #[error("the passphrase is empty: it would seal nothing")]
    EmptyPassphrase,
    /// The passphrase could not be made a key.
    #[error("no key could be derived from the passphrase: {0}")]
    Derivation(String),
    /// The key file cannot be used.
    #[error("the key file {path}: {source}")]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The key file has another form.
    #[error(
        "the key file {path} has {length} bytes, not 32: give one that AnyKey made, or the name of a new one"
    )]
    KeyFileLength {
        /// The key file.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
    /// The key there is of another model.
    #[error(
        "the key in {directory} is a {stored}, not a {asked}: ask for {stored}, or give {asked} a directory of its own"
    )]
    OtherModel {
        /// The directory.
        directory: PathBuf,
        /// The model of the key in it.
        stored: String,
        /// The model that was asked for.
        asked: String,
    },
    /// What was stored is not whole any more.
    #[error(
        "{file} is damaged at byte {offset}: put back a copy, or remove the directory to begin with a new key"
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where the first part lies that does not verify.
        offset: u64,
    },
    /// The system did not do it.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn holder(process: Option<u32>) -> String {
    process.map_or_else(|| "another process".to_owned(), |process| format!("another process ({process})"))
}
