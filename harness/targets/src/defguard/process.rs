//! A defguard process of our own, on loopback, gone when the value is.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use url::Url;

use super::database::Database;
use super::error::DefguardError;
use super::site::strong;
use super::wizard;
use crate::admin::AdminLogin;
use crate::http::{Agent, Answer, HttpClient, localhost};
use crate::process::{Group, ProcessError, Spawn, Tries, Wait, folder, free_port, random_password};

/// For people.
const WHAT: &str = "defguard";

/// A running defguard.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in, and the database.
    pub(super) group: Group,
    _home: TempDir,
    _database: Database,
    address: SocketAddr,
    log: PathBuf,
    /// Its base URL, `http://localhost:PORT/`.
    pub(super) url: Url,
    /// The admin of this start.
    pub(super) admin: AdminLogin,
}

/// What a start needs to know.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// The binary.
    pub(super) program: &'a Path,
    /// The database; `None`: a PostgreSQL of its own.
    pub(super) database: Option<&'a Url>,
    /// Where the log goes; `None`: into the home, which goes with the process.
    pub(super) log: Option<&'a Path>,
    /// How long the start may take.
    pub(super) timeout: Duration,
}

impl Process {
    /// Starts defguard, goes through its setup wizard, and waits until it answers.
    pub(super) async fn start(start: &Start<'_>, client: &HttpClient) -> Result<Self, DefguardError> {
        let not = |why: String| DefguardError::Program { path: start.program.to_owned(), why };
        let program = std::fs::canonicalize(start.program).map_err(|e| not(e.to_string()))?;
        if !program.is_file() {
            return Err(not("it is no file".to_owned()));
        }
        let mut tries = Tries::default();
        loop {
            // A database that a start has touched is not empty any more.
            let database = match start.database {
                Some(url) => Database::given(url)?,
                None => Database::start().await?,
            };
            let mut process = Self::spawn(&program, start, database)?;
            match process.ready(client, start.timeout).await {
                Err(DefguardError::Process(error)) if tries.again(&error) => {}
                outcome => return outcome.map(|()| process),
            }
        }
    }

    fn spawn(program: &Path, start: &Start<'_>, database: Database) -> Result<Self, ProcessError> {
        let home = folder("anykey-defguard-")?;
        let (http, grpc) = (free_port(WHAT)?, free_port(WHAT)?);
        let log = start.log.map_or_else(|| home.path().join("defguard.log"), Path::to_owned);
        let url = localhost(http);
        let local = Ipv4Addr::LOCALHOST.to_string();
        let mut environment = database.environment();
        environment.extend(
            [
                ("DEFGUARD_URL", url.origin().ascii_serialization()),
                ("DEFGUARD_SECRET_KEY", random_password() + &random_password()),
                ("DEFGUARD_HTTP_PORT", http.to_string()),
                ("DEFGUARD_HTTP_BIND_ADDRESS", local.clone()),
                ("DEFGUARD_GRPC_PORT", grpc.to_string()),
                ("DEFGUARD_GRPC_BIND_ADDRESS", local),
                ("DEFGUARD_RATELIMIT_PERSECOND", "0".to_owned()),
                ("DEFGUARD_RATELIMIT_BURST", "0".to_owned()),
                ("DEFGUARD_LOG_LEVEL", "info".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let group = Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-defguard",
            home: home.path(),
            program: program.as_os_str(),
            arguments: &[],
            environment: &environment,
            log: &log,
        })?;
        Ok(Self {
            group,
            _home: home,
            _database: database,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, http)),
            log,
            url,
            admin: AdminLogin { user: "anykey-root".into(), password: strong(&random_password()) },
        })
    }

    /// Goes through the wizard, and waits until the application is served in its place.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), DefguardError> {
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(timeout);
        let mut wait = Wait::within(timeout);
        self.says(&mut agent, &mut wait, wizard::is_on).await?;
        wizard::complete(&mut agent, &self.admin).await?;
        Ok(self.says(&mut agent, &mut wait, wizard::is_over).await?)
    }

    async fn says(
        &mut self,
        agent: &mut Agent,
        wait: &mut Wait,
        it: impl Fn(&Answer) -> bool,
    ) -> Result<(), ProcessError> {
        loop {
            wait.look(&mut self.group).await?;
            if agent.get("api/v1/session-info").await.is_ok_and(|answer| it(&answer)) {
                return Ok(());
            }
        }
    }

    /// Where its log is.
    pub(super) fn log_file(&self) -> &Path {
        &self.log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.end_at(self.address);
    }
}
