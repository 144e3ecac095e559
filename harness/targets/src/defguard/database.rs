//! The database of a defguard that is started here: one that is given, or a PostgreSQL of its own.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use url::Url;

use super::error::DefguardError;
use crate::process::{
    Group, ProcessError, Spawn, Tries, Wait, folder, free_port, random_password, unprivileged,
};

/// For people.
const WHAT: &str = "PostgreSQL";
/// How long the start may take; making a database takes a second on an idle machine.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// Whose PostgreSQL it is where we are root, as which it does not run.
const USERS: [&str; 2] = ["postgres", "nobody"];
/// Makes the database and becomes the server. Nothing is to outlive the run, so nothing is synced.
const START: &str = r#"export LC_ALL=C
"$1/initdb" -D data -U defguard -A scram-sha-256 --pwfile=password -E UTF8 --no-sync || exit 1
exec "$1/postgres" -D data -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off
"#;

/// Where the tables go.
#[derive(Debug)]
pub(super) struct Database {
    /// Before the folder, which it runs in.
    own: Option<(Group, TempDir)>,
    host: String,
    port: u16,
    name: String,
    user: String,
    password: String,
}

impl Database {
    /// The database of that URL, which is to be empty.
    pub(super) fn given(url: &Url) -> Result<Self, DefguardError> {
        let wrong = |why: &str| DefguardError::Postgres { why: format!("the URL of the database {why}") };
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong("does not begin with postgres://"));
        }
        let name = url.path().trim_matches('/');
        if name.is_empty() || url.username().is_empty() {
            return Err(wrong("lacks a user or a name"));
        }
        Ok(Self {
            own: None,
            host: url.host_str().unwrap_or("127.0.0.1").to_owned(),
            port: url.port().unwrap_or(5432),
            name: name.to_owned(),
            user: url.username().to_owned(),
            password: url.password().unwrap_or_default().to_owned(),
        })
    }

    /// Starts a PostgreSQL with a database of its own, which goes with the value.
    pub(super) async fn start() -> Result<Self, DefguardError> {
        let programs = programs()?;
        let mut tries = Tries::default();
        loop {
            let mut database = Self::spawn(&programs)?;
            match database.ready().await {
                Err(error) if tries.again(&error) => {}
                outcome => return Ok(outcome.map(|()| database)?),
            }
        }
    }

    fn spawn(programs: &Path) -> Result<Self, ProcessError> {
        let folder = folder("anykey-postgres-")?;
        let port = free_port(WHAT)?;
        let password = random_password();
        let file = folder.path().join("password");
        fs::write(&file, &password).map_err(|e| ProcessError::file(&file, e))?;
        let mut words: Vec<OsString> = Vec::new();
        if let Some((uid, gid)) = unprivileged(&USERS) {
            for path in [folder.path(), &file] {
                chown(path, Some(uid), Some(gid)).map_err(|e| ProcessError::file(path, e))?;
            }
            words.push("setpriv".into());
            words.push(format!("--reuid={uid}").into());
            words.push(format!("--regid={gid}").into());
            words.push("--clear-groups".into());
        }
        words.extend(["/bin/sh".into(), "-c".into(), START.into(), "postgres".into()]);
        words.extend([programs.as_os_str().to_owned(), port.to_string().into()]);
        let (program, arguments) =
            words.split_first().ok_or_else(|| ProcessError::start(WHAT, "no program"))?;
        let log = folder.path().join("postgres.log");
        let group = Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-postgres",
            home: folder.path(),
            program,
            arguments,
            environment: &[],
            log: &log,
        })?;
        Ok(Self {
            own: Some((group, folder)),
            host: "127.0.0.1".to_owned(),
            port,
            name: "postgres".to_owned(),
            user: "defguard".to_owned(),
            password,
        })
    }

    /// Waits until it says that it is ready.
    async fn ready(&mut self) -> Result<(), ProcessError> {
        let Some((group, _)) = &mut self.own else { return Ok(()) };
        let mut wait = Wait::within(READY_WITHIN);
        loop {
            wait.look(group).await?;
            let log = group.log().unwrap_or_default();
            if String::from_utf8_lossy(&log).contains(READY) {
                return Ok(());
            }
        }
    }

    /// How defguard is told of it.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let pairs = [
            ("HOST", self.host.clone()),
            ("PORT", self.port.to_string()),
            ("NAME", self.name.clone()),
            ("USER", self.user.clone()),
            ("PASSWORD", self.password.clone()),
        ];
        pairs.into_iter().map(|(name, value)| (format!("DEFGUARD_DB_{name}"), value)).collect()
    }
}

/// The folder with `initdb` and `postgres`: on the path, or where Debian has it, the newest first.
fn programs() -> Result<PathBuf, DefguardError> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let has_both = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(has_both).ok_or_else(|| DefguardError::Postgres {
        why: format!("there is no initdb and postgres on the PATH or below {DEBIAN}"),
    })
}

const DEBIAN: &str = "/usr/lib/postgresql";
const READY: &str = "database system is ready to accept connections";
