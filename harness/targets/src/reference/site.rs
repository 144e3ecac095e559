//! One relying party: its policy, accounts, credentials and sessions. Knows nothing of HTTP; time comes in as a value.
//!
//! A site is one lock: each call is a whole ceremony step, so no two can interleave.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use plan::Policy;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;

use super::answer::Refusal;
use super::flaws::Flaws;
use crate::locked::locked;

mod accounts;
mod ceremonies;
mod expectations;
mod listing;
mod login;
mod options;
mod registration;
mod sessions;

pub use listing::{Listed, Whoami};
pub use login::LoggedIn;
pub use registration::Registered;

use accounts::Accounts;
use ceremonies::Used;
use expectations::Aaguids;
use sessions::Sessions;

/// What makes a site what it is.
#[derive(Clone, Debug)]
pub struct SiteSettings {
    /// The origin of its pages, `https://login.anykey.test`.
    pub origin: String,
    /// Its RP ID, `anykey.test`.
    pub rp_id: String,
    /// What it asks for and insists on.
    pub policy: Policy,
    /// Trust anchors for attestation, DER certificates.
    pub anchors: Vec<Vec<u8>>,
    /// What is wrong with it.
    pub flaws: Flaws,
    /// The seed of its challenges, user handles and session cookies; `None`: from the system's entropy.
    pub seed: Option<[u8; 32]>,
}

/// A site as its own information tells it.
#[derive(Clone, Debug, Serialize)]
pub struct SiteInfo<'a> {
    /// Its id, the `{id}` of `/sites/{id}/`.
    pub id: &'a str,
    /// The origin that client data has to carry.
    pub origin: &'a str,
    /// The RP ID.
    pub rp_id: &'a str,
    /// The policy.
    pub policy: &'a Policy,
    /// The flaws that are on.
    pub flaws: Flaws,
}

/// A relying party.
#[derive(Debug)]
pub struct Site {
    id: String,
    settings: SiteSettings,
    aaguids: Aaguids,
    state: Arc<Mutex<State>>,
}

/// All that changes.
#[derive(Debug)]
struct State {
    random: ChaCha20Rng,
    accounts: Accounts,
    sessions: Sessions,
    used: Used,
}

impl Site {
    /// A site without accounts.
    ///
    /// # Errors
    /// A sentence about the setting that makes no sense.
    pub fn new(id: String, settings: SiteSettings) -> Result<Self, String> {
        let aaguids = Aaguids::of(&settings.policy)?;
        let seed = settings.seed.unwrap_or_else(rand::random);
        let state = State {
            random: ChaCha20Rng::from_seed(seed),
            accounts: Accounts::default(),
            sessions: Sessions::default(),
            used: Used::default(),
        };
        Ok(Self { id, settings, aaguids, state: Arc::new(Mutex::new(state)) })
    }

    /// The same site with another policy: accounts, credentials, sessions and ceremonies under way are those of both.
    ///
    /// # Errors
    /// A sentence about the member that makes no sense.
    pub fn with_policy(&self, policy: Policy) -> Result<Self, String> {
        let aaguids = Aaguids::of(&policy)?;
        let settings = SiteSettings { policy, ..self.settings.clone() };
        Ok(Self { id: self.id.clone(), settings, aaguids, state: self.state.clone() })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What makes it what it is.
    pub fn settings(&self) -> &SiteSettings {
        &self.settings
    }

    /// For `GET api/info`.
    pub fn info(&self) -> SiteInfo<'_> {
        let SiteSettings { origin, rp_id, policy, flaws, .. } = &self.settings;
        SiteInfo { id: &self.id, origin, rp_id, policy, flaws: *flaws }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// The name is empty, too long or taken; or there are too many.
    pub fn provision(&self, name: &str, password: &str) -> Result<(), Refusal> {
        let State { random, accounts, .. } = &mut *self.state();
        accounts.add(name, password, random)
    }

    /// Removes an account with its credentials and sessions.
    ///
    /// # Errors
    /// There is none.
    pub fn retire(&self, name: &str) -> Result<(), Refusal> {
        let State { accounts, sessions, .. } = &mut *self.state();
        accounts.remove(name)?;
        sessions.forget(name);
        Ok(())
    }

    /// Takes a password: the session may then register keys and take the second step of a login.
    ///
    /// # Errors
    /// Wrong name or password.
    pub fn password(
        &self,
        session: Option<&str>,
        name: &str,
        password: &str,
        now: Duration,
    ) -> Result<String, Refusal> {
        let State { random, accounts, sessions, .. } = &mut *self.state();
        accounts.check_password(name, password)?;
        // The cookie changes with what it is good for, so that one planted before is worth nothing after.
        let token = sessions.renew(session, random, now);
        if let Some(session) = sessions.find(&token, now) {
            if session.password.as_deref() != Some(name) {
                // What was offered was offered to somebody else.
                session.ceremonies.clear();
            }
            session.user = None;
            session.password = Some(name.to_owned());
        }
        Ok(token)
    }

    /// Logs out.
    pub fn logout(&self, session: &str) {
        self.state().sessions.remove(session);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked left the state as its last complete assignment did: no worse than a refused request.
        locked(&self.state)
    }
}

/// Fresh bytes.
fn bytes<const N: usize>(random: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill_bytes(&mut bytes);
    bytes
}
