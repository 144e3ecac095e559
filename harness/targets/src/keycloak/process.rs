//! A Keycloak process of our own, on loopback, gone when the value is.
//!
//! `kc.sh` is sometimes Java's parent and sometimes becomes Java, so the whole process group is ended. A small shell
//! leads the group and reads from a pipe whose other end we hold: should we go without a word, the pipe closes, and the
//! shell ends the group and removes its directory.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use rustix::process::{Pid, Signal, kill_process_group};
use url::Url;

use super::admin::AdminLogin;
use super::error::KeycloakError;
use super::home::Home;
use super::java;
use crate::http::{Agent, HttpClient};

/// Starts what follows `$1`, and ends the group when that ends or when our end of the pipe is closed.
const LEADER: &str = r#"home=$1; shift
{ "$@" </dev/null; echo "kc.sh ended with status $?"; kill -KILL 0; } &
read -r _
rm -rf -- "$home"
kill -KILL 0
"#;
/// How much of the log a message shows.
const TAIL_LINES: usize = 25;
/// How often a start is tried again because another process took the port.
const PORT_TRIES: u32 = 3;
/// The time between two looks whether it is ready.
const POLL: Duration = Duration::from_millis(200);
/// How long the end may take after the kill.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// A running Keycloak.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    _pipe: Option<ChildStdin>,
    log: PathBuf,
    home: Home,
    address: SocketAddr,
    /// Its base URL, `http://localhost:PORT/`.
    pub(super) url: Url,
    /// The admin of this start.
    pub(super) admin: AdminLogin,
}

/// What a start needs to know.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// A directory or an archive.
    pub(super) distribution: &'a Path,
    /// Where to keep what can be made again.
    pub(super) cache: Option<&'a Path>,
    /// Where the log goes; `None`: into the home, which goes with the process.
    pub(super) log: Option<&'a Path>,
    /// Trust anchors (DER) beside those of Java.
    pub(super) anchors: &'a [Vec<u8>],
    /// How long the start may take.
    pub(super) timeout: Duration,
}

impl Process {
    /// Starts Keycloak and waits until it answers.
    pub(super) async fn start(start: &Start<'_>, client: &HttpClient) -> Result<Self, KeycloakError> {
        java::check()?;
        let mut tries = 1;
        loop {
            let mut process = Self::spawn(start)?;
            match process.ready(client, start.timeout).await {
                Err(KeycloakError::Ended { tail }) if tries < PORT_TRIES && port_taken(&tail) => tries += 1,
                Err(error) => return Err(error),
                Ok(()) => {
                    process.home.keep_compiled();
                    return Ok(process);
                }
            }
        }
    }

    fn spawn(start: &Start<'_>) -> Result<Self, KeycloakError> {
        let port = free_port().map_err(|e| KeycloakError::Start(format!("no free port: {e}")))?;
        let build: Vec<String> = vec!["start-dev".into(), "--db=dev-mem".into()];
        let home = Home::prepare(start.distribution, start.cache, &build)?;
        let log = start.log.map_or_else(|| home.path().join("keycloak.log"), Path::to_owned);
        let output = File::create(&log).map_err(|e| KeycloakError::file(&log, e))?;
        let errors = output.try_clone().map_err(|e| KeycloakError::file(&log, e))?;
        let admin = AdminLogin { user: "anykey-admin".into(), password: random_password() };

        let mut command = Command::new("/bin/sh");
        command.args(["-c", LEADER, "anykey-keycloak"]).arg(home.path()).arg(home.path().join("bin/kc.sh"));
        command.args(&build).arg("--http-host=127.0.0.1").arg(format!("--http-port={port}"));
        if !start.anchors.is_empty() {
            let roots = home.path().join("attestation-roots.pem");
            fs::write(&roots, pem(start.anchors)).map_err(|e| KeycloakError::file(&roots, e))?;
            command.arg(format!("--truststore-paths={}", roots.display()));
        }
        command
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", &admin.user)
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", &admin.password)
            .current_dir(home.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors);
        let mut child = command.spawn().map_err(|e| KeycloakError::Start(format!("/bin/sh: {e}")))?;
        let pipe = child.stdin.take();
        let url = Url::parse(&format!("http://localhost:{port}/"));
        let url = url.map_err(|e| KeycloakError::Start(e.to_string()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Self { child, _pipe: pipe, log, home, address, url, admin })
    }

    /// Waits until the realm `master` is served.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), KeycloakError> {
        let began = Instant::now();
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(Duration::from_secs(5));
        loop {
            if self.ended() {
                return Err(KeycloakError::Ended { tail: self.log_tail() });
            }
            // Any failure but the end of the process means: not yet.
            if agent.get("realms/master").await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if began.elapsed() > timeout {
                return Err(KeycloakError::Slow { seconds: timeout.as_secs(), tail: self.log_tail() });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Whether the process is gone.
    pub(super) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines of its log.
    pub(super) fn log_tail(&self) -> String {
        tail(&self.log, TAIL_LINES)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Memory database and temporary home: there is nothing to be saved by a slow way down.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        // Java is not our child but the shell's: it may take a moment longer, and its port with it.
        let until = Instant::now() + GONE_WITHIN;
        while TcpStream::connect_timeout(&self.address, POLL).is_ok() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The last lines of a file; what cannot be read is said.
pub(super) fn tail(path: &Path, lines: usize) -> String {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(16 << 10)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Ok(text) => {
            let all: Vec<&str> = text.lines().collect();
            all[all.len().saturating_sub(lines)..].join("\n")
        }
        Err(error) => format!("{}: {error}", path.display()),
    }
}

fn port_taken(log: &str) -> bool {
    log.contains("Address already in use") || log.contains("already in use") || log.contains("BindException")
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn random_password() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// Certificates as a PEM file.
pub(super) fn pem(certificates: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for der in certificates {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(der);
        for line in encoded.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
