//! The program: which version it is, and how it hashes a password.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::error::AutheliaError;

/// How long a command may take.
const WITHIN: Duration = Duration::from_secs(30);

/// An Authelia that can be started.
#[derive(Clone, Debug)]
pub(super) struct Binary {
    /// The file.
    pub(super) path: PathBuf,
    /// What it says of itself, without the `v`; `None` for a build that does not know.
    pub(super) version: Option<String>,
}

impl Binary {
    /// Asks the program who it is.
    ///
    /// # Errors
    /// It is not there, or not Authelia.
    pub(super) async fn find(path: &Path) -> Result<Self, AutheliaError> {
        let not = |why: String| AutheliaError::Binary { path: path.to_owned(), why };
        let path = std::fs::canonicalize(path).map_err(|e| not(e.to_string()))?;
        if !path.is_file() {
            return Err(not("it is no file".to_owned()));
        }
        let said = run(&path, &["--version"]).await.map_err(not)?;
        let version = said.trim().strip_prefix("authelia version ");
        let version =
            version.ok_or_else(|| not(format!("asked for its version, it says `{}`", said.trim())))?;
        let number = version.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        Ok(Self { version: number.map(str::to_owned), path })
    }

    /// A cheap hash of a password: many are checked, and none is kept.
    pub(super) async fn hash(&self, password: &str) -> Result<String, AutheliaError> {
        let not = |why: String| AutheliaError::Binary { path: self.path.clone(), why };
        let arguments = ["crypto", "hash", "generate", "sha2crypt", "--iterations", "1000", "--no-confirm"];
        let said =
            run(&self.path, &[&arguments[..], &["--password", password]].concat()).await.map_err(not)?;
        let digest = said.lines().find_map(|line| line.trim().strip_prefix("Digest: "));
        digest.map(|digest| digest.trim().to_owned()).ok_or_else(|| not("it hashes no password".to_owned()))
    }
}

/// What a command says.
async fn run(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(WITHIN, command.output()).await;
    let output = output.map_err(|_| format!("it did not end within {} s", WITHIN.as_secs()))?;
    let output = output.map_err(|e| format!("it cannot be run: {e}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "it ended with {}: {}",
            output.status,
            errors.lines().last().unwrap_or_default()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
