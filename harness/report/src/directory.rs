//! `--report DIR`: every file format in one directory.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use plan::event::{Event, Sink};

use crate::{Report, html, json, junit, svg};

/// Writes `report.json`, `junit.xml`, `report.html` and `matrix.svg` when the run is over, however it ended.
pub struct Directory {
    path: PathBuf,
    whole: Option<Report>,
}

impl Directory {
    /// Makes the directory and proves that it takes files, so that a run does not end with nowhere to write.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let probe = path.join(".anykey-probe");
        File::create(&probe)?;
        fs::remove_file(&probe)?;
        Ok(Self { path: path.to_owned(), whole: None })
    }
}

impl Sink for Directory {
    fn take(&mut self, event: &Event) {
        Report::fold(&mut self.whole, event);
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let Some(report) = &self.whole else { return Ok(()) };
        for (name, write) in FILES {
            let written = whole_file(&self.path.join(name), |out| write(report, out));
            written
                .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", self.path.join(name).display())))?;
        }
        Ok(())
    }
}

/// Writes beside the file and renames, so that a reader never sees half a report.
fn whole_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut out = BufWriter::new(File::create(&part)?);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&part, path)
}

type WriteFormat = fn(&Report, &mut dyn Write) -> io::Result<()>;

const FILES: [(&str, WriteFormat); 4] = [
    ("report.json", json::write),
    ("junit.xml", junit::write),
    ("report.html", html::write),
    ("matrix.svg", svg::write),
];
