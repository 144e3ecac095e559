//! Why there is no Keycloak to drive.

use std::path::PathBuf;

use thiserror::Error;

use crate::http::HttpError;
use crate::known::KnownError;
use crate::process::ProcessError;

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
    /// A file cannot be used, or the process does not come up.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// No Java, or too old.
    #[error(
        "Keycloak needs Java 17 or newer: {0}; install one (Debian: openjdk-17-jre-headless) or set JAVA_HOME"
    )]
    Java(String),
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
    /// The list of what is known of it is wrong.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl KeycloakError {
    /// Whether what was given is wrong.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, Self::Distribution { .. })
    }
}
