//! What Keycloak is known to do otherwise than scenarios require: `known.toml`, with the versions that each entry holds for.

use plan::Known;

use super::error::KeycloakError;

/// The list.
///
/// # Errors
/// It is wrong, which a test rules out.
pub(super) fn read() -> Result<Vec<Known>, KeycloakError> {
    crate::known::read(include_str!("known.toml")).map_err(KeycloakError::Known)
}
