//! The scenarios: those in the binary, or those of a directory.

use std::fs;
use std::path::Path;

use plan::Scenario;
use plan::load::{self, Source};
use targets::reference::Flaw;

use crate::failure::Failure;

include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// All scenarios, checked.
///
/// # Errors
/// Files that cannot be read, and every problem of every file that can.
pub fn scenarios(dir: Option<&Path>) -> Result<Vec<Scenario>, Failure> {
    let sources = match dir {
        Some(dir) => of_directory(dir)?,
        None => FILES
            .iter()
            .map(|(name, text)| Source { name: (*name).to_owned(), text: (*text).to_owned() })
            .collect(),
    };
    let flaws: Vec<&str> = Flaw::all().map(Flaw::id).collect();
    load::scenarios(&sources, &flaws)
        .map_err(|error| Failure::Files { lines: error.lines(), shown: Box::new(error) })
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

fn of_directory(dir: &Path) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    collect(dir, dir, &mut sources)?;
    if sources.is_empty() {
        return Err(Failure::Usage(format!("{} holds no scenario files (*.toml)", dir.display())));
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

fn collect(root: &Path, dir: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let unreadable =
        |path: &Path, error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    for entry in fs::read_dir(dir).map_err(|e| unreadable(dir, e))? {
        let entry = entry.map_err(|e| unreadable(dir, e))?;
        let path = entry.path();
        // Links are not followed: they could go round in a circle.
        if entry.file_type().map_err(|e| unreadable(&path, e))?.is_dir() {
            collect(root, &path, sources)?;
        } else if path.extension().is_some_and(|ext| ext == "toml") {
            let text = fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            sources.push(Source { name, text });
        }
    }
    Ok(())
}
