//! Lists of what servers are known to do otherwise than scenarios require: `known.toml` beside each target, with the versions that
//! each entry holds for.

use plan::Known;
use plan::load::Source;
use thiserror::Error;

/// Such a list is wrong, which tests rule out: every problem of it.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct KnownError(String);

/// Reads the text of such a list.
///
/// # Errors
/// It is wrong.
pub(crate) fn read(text: &str) -> Result<Vec<Known>, KnownError> {
    let source = Source { name: "known.toml".to_owned(), text: text.to_owned() };
    plan::known::list(&source).map_err(|e| KnownError(e.lines().join("\n")))
}
