//! An Authelia process of our own, on loopback, gone when the value is.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::binary::Binary;
use super::configuration::{Choice, Secrets, USERS, configuration, users};
use super::notifier::Notifier;
use super::server::Users;
use crate::dialect::authelia::Database;
use crate::http::Agent;
use crate::locked::locked;
use crate::process::{Group, ProcessError, Spawn, Tries, Wait, free_port, random_password};
use crate::provisioned::User;

/// For people.
const WHAT: &str = "Authelia";
/// How many users the file has.
const USER_COUNT: usize = 512;

/// What the processes of one database share: it goes with the last of them.
#[derive(Debug)]
pub(super) struct Data {
    folder: TempDir,
    secrets: Secrets,
    users_file: Value,
    /// The tables of a dialect; the real one has a file in the folder.
    pub(super) database: Arc<Database>,
    /// The users in the file.
    pub(super) users: Arc<Users>,
}

impl Data {
    /// A folder with users, all of one password, in the folder of the run.
    pub(super) fn make(run: &Path, password: &str, hash: &str) -> Result<Self, ProcessError> {
        let folder = tempfile::Builder::new().prefix("data-").tempdir_in(run);
        let folder = folder.map_err(|e| ProcessError::file(run, e))?;
        let names: Vec<String> = (1..=USER_COUNT).map(|number| format!("anykey-{number:04}")).collect();
        let users_file = users(&names, hash);
        write(&folder.path().join(USERS), &users_file)?;
        let known = names.into_iter().rev().map(|name| User { name, password: password.to_owned() });
        let secrets =
            Secrets { jwt: random_password(), session: random_password(), storage: random_password() };
        Ok(Self {
            users: Arc::new(Users::new(known.collect())),
            folder,
            secrets,
            users_file,
            database: Arc::default(),
        })
    }

    /// Where its files are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder to the one that it is in.
    pub(super) fn leave(self) {
        let _ = self.folder.keep();
    }

    /// Its secrets.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The users file.
    pub(super) fn users_file(&self) -> &Value {
        &self.users_file
    }

    /// The file notifier of a process that writes to the file of that name.
    pub(super) fn notifier(&self, name: &str) -> Arc<Notifier> {
        Arc::new(Notifier::new(&self.folder.path().join(name)))
    }
}

/// A running Authelia.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the folder, which it runs in.
    group: Mutex<Group>,
    _data: Arc<Data>,
    /// Where it listens, `http://127.0.0.1:PORT/`.
    pub(super) base: Url,
}

/// What a start needs to know beside the program.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// What its configuration has.
    pub(super) choice: &'a Choice,
    /// The folder of the run, which goes when we go without a word.
    pub(super) home: &'a Path,
    /// Its database and users.
    pub(super) data: &'a Arc<Data>,
    /// The file of its notifier. A start empties it, so that of another process on the same database is another one.
    pub(super) notification: &'a str,
    /// Where the log goes.
    pub(super) log: &'a Path,
    /// How long the start may take.
    pub(super) timeout: Duration,
}

impl Process {
    /// Starts Authelia and waits until it answers.
    pub(super) async fn start(binary: &Binary, start: &Start<'_>) -> Result<Self, ProcessError> {
        let mut tries = Tries::default();
        loop {
            let (mut group, base) = Self::spawn(binary, start)?;
            match Self::ready(&mut group, &base, start.timeout).await {
                Err(error) if tries.again(&error) => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Self { group: Mutex::new(group), _data: start.data.clone(), base }),
            }
        }
    }

    fn spawn(binary: &Binary, start: &Start<'_>) -> Result<(Group, Url), ProcessError> {
        let port = free_port(WHAT)?;
        let folder = start.data.folder.path();
        let file: PathBuf = folder.join(format!("configuration-{port}.yml"));
        write(&file, &configuration(start.choice, port, folder, start.notification, &start.data.secrets))?;
        let arguments: Vec<OsString> = vec!["--config".into(), file.into()];
        let group = Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-authelia",
            home: start.home,
            program: binary.path.as_os_str(),
            arguments: &arguments,
            environment: &[],
            log: start.log,
        })?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let base = Url::parse(&format!("http://{address}/")).map_err(|e| ProcessError::start(WHAT, e))?;
        Ok((group, base))
    }

    async fn ready(group: &mut Group, base: &Url, timeout: Duration) -> Result<(), ProcessError> {
        let mut agent = Agent::new(base.clone()).timeout(Duration::from_secs(5));
        let mut wait = Wait::within(timeout);
        loop {
            wait.look(group).await?;
            if agent.get("api/health").await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
        }
    }

    /// Whether the process is gone.
    pub(super) fn ended(&self) -> bool {
        locked(&self.group).ended()
    }

    /// Ends it, whoever still wants it.
    pub(super) fn end(&self) {
        locked(&self.group).end();
    }
}

fn write(path: &Path, value: &Value) -> Result<(), ProcessError> {
    std::fs::write(path, value.to_string()).map_err(|e| ProcessError::file(path, e))
}
