//! Why there is no Keycloak to drive.

use std::path::PathBuf;

use thiserror::Error;

use crate::http::HttpError;

/// Why Keycloak could not be started or attached to.
#[derive(Debug, Error)]
pub enum KeycloakError {
    /// Not there, or not a distribution.
    #[error("{} is no Keycloak distribution: {why}; give the unpacked directory, or the .zip or .tar.gz archive", path.display())]
    Distribution {
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
    /// No Java, or too old.
    #[error(
        "Keycloak needs Java 17 or newer: {0}; install one (Debian: openjdk-17-jre-headless) or set JAVA_HOME"
    )]
    Java(String),
    /// The process could not be started.
    #[error("cannot start Keycloak: {0}")]
    Start(String),
    /// The process ended before it was ready.
    #[error("Keycloak ended before it was ready; the end of its log:\n{tail}")]
    Ended {
        /// The last lines of its log.
        tail: String,
    },
    /// Not ready in time.
    #[error("Keycloak was not ready after {seconds} s; the end of its log:\n{tail}")]
    Slow {
        /// The limit.
        seconds: u64,
        /// The last lines of its log.
        tail: String,
    },
    /// The admin interface does not let the bench in.
    #[error("Keycloak's admin interface at {url}: {why}")]
    Admin {
        /// The base URL.
        url: String,
        /// What came.
        why: String,
    },
    /// Another version than this target knows.
    #[error("{url} is Keycloak {version}; AnyKey drives the pages of Keycloak 26 and newer")]
    Version {
        /// The base URL.
        url: String,
        /// What it says.
        version: String,
    },
    /// The list of what is known of Keycloak is wrong.
    #[error("{0}")]
    Known(String),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl KeycloakError {
    pub(super) fn file(path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), why: error.to_string() }
    }
}
