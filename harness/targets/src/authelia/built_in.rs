//! Authelia's entry in the list of servers.

use std::path::Path;

use url::Url;

use super::attached::{self, AutheliaAttachment};
use super::error::AutheliaError;
use super::target::{AutheliaSettings, AutheliaTarget};
use crate::built_in::{BuiltIn, Open, OpenError};
use crate::target::Target;

/// Authelia.
pub static BUILT_IN: BuiltIn = BuiltIn {
    name: "authelia",
    product: "Authelia",
    artefact: "the program `authelia`",
    variable: "ANYKEY_AUTHELIA",
    needs_admin: false,
    members: &["portal", "notifier", "users", "version"],
    patience: "starting Authelia",
    start: |program, open| {
        Box::pin(async move { opened(AutheliaTarget::start(&program, settings(&open)).await) })
    },
    attach: |url, _, open| {
        Box::pin(async move {
            let about = attachment(&open)?;
            opened(AutheliaTarget::attach(url, about, settings(&open)).await)
        })
    },
    dialect: None,
};

fn settings(open: &Open) -> AutheliaSettings {
    AutheliaSettings { client: open.client.clone(), ..AutheliaSettings::default() }
}

/// The members of a target file that are Authelia's own.
fn attachment(open: &Open) -> Result<AutheliaAttachment, OpenError> {
    let given = |name: &str| open.settings.get(name).cloned();
    let portal = given("portal").map(|text| {
        let url = Url::parse(&text).ok().filter(Url::has_host);
        url.ok_or_else(|| {
            OpenError::usage(format!("`portal`: `{text}` is no URL, as https://auth.example.org is"))
        })
    });
    let users = given("users").map(|file| attached::users(Path::new(&file))).transpose();
    Ok(AutheliaAttachment {
        portal: portal.transpose()?,
        notifier: given("notifier").map(Into::into),
        users: users.map_err(OpenError::usage)?.unwrap_or_default(),
        version: given("version"),
    })
}

fn opened(outcome: Result<AutheliaTarget, AutheliaError>) -> Result<Box<dyn Target>, OpenError> {
    match outcome {
        Ok(target) => Ok(Box::new(target)),
        Err(error @ AutheliaError::Binary { .. }) => Err(OpenError::usage(error)),
        Err(error) => Err(OpenError::server(error)),
    }
}
