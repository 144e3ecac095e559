//! `anykey compare`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use plan::Exit;
use report::Report;
use report::compare::{Comparison, draw};

use crate::args::CompareArgs;
use crate::failure::Failure;
use crate::screen::Screen;

/// Reads both reports and says what changed.
///
/// # Errors
/// One of them cannot be read, or standard output could not be written.
pub fn perform(args: &CompareArgs, screen: Screen, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let comparison = Comparison::of(&before, &after);
    if args.json {
        super::json(&comparison, out)?;
    } else {
        out.write_all(draw(&comparison, screen.out).as_bytes())?;
    }
    out.flush()?;
    Ok(comparison.exit())
}

/// The report at that path, or in that directory.
fn read(path: &Path) -> Result<Report, Failure> {
    let file = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let opened = File::open(&file).map_err(|error| wrong(error.to_string()))?;
    Report::read(BufReader::new(opened)).map_err(|error| wrong(error.to_string()))
}
