//! The login of a server's admin. It stands in no argument and in no report.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// The login of an admin.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminLogin {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for AdminLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdminLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why there is no login of an admin.
#[derive(Debug, Error)]
pub enum NoLogin {
    /// The variables are not set.
    #[error("no {product} admin login: set {prefix}_ADMIN and {prefix}_PASSWORD (or {prefix}_PASSWORD_FILE)")]
    NotSet {
        /// The server's product, `Keycloak`.
        product: String,
        /// What the variables begin with, `ANYKEY_KEYCLOAK`.
        prefix: String,
    },
    /// The file with the password cannot be read.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
}

impl AdminLogin {
    /// The login in `PREFIX_ADMIN` and `PREFIX_PASSWORD`, or in the file that `PREFIX_PASSWORD_FILE` names. `product` is for
    /// the message.
    ///
    /// # Errors
    /// One is not set, or the file cannot be read.
    pub fn from_environment(product: &str, prefix: &str) -> Result<Self, NoLogin> {
        let variable = |end: &str| std::env::var(format!("{prefix}_{end}")).ok().filter(|t| !t.is_empty());
        let not_set = || NoLogin::NotSet { product: product.to_owned(), prefix: prefix.to_owned() };
        let user = variable("ADMIN").ok_or_else(not_set)?;
        match (variable("PASSWORD"), variable("PASSWORD_FILE")) {
            (Some(password), _) => Ok(Self { user, password }),
            (None, Some(file)) => Self::from_file(user, Path::new(&file)),
            (None, None) => Err(not_set()),
        }
    }

    /// The login of `user` with the password that is the text of a file, line ends at its end aside.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn from_file(user: String, file: &Path) -> Result<Self, NoLogin> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| NoLogin::File { path: file.to_owned(), why: e.to_string() })?;
        Ok(Self { user, password: text.trim_end_matches(['\r', '\n']).to_owned() })
    }
}
