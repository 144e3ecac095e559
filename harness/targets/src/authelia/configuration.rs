//! The files of an Authelia that is started here: its configuration and its users. Both are JSON, which is YAML.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::policy::lay_over;
use super::wish::Wish;

/// The portal as its users know it. The bench is the proxy in front of it, so that the name need not be known to anybody.
pub(super) const PORTAL: &str = "https://auth.example.test";
/// The domain of the cookie.
const DOMAIN: &str = "example.test";
/// A site that is let through at that level; index 0 is level 1.
pub(super) const SITES: [&str; 2] = ["one.example.test", "two.example.test"];
/// Of `SITES`, the policies that they have.
pub(super) const LEVELS: [&str; 2] = ["one_factor", "two_factor"];

/// The file names in the folder of an Authelia that is started here.
pub(super) const USERS: &str = "users.yml";
pub(super) const NOTIFICATION: &str = "notification.txt";

/// What differs from one Authelia to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Choice {
    /// The options `webauthn`.
    pub(super) webauthn: Map<String, Value>,
    /// The options `identity_validation.elevated_session`.
    pub(super) elevated_session: Map<String, Value>,
    /// The options `regulation`.
    pub(super) regulation: Map<String, Value>,
    /// The options `server.endpoints.rate_limits`.
    pub(super) rate_limits: Map<String, Value>,
}

impl Choice {
    /// What a scenario chooses, its policy already in Authelia's words.
    pub(super) fn of(webauthn: Map<String, Value>, wish: &Wish) -> Self {
        Self {
            webauthn,
            elevated_session: wish.elevated_session.clone(),
            regulation: wish.regulation.clone(),
            rate_limits: wish.rate_limits.clone(),
        }
    }

    /// The same text for the same choice.
    pub(super) fn key(&self) -> String {
        json!([self.webauthn, self.elevated_session, self.regulation, self.rate_limits]).to_string()
    }
}

/// The secrets of one Authelia.
#[derive(Clone)]
pub(super) struct Secrets {
    /// Signs what is sent by mail.
    pub(super) jwt: String,
    /// Encrypts sessions.
    pub(super) session: String,
    /// Encrypts the database.
    pub(super) storage: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// The configuration. `data` holds the database, the users and the file `notification`.
pub(super) fn configuration(
    choice: &Choice,
    port: u16,
    data: &Path,
    notification: &str,
    secrets: &Secrets,
) -> Value {
    let file = |name: &str| data.join(name).to_string_lossy().into_owned();
    // Codes are asked for more often than people ask; wrong passwords are not what runs are about.
    let off = json!({ "enable": false });
    let codes = ["session_elevation_start", "session_elevation_finish"];
    let mut limits: Map<String, Value> =
        codes.map(|name| (name.to_owned(), off.clone())).into_iter().collect();
    lay_over(&mut limits, &choice.rate_limits);
    let mut regulation = Map::from_iter([("max_retries".to_owned(), json!(0))]);
    lay_over(&mut regulation, &choice.regulation);
    let rules: Vec<Value> =
        SITES.iter().zip(LEVELS).map(|(site, level)| json!({ "domain": site, "policy": level })).collect();
    let webauthn =
        if choice.webauthn.is_empty() { json!({ "disable": false }) } else { json!(choice.webauthn) };
    let mut identity = json!({ "reset_password": { "jwt_secret": secrets.jwt } });
    // A table without a member is none to Authelia.
    if !choice.elevated_session.is_empty() {
        identity["elevated_session"] = Value::Object(choice.elevated_session.clone());
    }
    json!({
        "theme": "auto",
        "server": {
            "address": format!("tcp://127.0.0.1:{port}/"),
            "endpoints": { "rate_limits": limits },
        },
        "log": { "level": "debug", "format": "json" },
        "identity_validation": identity,
        "authentication_backend": { "file": { "path": file(USERS) } },
        "access_control": { "default_policy": "deny", "rules": rules },
        "session": {
            "secret": secrets.session,
            "cookies": [{ "domain": DOMAIN, "authelia_url": PORTAL }],
        },
        "storage": { "encryption_key": secrets.storage, "local": { "path": file("db.sqlite3") } },
        "notifier": { "filesystem": { "filename": file(notification) } },
        "ntp": { "disable_startup_check": true },
        "regulation": regulation,
        "webauthn": webauthn,
    })
}

/// The users file. All have the same password.
pub(super) fn users(names: &[String], hash: &str) -> Value {
    let user = |name: &String| {
        let user = json!({ "displayname": name, "password": hash, "email": format!("{name}@{DOMAIN}") });
        (name.clone(), user)
    };
    json!({ "users": names.iter().map(user).collect::<Map<String, Value>>() })
}
