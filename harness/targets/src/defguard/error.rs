//! Why there is no defguard to drive.

use std::path::PathBuf;

use thiserror::Error;

use crate::http::HttpError;
use crate::known::KnownError;
use crate::process::ProcessError;

/// Why defguard could not be started or attached to.
#[derive(Debug, Error)]
pub enum DefguardError {
    /// Not there, or not its program.
    #[error("{} is not defguard's program: {why}; give the binary `defguard` of a release", path.display())]
    Program {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No PostgreSQL to start.
    #[error(
        "defguard needs PostgreSQL, and {why}; install it (Debian: postgresql) or name an empty database in \
         ANYKEY_DEFGUARD_DATABASE, postgres://USER:PASSWORD@HOST:PORT/NAME"
    )]
    Postgres {
        /// What is missing.
        why: String,
    },
    /// A file cannot be used, or the process does not come up.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The setup wizard does not go as it is known to.
    #[error(
        "defguard's setup wizard: {step} was answered with {what}; is the database empty, and this defguard 2?"
    )]
    Wizard {
        /// The request.
        step: String,
        /// What came.
        what: String,
    },
    /// The admin is not let in, or cannot do what the bench needs.
    #[error("defguard's API at {url}: {why}")]
    Admin {
        /// The base URL.
        url: String,
        /// What came.
        why: String,
    },
    /// The server knows itself under another URL.
    #[error(
        "defguard at {url} knows itself as {own}, and takes no response from another origin: give that URL, or change \
         `Defguard URL` in its settings"
    )]
    OtherUrl {
        /// The base URL.
        url: String,
        /// The setting `defguard_url`.
        own: String,
    },
    /// Another version than this target knows.
    #[error("{url} is defguard {version}; AnyKey drives defguard 2")]
    Version {
        /// The base URL.
        url: String,
        /// What it says.
        version: String,
    },
    /// The list of what is known of it is wrong.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl DefguardError {
    /// Whether what was given is wrong.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, Self::Program { .. } | Self::Postgres { .. })
    }
}
