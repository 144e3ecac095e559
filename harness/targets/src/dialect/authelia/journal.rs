//! The log, in JSON lines as Authelia writes it with `log.format: json`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::asked::Asked;
use crate::locked::locked;

/// Where it goes, if anywhere.
#[derive(Debug)]
pub(super) struct Journal(Option<Mutex<File>>);

impl Journal {
    /// Begins a log.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let journal = Self(path.map(File::create).transpose()?.map(Mutex::new));
        journal.line(&json!({ "level": "info", "msg": "Startup complete" }));
        Ok(journal)
    }

    /// An error about a request: what happened, and why.
    pub(super) fn error(&self, asked: &Asked, msg: &str, error: Option<&str>) {
        let mut line = json!({
            "level": "error", "method": asked.method, "msg": msg, "path": asked.path, "remote_ip": asked.address
        });
        if let Some(error) = error {
            line["error"] = json!(error);
        }
        self.line(&line);
    }

    fn line(&self, line: &Value) {
        let Some(file) = &self.0 else { return };
        let mut line = line.as_object().cloned().unwrap_or_else(Map::new);
        line.insert("time".to_owned(), json!(OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()));
        let mut file = locked(file);
        // A log that cannot be written any more is no reason to refuse a request.
        let _ = writeln!(file, "{}", Value::Object(line));
    }
}
