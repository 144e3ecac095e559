//! Authelia's entry in the list of servers.

use std::net::SocketAddr;
use std::path::Path;

use url::Url;

use super::attached::{self, AutheliaAttachment};
use super::configuration::{Choice, NOTIFICATION, PORTAL, configuration};
use super::error::AutheliaError;
use super::process::Data;
use super::program::Program;
use super::target::{AutheliaSettings, AutheliaTarget};
use crate::built_in::{BuiltIn, Dialect, Open, OpenError, Served, opened};
use crate::dialect::authelia as dialect;
use crate::process::{ProcessError, folder, random_password};
use crate::transcript::Reading;

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
    dialect: Some(Dialect {
        version: dialect::VERSION,
        reading: Reading {
            routes: &[
                "/api/secondfactor/webauthn/credential/register",
                "/api/secondfactor/webauthn/credential/{id}",
            ],
            literals: &["status", "message", "attestation_type", "attestation_format", "attachment"],
        },
        target: |open| Box::pin(async move { opened(AutheliaTarget::dialect(settings(&open)).await) }),
        serve: |listen| Box::pin(async move { serve(listen).await.map_err(OpenError::server) }),
    }),
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

/// A dialect for others: the configuration of a new installation, and some users.
async fn serve(listen: SocketAddr) -> Result<Served, AutheliaError> {
    let password = random_password();
    let folder = folder("anykey-authelia-")?;
    let data = Data::make(folder.path(), &password, &Program::Dialect.hash(&password).await?)?;
    let configuration =
        configuration(&Choice::default(), listen.port(), data.folder(), NOTIFICATION, data.secrets());
    let notification = data.folder().join(NOTIFICATION);
    let users = data.users_file().clone();
    let names: Vec<String> =
        (0..SERVED_USERS).filter_map(|_| data.users.take()).map(|user| user.name).collect();
    let running = dialect::start(dialect::Start {
        listen,
        configuration: &configuration,
        users: &users,
        database: data.database.clone(),
        log: None,
        folder: Some(folder),
    });
    let running = running.await.map_err(|e| ProcessError::start("the dialect of Authelia", e))?;
    data.leave();
    let told = vec![
        ("proxy", format!("send X-Forwarded-Proto and X-Forwarded-Host of {PORTAL}")),
        ("users", format!("{} ...", names.join(", "))),
        ("word", format!("the password of all: {password}")),
        ("mail", format!("one-time codes: {}", notification.display())),
    ];
    Ok(Served { url: running.url(), running, told })
}

/// How many users are told; there are more.
const SERVED_USERS: usize = 3;

impl From<AutheliaError> for OpenError {
    fn from(error: AutheliaError) -> Self {
        Self { is_usage: error.is_usage(), message: error.to_string() }
    }
}
