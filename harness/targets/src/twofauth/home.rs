//! Data folders of 2FAuth: one is prepared, the others are copies of it. The installation itself stays as it is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use super::environment::{self, DATABASE, STORAGE};
use super::error::TwofauthError;
use super::policy::Setup;
use crate::process::{ProcessError, complete, folder};

/// How long a command that prepares the data may take.
const PREPARED_WITHIN: Duration = Duration::from_secs(180);
/// What the names of data folders begin with.
const FOLDERS: &str = "anykey-2fauth-";
/// The folders that the framework expects to be there.
const INNER: &[&str] = &[
    "cache",
    "storage/app/public",
    "storage/logs",
    "storage/framework/cache/data",
    "storage/framework/sessions",
    "storage/framework/testing",
    "storage/framework/views",
];
/// Makes the tables, and the keys without which the preferences of users cannot be set.
const COMMANDS: &[&[&str]] = &[&["migrate", "--force", "--no-interaction"], &["passport:keys", "--force"]];
/// Each request goes to the application: none of its files is asked for.
const ROUTER: &str = "<?php require $_SERVER['DOCUMENT_ROOT'] . '/index.php';\n";
/// The router, relative to the home.
pub(super) const ROUTER_FILE: &str = "router.php";

/// An installation of 2FAuth with a PHP that runs it, and prepared data.
#[derive(Debug)]
pub(super) struct Installation {
    /// The directory of the release.
    pub(super) directory: PathBuf,
    /// The program.
    pub(super) php: OsString,
    /// `APP_KEY`.
    key: String,
    template: TempDir,
}

impl Installation {
    /// Looks at a directory, and prepares data for it.
    pub(super) async fn prepare(directory: &Path) -> Result<Self, TwofauthError> {
        let not = |why: String| TwofauthError::Directory { path: directory.to_owned(), why };
        let directory = fs::canonicalize(directory).map_err(|e| not(e.to_string()))?;
        for file in ["artisan", "public/index.php", "vendor/autoload.php"] {
            if !directory.join(file).is_file() {
                return Err(not(format!("it has no {file}")));
            }
        }
        let given = std::env::var_os("ANYKEY_PHP").filter(|php| !php.is_empty());
        let php = given.unwrap_or_else(|| "php".into());
        let key = format!("base64:{}", STANDARD.encode(rand::random::<[u8; 32]>()));
        let installation = Self { directory, php, key, template: folder(FOLDERS)? };
        installation.works().await?;
        installation.fill().await?;
        Ok(installation)
    }

    /// Environment variables for a data folder.
    pub(super) fn environment(&self, home: &Path, url: &str, setup: &Setup) -> Vec<(String, String)> {
        environment::variables(home, &self.key, url, setup)
    }

    /// A copy of the prepared data.
    pub(super) fn home(&self) -> Result<TempDir, ProcessError> {
        let home = folder(FOLDERS)?;
        copy(self.template.path(), home.path()).map_err(|e| ProcessError::file(home.path(), e))?;
        Ok(home)
    }

    /// Whether there is a PHP.
    async fn works(&self) -> Result<(), TwofauthError> {
        let output = self.template.path().join("php.log");
        complete(&self.php, &["-v".into()], &self.directory, &[], &output, PREPARED_WITHIN)
            .await
            .map_err(|why| TwofauthError::Php { php: self.php.to_string_lossy().into_owned(), why })
    }

    async fn fill(&self) -> Result<(), TwofauthError> {
        let home = self.template.path();
        let made = INNER.iter().try_for_each(|inner| fs::create_dir_all(home.join(inner)));
        made.and_then(|()| fs::write(home.join(DATABASE), []))
            .and_then(|()| fs::write(home.join(ROUTER_FILE), ROUTER))
            .map_err(|e| ProcessError::file(home, e))?;
        let environment = self.environment(home, "http://localhost", &Setup::default());
        for words in COMMANDS {
            let output = home.join("prepare.log");
            let mut arguments = vec![OsString::from("artisan")];
            arguments.extend(words.iter().map(OsString::from));
            let done =
                complete(&self.php, &arguments, &self.directory, &environment, &output, PREPARED_WITHIN);
            done.await.map_err(|why| TwofauthError::Prepare { command: words.join(" "), why })?;
        }
        // What these commands logged is not the servers' own, and their caches have the paths of this folder.
        let gone = [STORAGE, "cache"].map(|inner| home.join(inner));
        let logs = gone[0].join("logs");
        let cleared = fs::remove_dir_all(&logs)
            .and_then(|()| fs::create_dir(&logs))
            .and_then(|()| fs::remove_dir_all(&gone[1]))
            .and_then(|()| fs::create_dir(&gone[1]));
        Ok(cleared.map_err(|e| ProcessError::file(home, e))?)
    }
}

/// Copies a tree.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target)?,
            false => drop(fs::copy(entry.path(), &target)?),
        }
    }
    Ok(())
}
