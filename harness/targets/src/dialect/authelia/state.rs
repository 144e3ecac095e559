//! All that changes: tables that last, and sessions that do not.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;
use webauthn::verify::CredentialRecord;

use super::journal::Journal;
use super::limits::Limits;
use super::setup::{Level, Setup};
use crate::dialect::Sessions;
use crate::locked::locked;

/// The tables. Each is small: a list is walked.
#[derive(Debug, Default)]
pub(crate) struct Database(Mutex<Tables>);

impl Database {
    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        locked(&self.0)
    }
}

/// What the database keeps.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// `webauthn_credentials`.
    pub(super) credentials: Vec<Row>,
    /// `webauthn_users`: the user handle of each user name.
    pub(super) handles: HashMap<String, String>,
    /// `user_preferences`: who has a row.
    pub(super) preferences: HashSet<String>,
    /// `one_time_code`.
    pub(super) codes: Vec<Code>,
    /// `authentication_logs`: when a password was refused.
    pub(super) failures: HashMap<String, Vec<Instant>>,
    last_number: u64,
}

/// A row of `webauthn_credentials`.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) created_at: SystemTime,
    pub(super) last_used_at: Option<SystemTime>,
    pub(super) user: String,
    pub(super) description: String,
    pub(super) record: CredentialRecord,
    pub(super) aaguid: [u8; 16],
    pub(super) attestation_type: &'static str,
    pub(super) attestation_format: String,
    pub(super) attachment: String,
    /// What came with the registration: base64 of JSON.
    pub(super) attestation: String,
    pub(super) clone_warning: bool,
    pub(super) discoverable: bool,
    pub(super) present: bool,
    pub(super) verified: bool,
}

/// A one-time code. It is bound to the user and the address, not to the session.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) user: String,
    pub(super) address: String,
    pub(super) expires: Instant,
}

impl Tables {
    /// The user handle: 64 characters, made at the first registration.
    pub(super) fn handle(&mut self, user: &str) -> String {
        let made = || {
            let letters = (0..64).map(|_| LETTERS[rand::random_range(0..LETTERS.len())]);
            letters.map(char::from).collect::<String>()
        };
        self.handles.entry(user.to_owned()).or_insert_with(made).clone()
    }

    /// Adds a row, numbered.
    pub(super) fn add(&mut self, row: Row) {
        self.last_number += 1;
        self.credentials.push(Row { number: self.last_number, ..row });
    }

    /// The user's rows, oldest first.
    pub(super) fn of<'t>(&'t self, user: &'t str) -> impl Iterator<Item = &'t Row> {
        self.credentials.iter().filter(move |row| row.user == user)
    }

    /// The row of that credential.
    pub(super) fn find(&mut self, id: &[u8]) -> Option<&mut Row> {
        self.credentials.iter_mut().find(|row| row.record.id == id)
    }
}

/// One session.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// Who; nobody at first.
    pub(super) user: Option<String>,
    /// The password was given.
    pub(super) knowledge: bool,
    /// A key was shown.
    pub(super) possession: bool,
    /// By a key that verified its user.
    pub(super) verified: bool,
    /// The address from which a one-time code was typed, and until when that is good.
    pub(super) elevation: Option<(String, Instant)>,
    /// The ceremony that was begun last: there is one at a time.
    pub(super) ceremony: Option<Ceremony>,
}

/// A challenge that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Ceremony {
    pub(super) kind: Kind,
    pub(super) challenge: [u8; 32],
    pub(super) expires: Instant,
}

/// What was begun.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Of a key with that name.
    Registration(String),
    /// With one of these credentials.
    Key(Vec<Vec<u8>>),
    /// By whoever it is.
    Passkey,
}

/// What all handlers share.
pub(super) type Shared = Arc<Authelia>;

/// One of them.
#[derive(Debug)]
pub(super) struct Authelia {
    pub(super) setup: Setup,
    pub(super) journal: Journal,
    pub(super) limits: Limits,
    database: Arc<Database>,
    sessions: Mutex<Sessions<Session>>,
    _folder: Option<TempDir>,
}

impl Authelia {
    pub(super) fn new(
        setup: Setup,
        journal: Journal,
        database: Arc<Database>,
        folder: Option<TempDir>,
    ) -> Self {
        let (limits, sessions) = (Limits::default(), Mutex::default());
        Self { setup, journal, limits, database, sessions, _folder: folder }
    }

    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.database.tables()
    }

    /// The session of a cookie; a new one, not kept yet, if there is none.
    pub(super) fn session(&self, token: Option<&str>) -> Session {
        self.sessions().find(token).cloned().unwrap_or_default()
    }

    /// Keeps a session under its cookie, or under a new one, which is given back.
    pub(super) fn save(&self, token: Option<&str>, session: Session) -> String {
        let mut sessions = self.sessions();
        match (sessions.find(token), token) {
            (Some(kept), Some(token)) => {
                *kept = session;
                token.to_owned()
            }
            _ => sessions.open(session),
        }
    }

    /// Keeps a session under a new cookie; the old one is worth nothing then.
    pub(super) fn renew(&self, token: Option<&str>, session: Session) -> String {
        let mut sessions = self.sessions();
        token.and_then(|token| sessions.end(token));
        sessions.open(session)
    }

    /// Ends the session of that cookie.
    pub(super) fn end(&self, token: Option<&str>) {
        token.and_then(|token| self.sessions().end(token));
    }

    /// The level of authentication: 0, 1 or 2.
    pub(super) fn level(&self, session: &Session) -> u8 {
        let passkey_alone =
            self.setup.webauthn.experimental_enable_passkey_uv_two_factors && session.verified;
        match (session.knowledge, session.possession) {
            _ if session.user.is_none() => 0,
            (true, true) => 2,
            (false, true) if passkey_alone => 2,
            (true, _) | (_, true) => 1,
            (false, false) => 0,
        }
    }

    /// Whether a session may see a site.
    pub(super) fn reaches(&self, session: &Session, policy: Level) -> bool {
        match policy {
            Level::Deny => false,
            Level::OneFactor => self.level(session) >= 1,
            Level::TwoFactor => self.level(session) >= 2,
        }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions<Session>> {
        locked(&self.sessions)
    }
}

/// How long a one-time code is good, and what was reached with it.
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(300);
pub(super) const ELEVATION_LIFETIME: Duration = Duration::from_secs(600);

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
