//! A 2FAuth process of our own, on loopback, gone when the value is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use super::environment::LOG;
use super::error::TwofauthError;
use super::home::{Installation, ROUTER_FILE};
use super::policy::Setup;
use crate::http::{Agent, HttpClient};
use crate::process::{Group, Spawn, free_port, port_taken};

/// How often a start is tried again because another process took the port.
const PORT_TRIES: u32 = 3;
/// The time between two looks whether it is ready.
const POLL: Duration = Duration::from_millis(50);

/// A running 2FAuth.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in.
    group: Group,
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
    ) -> Result<Self, TwofauthError> {
        let mut tries = 1;
        loop {
            let mut process = Self::spawn(installation, setup)?;
            match process.ready(client, timeout).await {
                Err(TwofauthError::Ended { tail }) if tries < PORT_TRIES && port_taken(&tail) => tries += 1,
                Err(error) => return Err(error),
                Ok(()) => return Ok(process),
            }
        }
    }

    fn spawn(installation: &Installation, setup: &Setup) -> Result<Self, TwofauthError> {
        let port = free_port().map_err(|e| TwofauthError::Start(format!("no free port: {e}")))?;
        let home = installation.home()?;
        let base = format!("http://localhost:{port}");
        let url = Url::parse(&base).map_err(|e| TwofauthError::Start(e.to_string()))?;
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
            name: "anykey-2fauth",
            home: home.path(),
            program: &installation.php,
            arguments: &arguments,
            environment: &installation.environment(home.path(), &base, setup),
            log: &log,
        });
        let group = group.map_err(|e| TwofauthError::Start(format!("/bin/sh, {}: {e}", log.display())))?;
        Ok(Self { group, home, url })
    }

    /// Waits until it serves.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), TwofauthError> {
        let began = Instant::now();
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(Duration::from_secs(10));
        loop {
            if self.group.ended() {
                return Err(TwofauthError::Ended { tail: self.group.log_tail() });
            }
            match agent.get("refresh-csrf").await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                // It serves, and cannot: its own log says why.
                Ok(answer) if answer.status >= 500 => {
                    return Err(TwofauthError::Ended { tail: crate::process::tail(&self.mail(), 25) });
                }
                // Any other failure but the end of the process means: not yet.
                _ => {}
            }
            if began.elapsed() > timeout {
                return Err(TwofauthError::Slow { seconds: timeout.as_secs(), tail: self.group.log_tail() });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Whether the process is gone.
    pub(super) fn ended(&mut self) -> bool {
        self.group.ended()
    }

    /// The last lines of its output.
    pub(super) fn log_tail(&self) -> String {
        self.group.log_tail()
    }

    /// Its own log, with the mail in it.
    pub(super) fn mail(&self) -> PathBuf {
        self.home.path().join(LOG)
    }

    /// Its own log.
    pub(super) fn log(&self) -> Option<Vec<u8>> {
        read(&self.mail()).or_else(|| self.group.log())
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}
