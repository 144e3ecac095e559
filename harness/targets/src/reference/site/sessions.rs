//! Sessions: what a cookie stands for.

use std::collections::VecDeque;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;

use super::bytes;
use super::ceremonies::Ceremony;
use crate::tokens::Tokens;

/// One user agent as the server sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// Who gave the password.
    pub password: Option<String>,
    /// Who is logged in.
    pub user: Option<String>,
    /// Challenges that wait for an answer, oldest first.
    pub ceremonies: VecDeque<Ceremony>,
    expires: Duration,
}

/// All sessions of a site, by cookie.
#[derive(Debug)]
pub(super) struct Sessions(Tokens<Session>);

impl Default for Sessions {
    fn default() -> Self {
        Self(Tokens::at_most(SESSION_LIMIT))
    }
}

impl Sessions {
    /// The session, unless it is unknown or too old.
    pub(super) fn find(&mut self, token: &str, now: Duration) -> Option<&mut Session> {
        self.0.find(token).filter(|session| session.expires > now)
    }

    /// The token of the session itself, or of a new one.
    pub(super) fn ensure(&mut self, token: Option<&str>, random: &mut ChaCha20Rng, now: Duration) -> String {
        match token {
            Some(token) if self.find(token, now).is_some() => token.to_owned(),
            _ => self.add(Session::default(), random, now),
        }
    }

    /// The session under a new token; a new session if there was none.
    pub(super) fn renew(&mut self, token: Option<&str>, random: &mut ChaCha20Rng, now: Duration) -> String {
        let old = token.and_then(|token| self.0.remove(token)).filter(|session| session.expires > now);
        self.add(old.unwrap_or_default(), random, now)
    }

    pub(super) fn remove(&mut self, token: &str) {
        self.0.remove(token);
    }

    /// Ends all sessions of a user.
    pub(super) fn forget(&mut self, name: &str) {
        let is = |who: &Option<String>| who.as_deref() == Some(name);
        self.0.retain(|session| !is(&session.user) && !is(&session.password));
    }

    /// All sessions that are alive.
    pub(super) fn all(&mut self, now: Duration) -> impl Iterator<Item = &mut Session> {
        self.0.all().filter(move |session| session.expires > now)
    }

    fn add(&mut self, session: Session, random: &mut ChaCha20Rng, now: Duration) -> String {
        let token = hex::encode(bytes::<16>(random));
        self.0.add(token.clone(), Session { expires: now + LIFETIME, ..session });
        token
    }
}

/// How long a session lasts from its last change of token.
pub(super) const LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);
const SESSION_LIMIT: usize = 200_000;
