//! What 2FAuth is known to do otherwise than scenarios require: `known.toml`, with the versions that each entry holds for.

use plan::Known;
use plan::load::Source;

use super::error::TwofauthError;

/// The list.
///
/// # Errors
/// It is wrong, which a test rules out.
pub(super) fn read() -> Result<Vec<Known>, TwofauthError> {
    let source = Source { name: "known.toml".to_owned(), text: include_str!("known.toml").to_owned() };
    plan::known::list(&source).map_err(|e| TwofauthError::Known(e.lines().join("\n")))
}
