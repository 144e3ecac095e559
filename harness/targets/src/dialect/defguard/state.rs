//! All that changes.

use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use webauthn::verify::CredentialRecord;

use super::accounts::{Accounts, User};
use super::answer::{Refusal, token};
use crate::admin::AdminLogin;
use crate::dialect::Sessions;
use crate::locked::locked;

/// What all handlers share.
pub(super) type Shared = Arc<Mutex<State>>;

/// The server's tables and settings.
#[derive(Debug)]
pub(super) struct State {
    /// `defguard_url`: origin, RP ID and cookie domain follow from it.
    pub(super) url: String,
    pub(super) accounts: Accounts,
    pub(super) sessions: Sessions<Session>,
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    /// The user's row.
    pub(super) user: i64,
    /// The password was given, and a second factor is due.
    pub(super) is_half: bool,
    pub(super) registration: Option<Registration>,
    pub(super) login: Option<Login>,
}

/// A registration that was begun.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) challenge: [u8; 32],
    pub(super) handle: [u8; 16],
    /// The ids that the user had then.
    pub(super) exclude: Vec<Vec<u8>>,
}

/// A login that was begun.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub(super) challenge: [u8; 32],
    /// The credentials that the user had then.
    pub(super) allow: Vec<CredentialRecord>,
}

impl State {
    pub(super) fn new(url: String, admin: &AdminLogin) -> Self {
        let mut accounts = Accounts::default();
        accounts.add_admin(&admin.user, &admin.password);
        Self { url, accounts, sessions: Sessions::default() }
    }

    /// The user of a session that is logged in whole.
    pub(super) fn user(&mut self, token: Option<&str>) -> Result<&mut User, Refusal> {
        let id = whole(&mut self.sessions, token)?.user;
        self.accounts.by_id(id).ok_or_else(|| Refusal::unauthorized("Session not found"))
    }

    /// The user of that name.
    pub(super) fn named(&mut self, name: &str) -> Result<&mut User, Refusal> {
        self.accounts.by_name(name).ok_or_else(|| Refusal::missing(format!("user {name} not found")))
    }
}

/// The session of the cookie.
pub(super) fn any<'s>(
    sessions: &'s mut Sessions<Session>,
    token: Option<&str>,
) -> Result<&'s mut Session, Refusal> {
    if token.is_none() {
        return Err(Refusal::unauthorized("Session is required"));
    }
    sessions.find(token).ok_or_else(|| Refusal::unauthorized("Session not found"))
}

/// The same, and no second factor is due.
pub(super) fn whole<'s>(
    sessions: &'s mut Sessions<Session>,
    token: Option<&str>,
) -> Result<&'s mut Session, Refusal> {
    let session = any(sessions, token)?;
    if session.is_half { Err(Refusal::unauthorized("MFA not verified")) } else { Ok(session) }
}

/// A request of the admin's; everybody else is refused.
#[derive(Debug)]
pub(super) struct ByAdmin(pub(super) Shared);

impl FromRequestParts<Shared> for ByAdmin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        match locked(shared).user(token(&parts.headers))?.is_admin {
            true => Ok(Self(shared.clone())),
            false => Err(Refusal::forbidden()),
        }
    }
}
