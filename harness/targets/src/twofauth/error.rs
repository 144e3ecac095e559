//! Why there is no 2FAuth to drive.

use std::path::PathBuf;

use thiserror::Error;

use crate::http::HttpError;
use crate::known::KnownError;
use crate::process::ProcessError;

/// Why 2FAuth could not be started or attached to.
#[derive(Clone, Debug, Error)]
pub enum TwofauthError {
    /// Not there, or not an installation.
    #[error("{} is no 2FAuth: {why}; give the directory of a release, with its `vendor` folder (`composer install --no-dev`)", path.display())]
    Directory {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file cannot be used, or the process does not come up.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// No PHP.
    #[error(
        "2FAuth needs PHP (8.4 for 2FAuth 8) with sqlite, mbstring, xml, bcmath, gd and sodium: `{php}`: {why}; install one (Debian: \
         php-cli php-sqlite3 php-mbstring php-xml php-bcmath php-gd), or name it in ANYKEY_PHP"
    )]
    Php {
        /// The program.
        php: String,
        /// What came of it.
        why: String,
    },
    /// A command that prepares the data failed.
    #[error("cannot prepare 2FAuth's data: `php artisan {command}` {why}")]
    Prepare {
        /// Which.
        command: String,
        /// How it ended, and the end of what it wrote.
        why: String,
    },
    /// The admin is not let in.
    #[error("2FAuth at {url}: {why}")]
    Admin {
        /// The base URL.
        url: String,
        /// What came.
        why: String,
    },
    /// Something else answers there.
    #[error("{url} is no 2FAuth: its page names no version (`appVersion`); give the URL of its start page")]
    NotIt {
        /// The base URL.
        url: String,
    },
    /// Another version than this target knows.
    #[error("{url} is 2FAuth {version}; AnyKey drives 2FAuth 8")]
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

impl TwofauthError {
    /// Whether whoever gave the command has to give something else.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Directory { .. } | Self::Php { .. })
    }
}
