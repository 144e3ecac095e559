//! What defguard is known to do otherwise than scenarios require: `known.toml`, with the versions that each entry holds for.

use plan::Known;

use super::error::DefguardError;

/// The list.
///
/// # Errors
/// It is wrong, which a test rules out.
pub(super) fn read() -> Result<Vec<Known>, DefguardError> {
    crate::known::read(include_str!("known.toml")).map_err(DefguardError::Known)
}
