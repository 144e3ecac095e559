//! A defguard process of our own, on loopback, gone when the value is.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use super::database::Database;
use super::error::DefguardError;
use super::wizard;
use crate::admin::AdminLogin;
use crate::http::{Agent, Answer, HttpClient};
use crate::process::{Group, Spawn, free_port, port_taken, random_password};

/// How often a start is tried again because another process took a port.
const PORT_TRIES: u32 = 3;
/// The time between two looks whether it is ready.
const POLL: Duration = Duration::from_millis(100);

/// A running defguard.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in, and the database.
    group: Group,
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
        let mut tries = 1;
        loop {
            // A database that a start has touched is not empty any more.
            let database = match start.database {
                Some(url) => Database::given(url)?,
                None => Database::start().await?,
            };
            let mut process = Self::spawn(&program, start, database)?;
            match process.ready(client, start.timeout).await {
                Err(DefguardError::Ended { tail, .. }) if tries < PORT_TRIES && port_taken(&tail) => {
                    tries += 1
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(process),
            }
        }
    }

    fn spawn(program: &Path, start: &Start<'_>, database: Database) -> Result<Self, DefguardError> {
        let failed = |why: String| DefguardError::Start { what: "defguard", why };
        let home = tempfile::Builder::new().prefix("anykey-defguard-").tempdir();
        let home = home.map_err(|e| DefguardError::file(&std::env::temp_dir(), e))?;
        let port = || free_port().map_err(|e| failed(format!("no free port: {e}")));
        let (http, grpc) = (port()?, port()?);
        let log = start.log.map_or_else(|| home.path().join("defguard.log"), Path::to_owned);
        let url = Url::parse(&format!("http://localhost:{http}/")).map_err(|e| failed(e.to_string()))?;
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
            name: "anykey-defguard",
            home: home.path(),
            program: program.as_os_str(),
            arguments: &[],
            environment: &environment,
            log: &log,
        });
        let group = group.map_err(|e| failed(format!("/bin/sh, {}: {e}", log.display())))?;
        Ok(Self {
            group,
            _home: home,
            _database: database,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, http)),
            log,
            url,
            admin: AdminLogin { user: "anykey-root".into(), password: format!("{}-Aa1", random_password()) },
        })
    }

    /// Goes through the wizard, and waits until the application is served in its place.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), DefguardError> {
        let until = Instant::now() + timeout;
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(timeout);
        self.wait(&mut agent, until, timeout, wizard::is_on).await?;
        wizard::complete(&mut agent, &self.admin).await?;
        self.wait(&mut agent, until, timeout, wizard::is_over).await
    }

    async fn wait(
        &mut self,
        agent: &mut Agent,
        until: Instant,
        timeout: Duration,
        there: impl Fn(&Answer) -> bool,
    ) -> Result<(), DefguardError> {
        loop {
            if self.ended() {
                return Err(DefguardError::Ended { what: "defguard", tail: self.log_tail() });
            }
            // Any failure but the end of the process means: not yet.
            if agent.get("api/v1/session-info").await.is_ok_and(|answer| there(&answer)) {
                return Ok(());
            }
            if Instant::now() > until {
                let seconds = timeout.as_secs();
                return Err(DefguardError::Slow { what: "defguard", seconds, tail: self.log_tail() });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Whether the process is gone.
    pub(super) fn ended(&mut self) -> bool {
        self.group.ended()
    }

    /// Where its log is.
    pub(super) fn log_file(&self) -> &Path {
        &self.log
    }

    /// Its whole log.
    pub(super) fn log(&self) -> Option<Vec<u8>> {
        self.group.log()
    }

    /// The last lines of its log.
    pub(super) fn log_tail(&self) -> String {
        self.group.log_tail()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.end_at(self.address);
    }
}
