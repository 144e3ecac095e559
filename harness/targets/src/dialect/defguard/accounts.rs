//! Users, their keys and recovery codes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use webauthn::verify::CredentialRecord;

/// A user.
#[derive(Clone)]
pub(super) struct User {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
    pub(super) is_admin: bool,
    pub(super) has_mfa: bool,
    pub(super) keys: Vec<Key>,
    pub(super) codes: Vec<String>,
    password: [u8; 32],
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A key of a user.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) record: CredentialRecord,
}

/// All users, in the order of their making.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    users: Vec<User>,
    last_user: i64,
    last_key: i64,
    failed: HashMap<String, Failed>,
}

/// Failed logins of one name.
#[derive(Debug)]
struct Failed {
    times: u32,
    since: Instant,
}

/// A user who is to be.
#[derive(Debug, serde::Deserialize)]
pub(super) struct NewUser {
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: Option<String>,
    password: Option<String>,
}

impl Accounts {
    pub(super) fn add_admin(&mut self, name: &str, password: &str) {
        let new = NewUser {
            username: name.to_owned(),
            first_name: "AnyKey".to_owned(),
            last_name: "Admin".to_owned(),
            email: "admin@anykey.test".to_owned(),
            phone: None,
            password: Some(password.to_owned()),
        };
        if let Some(user) = self.add(new) {
            user.is_admin = true;
        }
    }

    /// Makes a user; `None`: the name is taken or none, or the password is too weak.
    pub(super) fn add(&mut self, new: NewUser) -> Option<&mut User> {
        let password = new.password.unwrap_or_default();
        let is_taken = self.users.iter().any(|user| user.name == new.username || user.email == new.email);
        if is_taken || !is_name(&new.username) || !is_strong(&password) {
            return None;
        }
        self.last_user += 1;
        self.users.push(User {
            id: self.last_user,
            password: hash(&new.username, &password),
            name: new.username,
            first_name: new.first_name,
            last_name: new.last_name,
            email: new.email,
            phone: new.phone,
            is_admin: false,
            has_mfa: false,
            keys: Vec::new(),
            codes: Vec::new(),
        });
        self.users.last_mut()
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<User> {
        let at = self.users.iter().position(|user| user.name == name)?;
        Some(self.users.remove(at))
    }

    pub(super) fn all(&self) -> &[User] {
        &self.users
    }

    pub(super) fn by_id(&mut self, id: i64) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(super) fn by_name(&mut self, name: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.name == name)
    }

    /// A row for a new key.
    pub(super) fn next_key(&mut self) -> i64 {
        self.last_key += 1;
        self.last_key
    }

    /// Whether the name has failed too often: five times within a minute, for five minutes.
    pub(super) fn is_locked(&self, name: &str) -> bool {
        let failed = self.failed.get(name);
        failed.is_some_and(|failed| failed.times >= TRIES && failed.since.elapsed() < LOCKED_FOR)
    }

    pub(super) fn note_failure(&mut self, name: &str) {
        let failed = self.failed.entry(name.to_owned()).or_insert(Failed { times: 0, since: Instant::now() });
        if failed.since.elapsed() > WITHIN {
            *failed = Failed { times: 0, since: Instant::now() };
        }
        failed.times += 1;
    }
}

impl User {
    pub(super) fn is_password(&self, password: &str) -> bool {
        self.password == hash(&self.name, password)
    }

    /// A second factor is asked for.
    pub(super) fn take_factors(&mut self) {
        self.keys.clear();
        self.codes.clear();
        self.has_mfa = false;
    }

    /// As the API tells it.
    pub(super) fn to_value(&self) -> Value {
        json!({
            "authorized_apps": [],
            "devices": [],
            "email": self.email,
            "email_mfa_enabled": false,
            "enrolled": true,
            "first_name": self.first_name,
            "groups": if self.is_admin { json!(["admin"]) } else { json!([]) },
            "id": self.id,
            "is_active": true,
            "is_admin": self.is_admin,
            "last_name": self.last_name,
            "ldap_pass_requires_change": false,
            "mfa_enabled": self.has_mfa,
            "mfa_method": if self.has_mfa { "Webauthn" } else { "None" },
            "name": format!("{} {}", self.first_name, self.last_name),
            "phone": self.phone,
            "totp_enabled": false,
            "username": self.name,
        })
    }
}

/// Eight codes.
pub(super) fn new_codes() -> Vec<String> {
    (0..CODES).map(|_| hex::encode_upper(rand::random::<[u8; 8]>())).collect()
}

fn is_name(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    first
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

fn is_strong(password: &str) -> bool {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    (8..=128).contains(&password.chars().count())
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_punctuation())
}

/// Not a slow hash: the passwords here are those of a test and live in memory only.
fn hash(name: &str, password: &str) -> [u8; 32] {
    Sha256::new().chain_update(name).chain_update([0]).chain_update(password).finalize().into()
}

const TRIES: u32 = 5;
const WITHIN: Duration = Duration::from_secs(60);
const LOCKED_FOR: Duration = Duration::from_secs(300);
const CODES: usize = 8;
