//! The scenarios: those in the binary, or those of a directory.

use std::path::Path;

use plan::Scenario;
use run::{CatalogueError, catalogue};

use crate::failure::Failure;

/// All scenarios, checked.
///
/// # Errors
/// Files that cannot be read, and every problem of every file that can.
pub fn scenarios(dir: Option<&Path>) -> Result<Vec<Scenario>, Failure> {
    let found = match dir {
        Some(dir) => catalogue::folder(dir),
        None => catalogue::embedded().map_err(CatalogueError::Wrong),
    };
    found.map_err(|error| match error {
        CatalogueError::Wrong(error) => Failure::Files { lines: error.lines(), shown: Box::new(error) },
        other => Failure::usage(other),
    })
}

/// The scenarios that fit one of the globs.
///
/// # Errors
/// Every glob that fits nothing.
pub fn select<'s>(all: &'s [Scenario], globs: &[String]) -> Result<Vec<&'s Scenario>, Failure> {
    plan::select(all, globs).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::Usage(format!("{}\n`anykey scenarios` lists them", lines.join("\n")))
    })
}
