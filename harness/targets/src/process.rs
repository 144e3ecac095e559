//! Servers that are started here: a process group with a directory of its own, both gone when the value is.
//!
//! A start script is sometimes the server's parent and sometimes becomes the server, so the whole process group is ended. A
//! small shell leads the group and reads from a pipe whose other end we hold: should we go without a word, the pipe closes,
//! and the shell ends the group and removes the directory.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

mod error;
mod ready;

pub use error::ProcessError;
pub(crate) use ready::{Tries, Wait};

/// Starts what follows `$1`, and ends the group when that ends or when our end of the pipe is closed.
const LEADER: &str = r#"home=$1; shift
{ "$@" </dev/null; echo "$1 ended with status $?"; kill -KILL 0; } &
read -r _
rm -rf -- "$home"
kill -KILL 0
"#;

/// A server that runs, with everything it started.
#[derive(Debug)]
pub(crate) struct Group {
    what: String,
    child: Child,
    _pipe: Option<ChildStdin>,
    log: PathBuf,
}

/// What a start needs to know.
#[derive(Debug)]
pub(crate) struct Spawn<'a> {
    /// For people, `Keycloak`.
    pub(crate) what: &'a str,
    /// What process lists show, `anykey-keycloak`.
    pub(crate) name: &'a str,
    /// Where it runs; removed if we go without a word.
    pub(crate) home: &'a Path,
    /// The program.
    pub(crate) program: &'a OsStr,
    /// Its arguments.
    pub(crate) arguments: &'a [OsString],
    /// Environment variables beside those that it inherits.
    pub(crate) environment: &'a [(String, String)],
    /// Where its output goes.
    pub(crate) log: &'a Path,
}

impl Group {
    /// Starts it.
    ///
    /// # Errors
    /// The log cannot be written, or there is no shell.
    pub(crate) fn spawn(start: &Spawn<'_>) -> Result<Self, ProcessError> {
        let unwritten = |e: io::Error| ProcessError::file(start.log, e);
        let output = File::create(start.log).map_err(unwritten)?;
        let errors = output.try_clone().map_err(unwritten)?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", LEADER, start.name]).arg(start.home).arg(start.program).args(start.arguments);
        command
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(start.home)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors);
        let child = command.spawn();
        let mut child = child.map_err(|e| ProcessError::start(start.what, format!("/bin/sh: {e}")))?;
        let pipe = child.stdin.take();
        Ok(Self { what: start.what.to_owned(), child, _pipe: pipe, log: start.log.to_owned() })
    }

    /// Whether the server is gone.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines of its log.
    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log, TAIL_LINES)
    }

    /// Its log, as far as it was written.
    pub(crate) fn log(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.log).ok()
    }

    /// Ends it at once: what it keeps is temporary, there is nothing to be saved by a slow way down.
    pub(crate) fn end(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }

    /// Ends it, and returns when nobody listens at its address any more: the server is not our child but the shell's, so it may
    /// take a moment longer, and its port with it.
    pub(crate) fn end_at(&mut self, address: SocketAddr) {
        self.end();
        let until = Instant::now() + GONE_WITHIN;
        while TcpStream::connect_timeout(&address, CONNECTED_WITHIN).is_ok() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.ended() {
            self.end();
        }
    }
}

/// Runs a command to its end, which is to be a good one; `output` gets what it writes.
///
/// # Errors
/// How it went otherwise, with the end of what it wrote.
pub(crate) async fn complete(
    program: &OsStr,
    arguments: &[OsString],
    directory: &Path,
    environment: &[(String, String)],
    output: &Path,
    within: Duration,
) -> Result<(), String> {
    let written = |e: io::Error| format!("{}: {e}", output.display());
    let file = File::create(output).map_err(written)?;
    let errors = file.try_clone().map_err(written)?;
    let mut child = tokio::process::Command::new(program);
    child.args(arguments).envs(environment.iter().cloned()).current_dir(directory);
    child.stdin(Stdio::null()).stdout(file).stderr(errors).kill_on_drop(true);
    let mut child = child.spawn().map_err(|e| format!("cannot be run: {e}"))?;
    match tokio::time::timeout(within, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("ended with {status}:\n{}", tail(output, 10))),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("did not end within {} s", within.as_secs())),
    }
}

/// The last lines of a file; what cannot be read is said.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(16 << 10)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Ok(text) => {
            let all: Vec<&str> = text.lines().collect();
            all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
        }
        Err(error) => format!("{}: {error}", path.display()),
    }
}

/// A port of this machine that nobody listens on now, for `what`.
///
/// # Errors
/// There is none.
pub(crate) fn free_port(what: &str) -> Result<u16, ProcessError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|e| ProcessError::start(what, format!("no free port: {e}")))
}

/// A folder for temporary files that goes with the value; its name begins with `prefix`.
///
/// # Errors
/// It cannot be made.
pub(crate) fn folder(prefix: &str) -> Result<TempDir, ProcessError> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir();
    made.map_err(|e| ProcessError::file(&std::env::temp_dir(), e))
}

/// The uid and gid of the first of these users that this machine has, if we are root: some servers do not run as root.
pub(crate) fn unprivileged(users: &[&str]) -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let all = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    users.iter().find_map(|user| ids(&all, user))
}

/// A user's uid and gid in the text of `/etc/passwd`.
fn ids(all: &str, user: &str) -> Option<(u32, u32)> {
    let mut lines = all.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = lines.find(|fields| fields.first() == Some(&user))?;
    Some((line.get(2)?.parse().ok()?, line.get(3)?.parse().ok()?))
}

/// A password that nobody has had before: 32 hexadecimal digits.
pub(crate) fn random_password() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// How long the end may take after the kill.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// How long one look whether somebody still listens may take.
const CONNECTED_WITHIN: Duration = Duration::from_millis(200);
/// How much of the log a message shows.
const TAIL_LINES: usize = 25;
