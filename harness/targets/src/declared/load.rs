//! A target file to a description, strictly: every problem at once, each with its place.

mod call;
mod names;
mod parts;
mod policy;
mod sections;

use std::path::Path;

use plan::load::{FileError, Members, Problem};
use toml::de::DeTable;

use super::description::Description;
use names::Names;

/// The number of the format.
const FORMAT: i64 = 1;

impl Description {
    /// Whether the text is one of a target file, and not of settings of a target that is built in.
    pub fn is_one(text: &str) -> bool {
        let (table, _) = DeTable::parse_recoverable(text);
        table.get_ref().keys().any(|key| key.get_ref().as_ref() == "format")
    }

    /// Reads the text of the file `name`; its paths are relative to `folder`.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn parse(name: &str, text: &str, folder: &Path) -> Result<Self, FileError> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let syntax = errors.iter().map(|error| Problem {
            what: error.message().to_owned(),
            at: error.span().unwrap_or(0..0),
            help: None,
        });
        let mut problems: Vec<Problem> = syntax.collect();
        let mut m = Members::new(root.get_ref(), root.span(), "a target file");
        let read = sections::whole(&mut m, &mut Names::default(), folder);
        problems.extend(m.done());
        match read {
            Some(description) if problems.is_empty() => Ok(description),
            _ => Err(FileError::new(name, text, problems)),
        }
    }
}
