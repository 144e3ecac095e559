//! Why there is no Authelia to drive.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::http::HttpError;

/// Why Authelia could not be started or attached to.
#[derive(Debug, Error)]
pub enum AutheliaError {
    /// Not there, or not Authelia.
    #[error("{} is no Authelia binary: {why}; give the program `authelia` of a release", path.display())]
    Binary {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file could not be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The process could not be started.
    #[error("cannot start Authelia: {0}")]
    Start(String),
    /// The process ended before it was ready.
    #[error("Authelia ended before it was ready; the end of its log:\n{tail}")]
    Ended {
        /// The last lines of its log.
        tail: String,
    },
    /// Not ready in time.
    #[error("Authelia was not ready after {seconds} s; the end of its log:\n{tail}")]
    Slow {
        /// The limit.
        seconds: u64,
        /// The last lines of its log.
        tail: String,
    },
    /// Another version than this target knows.
    #[error("{what} is Authelia {version}; AnyKey drives Authelia 4.39 and newer of version 4")]
    Version {
        /// The program or the URL.
        what: String,
        /// What it says.
        version: String,
    },
    /// What runs there is not the server that was meant, or it cannot be used as it is.
    #[error("Authelia at {url}: {why}")]
    Unusable {
        /// Where.
        url: String,
        /// What came, and what to do.
        why: String,
    },
    /// The list of what is known of Authelia is wrong.
    #[error("{0}")]
    Known(String),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl AutheliaError {
    pub(super) fn file(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), why: error.to_string() }
    }
}
