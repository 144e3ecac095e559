//! One 2FAuth with its settings: started here, or attached to.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::TwofauthError;
use super::policy::Setup;
use super::process::{Process, Start};
use super::web::{Web, reason, refused};
use crate::admin::AdminLogin;
use crate::dialect::twofauth::Dialect;
use crate::http::{Endpoint, HttpClient, Method};
use crate::locked::locked;
use crate::process::ProcessError;
use crate::target::TargetError;
use crate::version::major;
use plan::policy::Requirement;

/// What sites and sessions of one server share.
#[derive(Debug)]
pub(super) struct Server {
    /// Where it is; the base URL is the one that it writes on its pages.
    pub(super) at: Endpoint,
    /// Where its mail can be read.
    pub(super) mail: Option<PathBuf>,
    /// The admin's browser, logged in; one request at a time.
    pub(super) admin: tokio::sync::Mutex<Web>,
    host: Host,
}

/// What the server is to us.
#[derive(Debug)]
enum Host {
    /// A process of ours.
    Process(Mutex<Process>),
    /// A dialect in this process. It runs as long as the value is there.
    Dialect(Dialect),
    /// Somebody else's.
    Elsewhere,
}

impl Server {
    /// A server that was started here: its first user is its admin.
    pub(super) async fn started(
        process: Process,
        client: HttpClient,
        timeout: Duration,
    ) -> Result<Self, TwofauthError> {
        let (at, mail) = (Endpoint::new(process.url(), client, timeout), process.mail());
        Self::new(at, mail, Host::Process(Mutex::new(process))).await
    }

    /// A dialect in this process, likewise.
    pub(super) async fn dialect(
        dialect: Dialect,
        client: HttpClient,
        timeout: Duration,
    ) -> Result<Self, TwofauthError> {
        let (at, mail) = (Endpoint::new(dialect.url(), client, timeout), dialect.mail());
        Self::new(at, mail, Host::Dialect(dialect)).await
    }

    async fn new(at: Endpoint, mail: PathBuf, host: Host) -> Result<Self, TwofauthError> {
        let server = Self::bare(at, Some(mail), host);
        let password = crate::process::random_password();
        let new = json!({"name": "anykey-admin", "email": "admin@anykey.test", "password": password,
            "password_confirmation": password});
        server.enter("user", &new, 201).await?;
        server.stay_at_home().await?;
        Ok(server)
    }

    /// A server that runs already.
    pub(super) async fn attached(
        at: Endpoint,
        login: &AdminLogin,
        mail: Option<PathBuf>,
    ) -> Result<Self, TwofauthError> {
        let server = Self::bare(at, mail, Host::Elsewhere);
        server.enter("user/login", &json!({"email": login.user, "password": login.password}), 200).await?;
        Ok(server)
    }

    fn bare(at: Endpoint, mail: Option<PathBuf>, host: Host) -> Self {
        let admin = tokio::sync::Mutex::new(Web::new(&at));
        Self { at, mail, admin, host }
    }

    /// It does not look on the Internet whether there is a newer version.
    async fn stay_at_home(&self) -> Result<(), TwofauthError> {
        let bad = |why: String| TwofauthError::Admin { url: self.at.base.to_string(), why };
        let path = "api/v1/settings/checkForUpdate";
        let mut admin = self.admin.lock().await;
        let answer = admin.ask(Method::PUT, path, Some(&json!({"value": false}))).await;
        match answer.map_err(|e| bad(e.to_string()))?.status {
            200 | 201 => Ok(()),
            status => Err(bad(format!("`checkForUpdate` cannot be set (HTTP {status})"))),
        }
    }

