//! The log of an Authelia that was started here: the one place where the reason of a refusal stands.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A log in JSON lines.
#[derive(Clone, Debug)]
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it ends now.
    pub(super) fn end(&self) -> u64 {
        std::fs::metadata(&self.0).map_or(0, |meta| meta.len())
    }

    /// The reason in what was logged since for the client of that address.
    pub(super) fn reason(&self, since: u64, address: &str) -> Option<String> {
        let mut file = File::open(&self.0).ok()?;
        file.seek(SeekFrom::Start(since)).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        reason(&String::from_utf8_lossy(&bytes), address)
    }
}

/// What went wrong for that address; where no line says so, the last words about it.
pub(super) fn reason(lines: &str, address: &str) -> Option<String> {
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let fitting: Vec<Value> = lines
        .filter(|line| {
            line["remote_ip"] == address
                && ["error", "warning", "info"].iter().any(|level| line["level"] == *level)
        })
        .collect();
    let last = |name: &str| fitting.iter().rev().find_map(|line| line[name].as_str()).map(str::to_owned);
    last("error").or_else(|| last("msg"))
}
