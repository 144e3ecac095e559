//! Challenges: 32 bytes, for one ceremony of one session and one user, for one use and a few minutes
//! (WebAuthn L3, [section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use std::collections::VecDeque;
use std::time::Duration;

use webauthn::verify::Check;

use super::State;
use super::sessions::Session;
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
        let lax = Lax::of(kind, flaws);
        let fits =
            |c: &Ceremony| c.expires > now && is(c, challenge) && (c.kind == kind || lax.other_ceremony);
        let newest = |c: &Ceremony| lax.any_challenge && c.expires > now && c.kind == kind;
        let own = token.and_then(|token| self.sessions.find(token, now));
        let mut taken = own.and_then(|session| session.take(fits).or_else(|| session.take(newest)));
        if let (Some(ceremony), true) = (&taken, lax.reusable) {
            self.used.push(ceremony.clone());
        }
        if taken.is_none() && lax.other_session {
            taken = self.sessions.all(now).find_map(|session| session.take(fits));
        }
        if taken.is_none() && lax.reusable {
            taken = self.used.find(kind, challenge);
        }
        taken.ok_or_else(|| Refusal::failed(Check::Challenge.name(), NOT_OFFERED))
    }
}

impl Session {
    /// Takes the newest ceremony that fits.
    fn take(&mut self, fits: impl FnMut(&Ceremony) -> bool) -> Option<Ceremony> {
        let place = self.ceremonies.iter().rposition(fits)?;
        self.ceremonies.remove(place)
    }
}

/// What the flaws overlook about a challenge.
#[derive(Clone, Copy)]
struct Lax {
    any_challenge: bool,
    reusable: bool,
    other_session: bool,
    other_ceremony: bool,
}

impl Lax {
    fn of(kind: Kind, flaws: Flaws) -> Self {
        let other_session = flaws.has(Flaw::ChallengeOfOtherSessionAccepted);
        match kind {
            Kind::Registration => Self {
                any_challenge: flaws.has(Flaw::ChallengeNotCheckedAtRegistration),
                reusable: flaws.has(Flaw::ChallengeReusableAtRegistration),
                other_session,
                other_ceremony: false,
            },
            Kind::Login => Self {
                any_challenge: flaws.has(Flaw::ChallengeNotCheckedAtLogin),
                reusable: flaws.has(Flaw::ChallengeReusableAtLogin),
                other_session,
                other_ceremony: flaws.has(Flaw::ChallengeOfOtherCeremonyAccepted),
            },
        }
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