    /// The admin comes in.
    async fn enter(&self, path: &str, body: &Value, due: u16) -> Result<(), TwofauthError> {
        let bad = |why: String| TwofauthError::Admin { url: self.at.base.to_string(), why };
        let mut admin = self.admin.lock().await;
        let answer = admin.ask(Method::POST, path, Some(body)).await.map_err(|e| bad(e.to_string()))?;
        if answer.status != due {
            let said = reason(&answer).unwrap_or_default();
            return Err(bad(format!("the admin is refused (HTTP {}: {said})", answer.status)));
        }
        let is_admin = answer.json().is_ok_and(|said| said["is_admin"] == true);
        if is_admin { Ok(()) } else { Err(bad("the user who was named is no administrator".to_owned())) }
    }

    /// What the environment of the server decides, as it says itself.
    pub(super) async fn setup(&self) -> Result<Setup, TargetError> {
        let mut admin = self.admin.lock().await;
        let answer = admin.ask(Method::GET, "system/infos", None).await?;
        let said = match answer.status {
            200 => answer.json()?,
            _ => return Err(refused(&answer)),
        };
        let told = said["common"]["webauthn user verification"].as_str().unwrap_or_default();
        let all = [Requirement::Required, Requirement::Preferred, Requirement::Discouraged];
        let known = all.map(Requirement::word).into_iter().find(|word| *word == told);
        let user_verification = known.ok_or_else(|| {
            TargetError::unexpected("`webauthn user verification` in `common`", &Method::GET, &answer)
        })?;
        Ok(Setup { user_verification, rp_id: None })
    }

    /// Goes on with another environment, as after a restart: users, their keys and sessions stay.
    pub(super) async fn restart(&self, start: &Start<'_>) -> Result<(), ProcessError> {
        let Some(process) = self.process() else { return Ok(()) };
        let home = locked(process).end();
        let group = home.run(start).await?;
        locked(process).group = group;
        Ok(())
    }

    /// The same for a dialect, which need not end for it.
    pub(super) fn tell_dialect(&self, setup: &Setup) {
        if let Host::Dialect(dialect) = &self.host {
            dialect.set_user_verification(setup.user_verification);
        }
    }

    /// Looks whether its environment is that one: the server says itself how it understood it.
    pub(super) async fn has(&self, setup: &Setup) -> Result<(), TargetError> {
        let told = self.setup().await?.user_verification;
        match told == setup.user_verification {
            true => Ok(()),
            false => Err(TargetError::Unknown(format!(
                "2FAuth was given WEBAUTHN_USER_VERIFICATION={}, and says that it is {told}",
                setup.user_verification
            ))),
        }
    }

    /// `false` once a process that was started here is gone.
    pub(super) fn is_alive(&self) -> bool {
        !self.process().is_some_and(|process| locked(process).group.ended())
    }

    /// The last lines of the output of a process that was started here.
    pub(super) fn log_tail(&self) -> Option<String> {
        self.process().map(|process| locked(process).group.log_tail())
    }

    /// The log of a process that was started here.
    pub(super) fn log(&self) -> Option<Vec<u8>> {
        locked(self.process()?).log()
    }

    fn process(&self) -> Option<&Mutex<Process>> {
        match &self.host {
            Host::Process(process) => Some(process),
            Host::Dialect(_) | Host::Elsewhere => None,
        }
    }
}

/// The version, as the start page tells everybody: `var appVersion = '8.0.1';`.
pub(super) async fn version(at: &Endpoint) -> Result<Version, TwofauthError> {
    let answer = at.agent().get("").await?;
    let text = answer.text();
    let after = text.split_once("appVersion").map(|(_, after)| after);
    let version = after.and_then(|after| after.split(['\'', '"']).nth(1));
    let version = version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    let text = version.ok_or_else(|| TwofauthError::NotIt { url: at.base.to_string() })?.to_owned();
    if major(&text).is_none_or(|major| major < OLDEST) {
        return Err(TwofauthError::Version { url: at.base.to_string(), version: text });
    }
    Ok(Version { text, is_dialect: answer.dialect().is_some() })
}

/// What answers.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// `8.0.1`.
    pub(super) text: String,
    /// It is a dialect of ours.
    pub(super) is_dialect: bool,
}

/// The oldest major version whose answers are known.
const OLDEST: u32 = 8;
