//! All that changes.

use std::time::{Duration, Instant};

use webauthn::verify::CredentialRecord;

use super::throttle::Throttle;
use crate::dialect::Sessions;

/// How long a challenge is good for; also the `timeout` of the options.
pub(super) const LIFETIME: Duration = Duration::from_secs(60);

/// Users, sessions and settings.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) users: Vec<User>,
    pub(super) last_id: u64,
    pub(super) sessions: Sessions<Visit>,
    pub(super) throttle: Throttle,
    /// The setting `disableRegistration`.
    pub(super) closed: bool,
    /// `WEBAUTHN_USER_VERIFICATION`.
    pub(super) user_verification: Option<&'static str>,
}

/// A user.
#[derive(Debug)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) is_admin: bool,
    /// The preference `useWebauthnOnly`.
    pub(super) webauthn_only: bool,
    pub(super) keys: Vec<Key>,
    /// The token of the last mail, and when it was given.
    pub(super) lost: Option<(String, Instant)>,
}

/// A key of a user.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) record: CredentialRecord,
    /// The user id that its options had, 32 hexadecimal digits.
    pub(super) user_id: String,
    pub(super) alias: Option<String>,
    /// As the client said it.
    pub(super) origin: String,
    pub(super) aaguid: [u8; 16],
    /// Its counter did not rise once: it is not listed, and logs nobody in.
    pub(super) disabled: bool,
}

/// One browser's session.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// The token that each request which changes something must have.
    pub(super) csrf: String,
    pub(super) user: Option<u64>,
    pub(super) challenge: Option<Challenge>,
}

/// A ceremony that was offered. A session has one: the next offer takes its place.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    pub(super) bytes: [u8; 16],
    pub(super) until: Instant,
    /// The allow list of a login.
    pub(super) allow: Vec<Vec<u8>>,
    /// The user id of a registration.
    pub(super) user_id: String,
}

impl Challenge {
    pub(super) fn new(allow: Vec<Vec<u8>>, user_id: String) -> Self {
        Self { bytes: rand::random(), until: Instant::now() + LIFETIME, allow, user_id }
    }
}

impl Visit {
    pub(super) fn of(user: Option<u64>) -> Self {
        Self { csrf: hex::encode(rand::random::<[u8; 20]>()), user, challenge: None }
    }
}

impl State {
    pub(super) fn user(&mut self, id: u64) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The user of that address; upper and lower case alike.
    pub(super) fn by_email(&mut self, email: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    /// Makes a user, and gives its id. The first one is the administrator.
    pub(super) fn add(&mut self, name: &str, email: &str, password: &str, is_admin: bool) -> u64 {
        self.last_id += 1;
        let is_first = self.users.is_empty();
        self.users.push(User {
            id: self.last_id,
            name: name.to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
            is_admin: is_admin || is_first,
            webauthn_only: false,
            keys: Vec::new(),
            lost: None,
        });
        self.last_id
    }

    /// Removes a user and ends its sessions.
    pub(super) fn remove(&mut self, id: u64) {
        self.users.retain(|user| user.id != id);
        self.sessions.retain(|visit| visit.user != Some(id));
    }

    /// Whether anybody has that key, enabled or not.
    pub(super) fn knows(&self, id: &[u8]) -> bool {
        self.users.iter().flat_map(|user| &user.keys).any(|key| key.record.id == id)
    }
}

impl User {
    /// The user id of the options: that of the first key, or a new one each time.
    pub(super) fn user_id(&self) -> String {
        let first = self.keys.first().map(|key| key.user_id.clone());
        first.unwrap_or_else(|| hex::encode(rand::random::<[u8; 16]>()))
    }
}
