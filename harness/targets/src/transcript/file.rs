//! A transcript as it stands in `tests/transcripts/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::kind::Kind;

/// The answers of one real server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Its name.
    pub server: String,
    /// Its version; empty: it was never to be had.
    pub version: String,
    /// When it was driven, `2026-11-29`; empty: never.
    pub date: String,
    /// What it answered, in the order of routes, methods and status.
    pub answers: Vec<Entry>,
    /// What its dialect answers and no real server has, each with the reason.
    #[serde(default)]
    pub unproven: Vec<Unproven>,
}

/// One kind of answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    #[serde(flatten)]
    pub kind: Kind,
    /// Headers, cookies, type and body.
    #[serde(flatten)]
    pub record: Value,
}

/// A kind of answer that only the dialect gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unproven {
    /// Which.
    #[serde(flatten)]
    pub kind: Kind,
    /// Why no real server was asked.
    pub why: String,
}

/// Why there is no transcript.
#[derive(Debug, Error)]
#[error("{}: {why}", path.display())]
pub struct FileError {
    /// Which.
    pub path: PathBuf,
    /// What is wrong.
    pub why: String,
}

impl Transcript {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let wrong = |why: String| FileError { path: path.to_owned(), why };
        let text = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
        serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))
    }

    /// Writes the file. What is proven now is not unproven any more.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let wrong = |why: String| FileError { path: path.to_owned(), why };
        let mut own = self.clone();
        own.unproven.retain(|unproven| !own.answers.iter().any(|entry| entry.kind == unproven.kind));
        own.unproven.sort_by(|a, b| a.kind.cmp(&b.kind));
        let mut text = serde_json::to_string_pretty(&own).map_err(|e| wrong(e.to_string()))?;
        text.push('\n');
        std::fs::write(path, text).map_err(|e| wrong(e.to_string()))
    }

    /// Takes what a real server answered.
    pub fn set(&mut self, answers: BTreeMap<Kind, Value>) {
        self.answers = answers.into_iter().map(|(kind, record)| Entry { kind, record }).collect();
    }

    /// What is wrong with a dialect that gave these answers in the same run: each a sentence with both shapes.
    pub fn against(&self, dialect: &BTreeMap<Kind, Value>) -> Vec<String> {
        let real: BTreeMap<&Kind, &Value> = self.answers.iter().map(|e| (&e.kind, &e.record)).collect();
        let mut wrong = Vec::new();
        for (kind, record) in dialect {
            let unproven = self.unproven.iter().any(|unproven| unproven.kind == *kind);
            match real.get(kind) {
                Some(_) if unproven => wrong.push(format!("{kind} is proven: it is no more `unproven`")),
                Some(same) if *same == record => {}
                Some(other) => wrong
                    .push(format!("{kind}: the server's answer is\n  {other}\nthe dialect's is\n  {record}")),
                None if unproven => {}
                None => wrong.push(format!("{kind} is not known of the server: {record}")),
            }
        }
        for entry in self.answers.iter().filter(|entry| !dialect.contains_key(&entry.kind)) {
            wrong.push(format!("{}: the dialect never answered so; the server did", entry.kind));
        }
        for unproven in self.unproven.iter().filter(|unproven| !dialect.contains_key(&unproven.kind)) {
            wrong.push(format!("{} is `unproven` and never met", unproven.kind));
        }
        wrong
    }
}
