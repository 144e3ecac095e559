//! Why there is no Authelia to drive.

use std::path::PathBuf;

use thiserror::Error;

use crate::http::HttpError;
use crate::known::KnownError;
use crate::process::ProcessError;

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
    /// A file cannot be used, or the process does not come up.
    #[error(transparent)]
    Process(#[from] ProcessError),
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
    /// The list of what is known of it is wrong.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl AutheliaError {
    /// Whether what was given is wrong.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, Self::Binary { .. })
    }
}
