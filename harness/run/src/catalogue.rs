//! The scenarios: those that are compiled in, or those of a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use plan::Scenario;
use plan::load::{LoadError, Source, scenarios};
use targets::reference::Flaw;
use thiserror::Error;

include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Why there are no scenarios.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// A folder or file could not be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is nothing in the folder.
    #[error("there is no scenario (*.toml) in {}", path.display())]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// The files are wrong.
    #[error(transparent)]
    Wrong(#[from] LoadError),
}

/// The scenarios that are compiled in.
///
/// # Errors
/// One of them is wrong, which a test rules out.
pub fn embedded() -> Result<Vec<Scenario>, LoadError> {
    let sources: Vec<Source> = FILES
        .iter()
        .map(|(name, text)| Source { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect();
    scenarios(&sources, &flaws())
}

/// The scenarios of a folder and the folders in it.
///
/// # Errors
/// Something cannot be read, or every problem of every file.
pub fn folder(path: &Path) -> Result<Vec<Scenario>, CatalogueError> {
    let mut sources = Vec::new();
    collect(path, path, &mut sources)?;
    if sources.is_empty() {
        return Err(CatalogueError::Empty { path: path.to_owned() });
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scenarios(&sources, &flaws())?)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<(), CatalogueError> {
    let unreadable = |path: &Path, error| CatalogueError::Unreadable { path: path.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
        if path.is_dir() {
            collect(root, &path, sources)?;
        } else if path.extension().is_some_and(|ext| ext == "toml") {
            let text = fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            sources.push(Source { name, text });
        }
    }
    Ok(())
}

fn flaws() -> Vec<&'static str> {
    Flaw::all().map(Flaw::id).collect()
}
