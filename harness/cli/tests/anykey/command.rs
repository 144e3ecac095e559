//! Starting `anykey`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// What came of a command.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The binary, in an environment that does not depend on who runs the tests.
pub fn anykey() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anykey"));
    for name in [
        "ANYKEY_2FAUTH",
        "ANYKEY_AUTHELIA",
        "ANYKEY_DEFGUARD",
        "ANYKEY_KEYCLOAK",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "LC_ALL",
        "RUST_BACKTRACE",
        "ANYKEY_PIN",
        "ANYKEY_PASSPHRASE",
    ] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Runs it with those words.
pub fn run<S: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = S>) -> Ended {
    ended(anykey().args(words))
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// `anykey serve` in the background; gone when dropped.
pub struct Serving {
    pub child: Child,
    /// `http://127.0.0.1:PORT/`; of a dialect, `http://localhost:PORT/`.
    pub api: String,
    /// What it said about itself.
    pub said: Vec<String>,
}

impl Serving {
    /// On a free port.
    pub fn start(words: &[&str]) -> Self {
        let mut child = anykey()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.starts_with("Ctrl-C");
            said.push(line);
            if last {
                break;
            }
        }
        let api = said.iter().find_map(|line| line.strip_prefix("API").or_else(|| line.strip_prefix("URL")));
        let api = api.unwrap().trim().to_owned();
        Self { child, api, said }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.api.trim_start_matches("http://").trim_end_matches('/')
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends SIGINT, as Ctrl-C does.
pub fn interrupt(child: &Child) {
    signal(child, "INT");
}

/// Sends a signal.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}
