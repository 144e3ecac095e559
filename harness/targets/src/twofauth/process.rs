//! A 2FAuth process of our own, on loopback, gone when the value is.

use std::ffi::OsString;
use std::path::PathBuf;
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

/// A running 2FAuth.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in.
    pub(super) group: Group,
    home: TempDir,
    /// Its base URL, `http://localhost:PORT/`.
    pub(super) url: Url,
}

impl Process {
    /// Starts it with data of its own and waits until it answers.
    pub(super) async fn start(
        installation: &Installation,
        setup: &Setup,
        timeout: Duration,
        client: &HttpClient,
    ) -> Result<Self, ProcessError> {
        let mut tries = Tries::default();
        loop {
            let mut process = Self::spawn(installation, setup)?;
            match process.ready(client, timeout).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| process),
            }
        }
    }

    fn spawn(installation: &Installation, setup: &Setup) -> Result<Self, ProcessError> {
        let port = free_port(WHAT)?;
        let home = installation.home()?;
        let url = localhost(port);
        let base = url.origin().ascii_serialization();
        let log = home.path().join("server.log");
        // As `artisan serve` does it; but the application is told of our environment only if PHP is told to tell it.
        let arguments: [OsString; 9] = [
            "-d".into(),
            "variables_order=EGPCS".into(),
            // Without it each request compiles the whole framework. A PHP that lacks it takes no notice.
            "-d".into(),
            "opcache.enable_cli=1".into(),
            "-S".into(),
            format!("127.0.0.1:{port}").into(),
            "-t".into(),
            installation.directory.join("public").into(),
            home.path().join(ROUTER_FILE).into(),
        ];
        let group = Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-2fauth",
            home: home.path(),
            program: &installation.php,
            arguments: &arguments,
            environment: &installation.environment(home.path(), &base, setup),
            log: &log,
        })?;
        Ok(Self { group, home, url })
    }

    /// Waits until it serves.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), ProcessError> {
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(Duration::from_secs(10));
        let mut wait = Wait::within(timeout);
        loop {
            wait.look(&mut self.group).await?;
            match agent.get("refresh-csrf").await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                // It serves, and cannot: its own log says why.
                Ok(answer) if answer.status >= 500 => {
                    return Err(ProcessError::Ended { what: WHAT.to_owned(), tail: tail(&self.mail(), 25) });
                }
                _ => {}
            }
        }
    }

    /// Its own log, with the mail in it.
    pub(super) fn mail(&self) -> PathBuf {
        self.home.path().join(LOG)
    }

    /// Its own log.
    pub(super) fn log(&self) -> Option<Vec<u8>> {
        std::fs::read(self.mail()).ok().or_else(|| self.group.log())
    }
}
