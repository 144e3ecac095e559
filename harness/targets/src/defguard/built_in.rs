//! defguard's entry in the list of servers.

use url::Url;

use super::error::DefguardError;
use super::target::{DefguardSettings, DefguardTarget};
use crate::admin::AdminLogin;
use crate::built_in::{BuiltIn, Dialect, Open, OpenError, Served, opened};
use crate::dialect::defguard as dialect;

/// defguard.
pub static BUILT_IN: BuiltIn = BuiltIn {
    name: "defguard",
    product: "defguard",
    artefact: "its binary",
    variable: "ANYKEY_DEFGUARD",
    needs_admin: true,
    members: &[],
    patience: "starting defguard and its database",
    start: |program, open| {
        Box::pin(async move {
            let settings = DefguardSettings { database: database()?, ..settings(open) };
            opened(DefguardTarget::start(&program, settings).await)
        })
    },
    attach: |url, login, open| {
        Box::pin(async move {
            let login = login.ok_or_else(|| OpenError::usage("defguard needs its admin's login"))?;
            opened(DefguardTarget::attach(url, login, settings(open)).await)
        })
    },
    dialect: Some(Dialect {
        version: dialect::VERSION,
        reading: dialect::READING,
        target: |open| Box::pin(async move { opened(DefguardTarget::imitated(settings(open)).await) }),
        serve: |listen| {
            Box::pin(async move {
                let started = dialect::start(listen).await.map_err(OpenError::usage)?;
                let AdminLogin { user, password } = started.admin;
                let told = vec![("admin", format!("{user}, password {password}"))];
                Ok(Served { running: started.running, url: started.url, told })
            })
        },
    }),
};

fn settings(open: Open) -> DefguardSettings {
    DefguardSettings { client: open.client, ..DefguardSettings::default() }
}

/// The database that is given. Its URL has a password, and so stands in the environment.
fn database() -> Result<Option<Url>, OpenError> {
    let given = std::env::var(DATABASE).ok().filter(|url| !url.is_empty());
    // The URL is not repeated.
    given.map(|url| Url::parse(&url)).transpose().map_err(|e| OpenError::usage(format!("{DATABASE}: {e}")))
}

const DATABASE: &str = "ANYKEY_DEFGUARD_DATABASE";

impl From<DefguardError> for OpenError {
    fn from(error: DefguardError) -> Self {
        Self { is_usage: error.is_usage(), message: error.to_string() }
    }
}
