//! An Authelia that runs already. Nothing of its configuration can be set, nor can users be made: they are given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use plan::Policy;
use plan::policy::{BackupRule, Login, Requirement};
use serde_json::Value;
use url::Url;

use super::error::AutheliaError;
use super::notifier::Notifier;
use super::policy::{expressible, lacks};
use super::server::{Server, Users};
use super::session::{PASSKEY, REGISTER, needed};
use super::site::{CREDENTIAL, Parts, list};
use super::target::AutheliaSettings;
use super::wire::Wire;
use super::wish::Wish;
use crate::http::{Body, Endpoint, Method};
use crate::process::ProcessError;
use crate::provisioned::User;
use crate::target::TargetError;

/// Names of all keys that the bench registers begin with it, upper and lower case alike.
pub(super) const NAMES: &str = "AnyKey";

/// What the user says of an Authelia that runs already.
#[derive(Clone, Default)]
pub struct AutheliaAttachment {
    /// The portal's URL as its users know it, where requests do not go there but to Authelia itself: the bench is its proxy then.
    pub portal: Option<Url>,
    /// The file of its file notifier, on this machine.
    pub notifier: Option<PathBuf>,
    /// Users and their passwords. They have no keys of their own, and keep none.
    pub users: BTreeMap<String, String>,
    /// Its version, which it does not tell.
    pub version: Option<String>,
}

impl std::fmt::Debug for AutheliaAttachment {
    /// Without the passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = f.debug_struct("AutheliaAttachment");
        text.field("portal", &self.portal).field("notifier", &self.notifier).finish_non_exhaustive()
    }
}

/// An Authelia that runs already.
#[derive(Debug)]
pub(super) struct Attached {
    pub(super) server: Arc<Server>,
    pub(super) version: Option<String>,
    pub(super) is_dialect: bool,
    pool: Arc<Users>,
    users: Vec<User>,
    asks: Asks,
}

/// What its configuration shows of itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asks {
    /// `authenticatorSelection` of a registration; `None` where none can be begun.
    selection: Option<Value>,
    /// There is a login by a passkey.
    pub(super) passkeys: bool,
}

impl Attached {
    /// Looks whether it is one, lets a user in, and begins a registration, to learn what its options are.
    pub(super) async fn connect(
        url: Url,
        about: AutheliaAttachment,
        settings: &AutheliaSettings,
    ) -> Result<Self, AutheliaError> {
        let unusable = |why: String| AutheliaError::Unusable { url: url.to_string(), why };
        let at = Endpoint::new(url.clone(), settings.client.clone(), settings.request_timeout);
        let is_dialect = is_authelia(&at).await.map_err(unusable)?;
        let users: Vec<User> =
            about.users.into_iter().map(|(name, password)| User { name, password }).collect();
        let first = users.first().cloned().ok_or_else(|| {
            unusable("Authelia makes no users: name a file with some in the target file (`users = \"users.toml\"`)".into())
        })?;
        let server = Arc::new(Server {
            at,
            proxy: about.portal.is_some(),
            portal: about.portal.unwrap_or_else(|| url.clone()),
            notifier: about.notifier.as_deref().map(|file| Arc::new(Notifier::new(file))),
            journal: None,
            sites: None,
            agents: AtomicU32::new(0),
        });
        let asks = asks(&server, &first).await.map_err(|e| unusable(e.to_string()))?;
        let pool = Arc::new(Users::new(users.iter().rev().cloned().collect()));
        Ok(Self { server, version: about.version, is_dialect, pool, users, asks })
    }

    /// A site with that policy, if it is the one that this Authelia has.
    pub(super) fn parts(&self, policy: &Policy, wish: &Wish) -> Result<Parts, TargetError> {
        self.asks.fit(policy, wish)?;
        let (server, pool) = (self.server.clone(), self.pool.clone());
        Ok(Parts { server, pool, started: None })
    }

    /// How many cases can be in work at a time, with two users each.
    pub(super) fn jobs(&self) -> usize {
        (self.users.len() / 2).clamp(1, super::target::JOBS)
    }

    /// What the users have a login for.
    pub(super) fn passkeys(&self) -> bool {
        self.asks.passkeys
    }

