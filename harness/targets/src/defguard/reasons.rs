//! Why defguard refused: its answers do not say, its log does.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, MutexGuard};

/// The log of a defguard that was started here. Its lines name nobody, so that one request is sent at a time where they are to
/// tell of that request.
#[derive(Debug)]
pub(super) struct Reasons {
    file: PathBuf,
    turn: Mutex<()>,
}

/// One request's turn.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    reasons: &'a Reasons,
    from: u64,
    _turn: MutexGuard<'a, ()>,
}

impl Reasons {
    pub(super) fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), turn: Mutex::new(()) }
    }

    /// Waits for the requests of others.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let turn = self.turn.lock().await;
        let from = std::fs::metadata(&self.file).map(|meta| meta.len()).unwrap_or(0);
        Turn { reasons: self, from, _turn: turn }
    }
}

impl Turn<'_> {
    /// The reason that the log has had since the turn began.
    pub(super) fn reason(&self) -> Option<String> {
        let mut file = File::open(&self.reasons.file).ok()?;
        file.seek(SeekFrom::Start(self.from)).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        reason(&String::from_utf8_lossy(&bytes))
    }
}

/// What the last line that speaks of WebAuthn says, without the version that defguard puts at the end; where none does, the
/// library's last complaint.
pub(super) fn reason(log: &str) -> Option<String> {
    let complaints = log.lines().map(plain).filter(|line| line.contains("ERROR") || line.contains("WARN"));
    let said: Vec<String> = complaints.filter_map(|line| message(&line)).collect();
    let own = said.iter().rev().find_map(|words| {
        let is_own = words.to_lowercase().starts_with("webauthn");
        is_own.then(|| words.split_once(": ").map_or(words.as_str(), |(_, rest)| rest))
    });
    own.or_else(|| said.last().map(String::as_str)).map(str::to_owned)
}

/// The message of a line, if it is one about what was sent.
fn message(line: &str) -> Option<String> {
    let (_, words) = line.split_once("message=")?;
    let words = words.split(" [").next().unwrap_or(words).trim();
    let is_of_http = words.is_empty() || words.starts_with("response failed");
    (line.to_lowercase().contains("webauthn") && !is_of_http).then(|| words.to_owned())
}

/// The line without the codes that colour it.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.split('\u{1b}');
    text.push_str(rest.next().unwrap_or_default());
    for part in rest {
        text.push_str(part.split_once('m').map_or("", |(_, words)| words));
    }
    text
}
