//! Lists of what servers are known to do otherwise than scenarios require, which stand beside their targets.

use plan::Known;
use plan::load::Source;

/// Reads such a list.
///
/// # Errors
/// It is wrong, which a test rules out; every problem in one text.
pub(crate) fn read(text: &str) -> Result<Vec<Known>, String> {
    let source = Source { name: "known.toml".to_owned(), text: text.to_owned() };
    plan::known::list(&source).map_err(|e| e.lines().join("\n"))
}
