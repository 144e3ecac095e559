//! Keycloak's entry in the list of servers.

use super::error::KeycloakError;
use super::target::{KeycloakSettings, KeycloakTarget};
use crate::admin::AdminLogin;
use crate::built_in::{BuiltIn, Open, OpenError, opened};

/// Keycloak.
pub static BUILT_IN: BuiltIn = BuiltIn {
    name: "keycloak",
    product: "Keycloak",
    artefact: "a distribution (directory, .zip or .tar.gz)",
    variable: "ANYKEY_KEYCLOAK",
    needs_admin: true,
    members: &[],
    patience: "starting Keycloak; its first start takes a minute or two",
    start: |distribution, open| {
        Box::pin(async move { opened(KeycloakTarget::start(&distribution, settings(open)).await) })
    },
    attach: |url, login, open| {
        Box::pin(async move {
            let login: AdminLogin =
                login.ok_or_else(|| OpenError::usage("Keycloak needs its admin's login"))?;
            opened(KeycloakTarget::attach(url, login, settings(open)).await)
        })
    },
    dialect: None,
};

fn settings(open: Open) -> KeycloakSettings {
    KeycloakSettings { anchors: open.anchors, client: open.client, ..KeycloakSettings::default() }
}

impl From<KeycloakError> for OpenError {
    fn from(error: KeycloakError) -> Self {
        Self { is_usage: error.is_usage(), message: error.to_string() }
    }
}
