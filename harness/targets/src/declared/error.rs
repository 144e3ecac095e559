//! Why there is no server to drive.

use thiserror::Error;

use crate::http::HttpError;
use crate::process::ProcessError;
use crate::target::TargetError;

/// Why a described server could not be started or attached to.
#[derive(Debug, Error)]
pub enum DeclaredError {
    /// It is not said where the server runs, nor how it is started.
    #[error("the target file says neither where {name} runs nor how it is started: give its URL with --url")]
    NoUrl {
        /// The server.
        name: String,
    },
    /// The URL is none.
    #[error("`{url}` is no URL: {why}")]
    BadUrl {
        /// What was to be one.
        url: String,
        /// The parser's words.
        why: String,
    },
    /// A value or secret is not given.
    #[error("{what}")]
    NotGiven {
        /// Which, and how it is given.
        what: String,
    },
    /// A file cannot be used, or the process does not come up.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A command that prepares the start failed.
    #[error("cannot prepare the start of {name}: `{command}` {why}")]
    Prepare {
        /// The server.
        name: String,
        /// The program.
        command: String,
        /// How it ended, and the end of what it wrote.
        why: String,
    },
    /// It does not let the bench in.
    #[error("{name} does not let the bench in: {error}{hint}")]
    Connect {
        /// The server.
        name: String,
        /// Why.
        error: TargetError,
        /// Where the secrets come from.
        hint: String,
    },
    /// The file is for other versions.
    #[error(
        "{name} is of version {version}; the target file is for {range}: change `versions` when you have seen that it fits"
    )]
    Version {
        /// The server.
        name: String,
        /// What runs.
        version: String,
        /// What the file is for.
        range: String,
    },
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl DeclaredError {
    /// Whether whoever gave the command has to give something else.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoUrl { .. } | Self::BadUrl { .. } | Self::NotGiven { .. })
    }
}