    /// Removes the bench's keys from all users, and gives the names of both.
    pub(super) async fn clean(&self) -> Result<Vec<String>, TargetError> {
        let mut removed = Vec::new();
        for user in &self.users {
            let mut wire = Wire::new(&self.server);
            wire.enter(user).await?;
            let ours = |name: &str| name.to_lowercase().starts_with(&NAMES.to_lowercase());
            for row in list(&mut wire).await?.into_iter().filter(|row| ours(&row.description)) {
                wire.elevate().await.map_err(needed)?;
                let path = format!("{CREDENTIAL}/{}", row.number);
                wire.notifying(Method::DELETE, &path, Body::Empty).await.map_err(needed)?;
                removed.push(format!("{}: {}", user.name, row.description));
            }
        }
        Ok(removed)
    }
}

/// Whether it answers as Authelia does; `true` if it is a dialect.
async fn is_authelia(at: &Endpoint) -> Result<bool, String> {
    let answer = at.agent().get("api/health").await.map_err(|e| e.to_string())?;
    let json = answer.json().unwrap_or_default();
    if answer.status != 200 || json["status"] != "OK" {
        let (status, start) = (answer.status, answer.start());
        return Err(format!(
            "what answers there is no Authelia: asked for api/health it says HTTP {status}, `{start}`"
        ));
    }
    Ok(answer.dialect().is_some())
}

/// Begins a registration, and leaves it; asks for a login by passkey.
async fn asks(server: &Arc<Server>, user: &User) -> Result<Asks, TargetError> {
    let mut wire = Wire::new(server);
    wire.enter(user).await?;
    let mut selection = None;
    if server.notifier.is_some() {
        wire.elevate().await.map_err(needed)?;
        let name = serde_json::json!({ "description": format!("{NAMES} {:08x}", rand::random::<u32>()) });
        let data = wire.ask(Method::PUT, REGISTER, Body::Json(&name)).await.map_err(needed)?;
        selection = Some(data["publicKey"]["authenticatorSelection"].clone());
        wire.ask(Method::DELETE, REGISTER, Body::Empty).await.map_err(needed)?;
    }
    let passkeys = match Wire::new(server).ask(Method::GET, PASSKEY, Body::Empty).await {
        Ok(_) => true,
        Err(TargetError::Refused { status: 404, .. }) => false,
        Err(other) => return Err(needed(other)),
    };
    Ok(Asks { selection, passkeys })
}

impl Asks {
    /// Whether a policy is the one that is there. What only the client is asked for may be more or less.
    pub(super) fn fit(&self, policy: &Policy, wish: &Wish) -> Result<(), TargetError> {
        if !wish.leaves_configuration() {
            return Err(lacks("what the scenario sets is in its configuration, which is somebody else's"));
        }
        expressible(policy)?;
        let filters = !policy.aaguid_allow.is_empty()
            || !policy.aaguid_deny.is_empty()
            || policy.backup_eligibility != BackupRule::Any;
        if filters {
            return Err(lacks("its filters are not known, and cannot be set"));
        }
        if policy.login == Login::Usernameless && !self.passkeys {
            return Err(lacks("it has no login by a passkey (`webauthn.enable_passkey_login`)"));
        }
        // Without a notifier no key can be registered, which the registration itself says.
        let Some(selection) = &self.selection else { return Ok(()) };
        for (member, asked) in
            [("userVerification", policy.user_verification), ("residentKey", policy.resident_key)]
        {
            if (selection[member] == "required") != (asked == Requirement::Required) {
                return Err(differs(member, &selection[member], &asked.word().into()));
            }
        }
        let attachment = policy.attachment.map_or(Value::Null, |attachment| attachment.word().into());
        match selection["authenticatorAttachment"] == attachment {
            true => Ok(()),
            false => {
                Err(differs("authenticatorAttachment", &selection["authenticatorAttachment"], &attachment))
            }
        }
    }
}

fn differs(member: &str, is: &Value, asked: &Value) -> TargetError {
    lacks(&format!("it asks for {member} {is}, which cannot be set to {asked}"))
}

/// Reads a file of users: TOML, a name and a password in each line.
///
/// # Errors
/// It cannot be read, or is none.
pub(super) fn users(file: &Path) -> Result<BTreeMap<String, String>, ProcessError> {
    let text = std::fs::read_to_string(file).map_err(|e| ProcessError::file(file, e))?;
    // The parser's words would show the line, and with it a password.
    toml::from_str(&text)
        .map_err(|_| ProcessError::file(file, "it is no list of lines `name = \"password\"`"))
}
