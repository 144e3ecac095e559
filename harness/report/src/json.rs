//! `report.json`: the whole run, for programs. Also [`Report::read`]s back.

use std::io::{self, Write};

use plan::event::{Event, Sink};

use crate::Report;

/// Writes the whole run as JSON when it is over.
pub struct Json {
    out: Box<dyn Write + Send>,
    whole: Option<Report>,
}

impl Json {
    /// On `out`.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, whole: None }
    }
}

impl Sink for Json {
    fn take(&mut self, event: &Event) {
        Report::fold(&mut self.whole, event);
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        match &self.whole {
            Some(report) => write(report, &mut *self.out),
            None => Ok(()),
        }
    }
}

/// Writes `report` as JSON on one line: indented, it would be twice as long.
///
/// # Errors
/// The stream could not be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}
