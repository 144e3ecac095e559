//! 2FAuth's entry in the list of servers.

use std::net::SocketAddr;

use super::error::TwofauthError;
use super::reading::READING;
use super::target::{TwofauthSettings, TwofauthTarget};
use crate::admin::AdminLogin;
use crate::built_in::{BuiltIn, Dialect, Open, OpenError, Served, opened};
use crate::dialect::twofauth as speech;

/// The member of a target file that names the file with the mail of a server that runs already.
const MAIL: &str = "mail-log";

/// 2FAuth.
pub static BUILT_IN: BuiltIn = BuiltIn {
    name: "2fauth",
    product: "2FAuth",
    artefact: "the directory of a release with its `vendor` folder",
    variable: "ANYKEY_2FAUTH",
    needs_admin: true,
    members: &[MAIL],
    patience: "starting 2FAuth",
    start: |directory, open| {
        Box::pin(async move { opened(TwofauthTarget::start(&directory, settings(&open)).await) })
    },
    attach: |url, login, open| {
        Box::pin(async move {
            let login: AdminLogin = login
                .ok_or_else(|| OpenError::usage("2FAuth needs the login of one of its administrators"))?;
            opened(TwofauthTarget::attach(url, &login, settings(&open)).await)
        })
    },
    dialect: Some(Dialect {
        version: speech::VERSION,
        reading: READING,
        target: |open| Box::pin(async move { opened(TwofauthTarget::dialect(settings(&open)).await) }),
        serve: |listen| Box::pin(serve(listen)),
    }),
};

/// A dialect for others: with an administrator, as the first user of a real one is, and with its mail in a file.
async fn serve(listen: SocketAddr) -> Result<Served, OpenError> {
    let dialect = speech::Dialect::start(listen, None).await.map_err(OpenError::server)?;
    let (user, password) = ("admin@anykey.test", crate::process::random_password());
    dialect.add_admin(user, &password);
    let (url, mail) = (dialect.url(), dialect.mail());
    let told = vec![("admin", user.to_owned()), ("password", password), ("mail", mail.display().to_string())];
    Ok(Served { running: dialect.into_running(), url, told })
}

fn settings(open: &Open) -> TwofauthSettings {
    let mail = open.settings.get(MAIL).map(Into::into);
    TwofauthSettings { client: open.client.clone(), mail, ..TwofauthSettings::default() }
}

impl From<TwofauthError> for OpenError {
    fn from(error: TwofauthError) -> Self {
        Self { is_usage: error.is_usage(), message: error.to_string() }
    }
}
