//! Challenges: 32 bytes, for one ceremony of one session and one user, for one use and a few minutes
//! (WebAuthn L3, [section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use std::collections::VecDeque;
use std::time::Duration;

use super::State;
use crate::reference::answer::Refusal;
use crate::reference::flaws::{Flaw, Flaws};

/// Which ceremony a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Registration,
    Login,
}

/// A ceremony that was offered.
#[derive(Clone, Debug)]
pub(super) struct Ceremony {
    pub kind: Kind,
    pub challenge: [u8; 32],
    /// Whose it is; `None` at a login where the key tells.
    pub user: Option<String>,
    /// The allow list of a login.
    pub allow: Vec<Vec<u8>>,
    pub expires: Duration,
}

/// Ceremonies that are over. Only the flaws of reuse look here.
#[derive(Debug, Default)]
pub(super) struct Used(VecDeque<Ceremony>);

impl Used {
    fn push(&mut self, ceremony: Ceremony) {
        if self.0.len() >= USED_LIMIT {
            self.0.pop_front();
        }
        self.0.push_back(ceremony);
    }

    fn find(&self, kind: Kind, challenge: &str) -> Option<Ceremony> {
        self.0.iter().find(|c| c.kind == kind && is(c, challenge)).cloned()
    }
}

impl State {
    /// Puts a ceremony into the session; the oldest goes when there are too many.
    pub(super) fn offer(&mut self, token: &str, ceremony: Ceremony, now: Duration) {
        if let Some(session) = self.sessions.find(token, now) {
            session.ceremonies.retain(|other| other.expires > now);
            if session.ceremonies.len() >= OUTSTANDING_LIMIT {
                session.ceremonies.pop_front();
            }
            session.ceremonies.push_back(ceremony);
        }
    }

    /// Takes the ceremony that `challenge` (base64url, as client data has it) belongs to. It is gone afterwards, whatever
    /// becomes of it.
    pub(super) fn take(
        &mut self,
        token: Option<&str>,
        kind: Kind,
        challenge: &str,
        flaws: Flaws,
        now: Duration,
    ) -> Result<Ceremony, Refusal> {
        let fits = |c: &Ceremony| {
            let other_kind = kind == Kind::Login && flaws.has(Flaw::ChallengeOfOtherCeremonyAccepted);
            c.expires > now && is(c, challenge) && (c.kind == kind || other_kind)
        };
        let reusable = match kind {
            Kind::Registration => flaws.has(Flaw::ChallengeReusableAtRegistration),
            Kind::Login => flaws.has(Flaw::ChallengeReusableAtLogin),
        };
        let own = token.and_then(|token| self.sessions.find(token, now));
        if let Some(session) = own {
            let unchecked = match kind {
                Kind::Registration => flaws.has(Flaw::ChallengeNotCheckedAtRegistration),
                Kind::Login => flaws.has(Flaw::ChallengeNotCheckedAtLogin),
            };
            let mut place = session.ceremonies.iter().position(fits);
            if place.is_none() && unchecked {
                place = session.ceremonies.iter().rposition(|c| c.kind == kind && c.expires > now);
            }
            if let Some(ceremony) = place.and_then(|place| session.ceremonies.remove(place)) {
                if reusable {
                    self.used.push(ceremony.clone());
                }
                return Ok(ceremony);
            }
        }
        if flaws.has(Flaw::ChallengeOfOtherSessionAccepted) {
            for session in self.sessions.all(now) {
                let place = session.ceremonies.iter().position(fits);
                if let Some(ceremony) = place.and_then(|place| session.ceremonies.remove(place)) {
                    return Ok(ceremony);
                }
            }
        }
        let used = if reusable { self.used.find(kind, challenge) } else { None };
        used.ok_or_else(|| Refusal::failed("challenge", NOT_OFFERED))
    }
}

fn is(ceremony: &Ceremony, challenge: &str) -> bool {
    webauthn::bytes::encode(&ceremony.challenge) == challenge
}

const NOT_OFFERED: &str =
    "the client data's challenge was not given to this session for this ceremony, was used, or is too old";

/// How long a challenge is good for; also the `timeout` of the options.
pub(super) const LIFETIME: Duration = Duration::from_secs(5 * 60);
const OUTSTANDING_LIMIT: usize = 16;
const USED_LIMIT: usize = 4_096;
