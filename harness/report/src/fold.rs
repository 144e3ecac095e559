//! The whole run as one value: what `report.json` holds and what the drawing sinks read.

use std::io::Read;

use plan::Verdict;
use plan::event::{CaseDone, Event, RunDone, RunStarted, SCHEMA};
use serde::{Deserialize, Serialize};

/// A run, folded from its events. `report.json` is this struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`] of the AnyKey that wrote it.
    pub schema: u32,
    /// The head of the run.
    pub run: RunStarted,
    /// The cases that are over, in the order in which they ended.
    pub cases: Vec<CaseDone>,
    /// How the run ended; absent while it runs.
    pub done: Option<RunDone>,
}

/// Why a `report.json` cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is not a report, or the stream broke.
    Json(serde_json::Error),
    /// It is a report of another schema.
    Schema(u32),
}

impl Report {
    /// Folds `event` into the run that `whole` holds. Events before `RunStarted` are dropped: there is nothing to add them to.
    pub fn fold(whole: &mut Option<Self>, event: &Event) {
        match (whole, event) {
            (whole, Event::RunStarted(head)) => {
                *whole = Some(Self { schema: SCHEMA, run: head.clone(), cases: Vec::new(), done: None });
            }
            (Some(report), Event::CaseDone(case)) => report.cases.push((**case).clone()),
            (Some(report), Event::RunDone(done)) => report.done = Some(done.clone()),
            _ => {}
        }
    }

    /// How many cases came to `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|case| case.verdict == verdict).count()
    }

    /// How many of those that passed did as is known of the server, and not as required.
    pub fn known(&self) -> usize {
        self.cases.iter().filter(|case| case.known.is_some()).count()
    }

    /// Reads a `report.json`.
    ///
    /// # Errors
    /// Not JSON, not a report, or of another schema number.
    pub fn read(from: impl Read) -> Result<Self, ReadError> {
        let value: serde_json::Value = serde_json::from_reader(from).map_err(ReadError::Json)?;
        let schema = value.get("schema").and_then(serde_json::Value::as_u64);
        match schema.map(u32::try_from) {
            Some(Ok(SCHEMA)) | None => serde_json::from_value(value).map_err(ReadError::Json),
            Some(other) => Err(ReadError::Schema(other.unwrap_or(u32::MAX))),
        }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not an AnyKey report: {error}"),
            Self::Schema(found) => {
                write!(
                    f,
                    "the report has schema {found}, this anykey reads schema {SCHEMA}: run the bench again"
                )
            }
        }
    }
}

impl std::error::Error for ReadError {}
