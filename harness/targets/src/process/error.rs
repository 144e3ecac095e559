//! Why a server that is started here is not there.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why what was started does not serve, or could not be started.
#[derive(Clone, Debug, Error)]
pub enum ProcessError {
    /// A file could not be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The process could not be started.
    #[error("cannot start {what}: {why}")]
    Start {
        /// `Keycloak`.
        what: String,
        /// The system's words.
        why: String,
    },
    /// The process ended before it was ready.
    #[error("{what} ended before it was ready; the end of its log:\n{tail}")]
    Ended {
        /// `Keycloak`.
        what: String,
        /// The last lines of its log.
        tail: String,
    },
    /// Not ready in time.
    #[error("{what} was not ready after {seconds} s; the end of its log:\n{tail}")]
    Slow {
        /// `Keycloak`.
        what: String,
        /// The limit.
        seconds: u64,
        /// The last lines of its log.
        tail: String,
    },
}

impl ProcessError {
    /// That file could not be read or written.
    pub(crate) fn file(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), why: error.to_string() }
    }

    /// What has that name could not be started.
    pub(crate) fn start(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Start { what: what.to_owned(), why: why.to_string() }
    }
}
