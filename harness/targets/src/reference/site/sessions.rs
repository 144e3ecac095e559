//! Sessions: what a cookie stands for.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;

use super::bytes;
use super::ceremonies::Ceremony;

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
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_token: HashMap<String, Session>,
    /// In the order of their making; tokens that are gone stay until they reach the front.
    order: VecDeque<String>,
}

impl Sessions {
    /// The session, unless it is unknown or too old.
    pub(super) fn find(&mut self, token: &str, now: Duration) -> Option<&mut Session> {
        self.by_token.get_mut(token).filter(|session| session.expires > now)
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
        let old = token.and_then(|token| self.by_token.remove(token)).filter(|session| session.expires > now);
        self.add(old.unwrap_or_default(), random, now)
    }

    pub(super) fn remove(&mut self, token: &str) {
        self.by_token.remove(token);
    }

    /// Ends all sessions of a user.
    pub(super) fn forget(&mut self, name: &str) {
        let is = |who: &Option<String>| who.as_deref() == Some(name);
        self.by_token.retain(|_, session| !is(&session.user) && !is(&session.password));
    }

    /// All sessions that are alive.
    pub(super) fn all(&mut self, now: Duration) -> impl Iterator<Item = &mut Session> {
        self.by_token.values_mut().filter(move |session| session.expires > now)
    }

    fn add(&mut self, session: Session, random: &mut ChaCha20Rng, now: Duration) -> String {
        while self.order.len() >= SESSION_LIMIT {
            if let Some(oldest) = self.order.pop_front() {
                self.by_token.remove(&oldest);
            }
        }
        let token = hex::encode(bytes::<16>(random));
        self.by_token.insert(token.clone(), Session { expires: now + LIFETIME, ..session });
        self.order.push_back(token.clone());
        token
    }
}

/// How long a session lasts from its last change of token.
pub(super) const LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);
const SESSION_LIMIT: usize = 200_000;
