//! Keys by name or file.

use miette::Diagnostic;
use profiles::{Entry, LoadError};
use run::KeyModel;

use crate::failure::Failure;
use crate::shell::quoted;

/// The word for the whole catalogue.
pub const ALL: &str = "all";

/// The key of that name, or of that file if the text ends in `.toml`.
///
/// # Errors
/// No key has the name (the nearest is suggested), or the file is wrong (every problem with its place).
pub fn find(text: &str) -> Result<Entry, Failure> {
    if !text.ends_with(".toml") {
        return profiles::find(text).cloned().map_err(Failure::usage);
    }
    profiles::load_file(text).map_err(|error| match error {
        LoadError::Wrong(problems) => {
            let lines = problems.to_string().lines().map(str::to_owned).collect();
            let shown: Box<dyn Diagnostic + Send + Sync> = Box::new(problems);
            Failure::Files { lines, shown }
        }
        LoadError::Unreadable { .. } => Failure::usage(error),
    })
}

/// The keys of a run: those that are named, each once ([`ALL`]: the whole catalogue), or the usual ones.
///
/// # Errors
/// As [`find`]; names that are unknown are told all at once.
pub fn select(texts: &[String]) -> Result<Vec<KeyModel>, Failure> {
    if texts.is_empty() {
        return Ok(profiles::usual().iter().map(KeyModel::new).collect());
    }
    let catalogue: Vec<String> = profiles::names().map(str::to_owned).collect();
    let texts = texts.iter().flat_map(|text| match text.as_str() {
        ALL => catalogue.as_slice(),
        _ => std::slice::from_ref(text),
    });
    let mut keys: Vec<Entry> = Vec::new();
    let mut models = Vec::new();
    let mut wrong = Vec::new();
    for text in texts {
        match find(text) {
            Ok(key) if keys.contains(&key) => {}
            Ok(key) if keys.iter().any(|other| other.name() == key.name()) => {
                wrong.push(format!(
                    "two different keys are named `{}`: give one of them another name",
                    key.name()
                ));
            }
            Ok(key) => {
                models.push(KeyModel { word: quoted(text), ..KeyModel::new(&key) });
                keys.push(key);
            }
            Err(Failure::Usage(what)) => wrong.push(what),
            Err(other) => return Err(other),
        }
    }
    if wrong.is_empty() { Ok(models) } else { Err(Failure::Usage(wrong.join("\n"))) }
}
