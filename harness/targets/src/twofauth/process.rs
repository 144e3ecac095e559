//! A 2FAuth process of our own, on loopback, gone when the value is.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use url::Url;

use super::environment::LOG;
use super::home::{Installation, ROUTER_FILE};
use super::policy::Setup;
use crate::http::{Agent, HttpClient, localhost};
use crate::process::{Group, ProcessError, Spawn, Tries, Wait, free_port, tail};

/// For people.
const WHAT: &str = "2FAuth";

/// What a start needs to know.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// What is started.
    pub(super) installation: &'a Installation,
    /// What its environment decides.
    pub(super) setup: &'a Setup,
    /// How long it may take.
    pub(super) timeout: Duration,
    /// The connections.
    pub(super) client: &'a HttpClient,
}

/// A running 2FAuth.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in.
    pub(super) group: Group,
    home: Arc<Home>,
}

/// Where a 2FAuth is at home, whatever its environment: its data and its address.
#[derive(Debug)]
pub(super) struct Home {
    folder: TempDir,
    port: u16,
}

impl Process {
    /// Starts it with data of its own and waits until it answers.
    pub(super) async fn start(start: &Start<'_>) -> Result<Self, ProcessError> {
        let mut tries = Tries::default();
        loop {
            let home = Arc::new(Home { folder: start.installation.home()?, port: free_port(WHAT)? });
            match home.run(start).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|group| Self { group, home }),
            }
        }
    }

    /// Ends it. What is given is where it was at home, for another to go on there.
    pub(super) fn end(&mut self) -> Arc<Home> {
        self.group.end_at(SocketAddr::from((Ipv4Addr::LOCALHOST, self.home.port)));
        self.home.clone()
    }

    /// Its base URL, `http://localhost:PORT/`.
    pub(super) fn url(&self) -> Url {
        localhost(self.home.port)
    }

    /// Its own log, with the mail in it.
    pub(super) fn mail(&self) -> PathBuf {
        self.home.mail()
    }

    /// Its own log.
    pub(super) fn log(&self) -> Option<Vec<u8>> {
        std::fs::read(self.mail()).ok().or_else(|| self.group.log())
    }
}

impl Home {
    /// Runs a 2FAuth there, and waits until it serves.
    pub(super) async fn run(&self, start: &Start<'_>) -> Result<Group, ProcessError> {
        let mut group = self.spawn(start.installation, start.setup)?;
        let agent = Agent::with_client(localhost(self.port), start.client.clone());
        let mut agent = agent.timeout(Duration::from_secs(10));
        let mut wait = Wait::within(start.timeout);
        loop {
            wait.look(&mut group).await?;
            match agent.get("refresh-csrf").await {
                Ok(answer) if answer.status == 200 => return Ok(group),
                // It serves, and cannot: its own log says why.
                Ok(answer) if answer.status >= 500 => {
                    return Err(ProcessError::Ended { what: WHAT.to_owned(), tail: tail(&self.mail(), 25) });
                }
                _ => {}
            }
        }
    }

    fn spawn(&self, installation: &Installation, setup: &Setup) -> Result<Group, ProcessError> {
        let home = self.folder.path();
        let base = localhost(self.port).origin().ascii_serialization();
        // As `artisan serve` does it; but the application is told of our environment only if PHP is told to tell it.
        let arguments: [OsString; 9] = [
            "-d".into(),
            "variables_order=EGPCS".into(),
            // Without it each request compiles the whole framework. A PHP that lacks it takes no notice.
            "-d".into(),
            "opcache.enable_cli=1".into(),
            "-S".into(),
            format!("127.0.0.1:{}", self.port).into(),
            "-t".into(),
            installation.directory.join("public").into(),
            home.join(ROUTER_FILE).into(),
        ];
        Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-2fauth",
            home,
            program: &installation.php,
            arguments: &arguments,
            environment: &installation.environment(home, &base, setup),
            log: &home.join("server.log"),
        })
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }
}
