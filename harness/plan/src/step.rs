//! The verbs of a scenario: a closed set. Anything cleverer is code.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::expect::Expectation;
use crate::policy::Policy;
use crate::tamper::Tamper;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// The user agent that does it. `None`: a ceremony that begins opens a new one, everything else goes on in the one used last.
    pub session: Option<String>,
    /// Done only if the ceremony before was accepted, as it was expected to be; otherwise skipped.
    pub after_accepted: bool,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// A whole registration: options, key, response.
    Register(Ceremony),
    /// A whole login.
    Login(Ceremony),
    /// Only the options of a registration, to be answered later.
    OfferRegister(OfferStep),
    /// Only the options of a login, to be answered later.
    OfferLogin(OfferStep),
    /// Sends a registration response that was kept.
    SendRegister(Send),
    /// Sends a login response that was kept.
    SendLogin(Send),
    /// Asks the server who is logged in.
    Whoami {
        /// An account, or nobody.
        expect: Option<String>,
    },
    /// Asks the server for an account's credentials.
    Credentials {
        /// Whose.
        who: String,
        /// How many there must be.
        count: usize,
    },
    /// Has the server forget a credential.
    Revoke {
        /// Whose.
        who: String,
        /// What was kept of the registration.
        of: String,
    },
    /// A login with everything but a key: accepted if the user is logged in then, refused if the server asks for a key.
    LoginWithoutKey {
        /// Who.
        who: String,
        /// What must come of it.
        expect: Expectation,
    },
    /// The user agent logs out.
    Logout,
    /// The site has another policy from now on, with the same login.
    SetPolicy(Box<Policy>),
    /// Something that only this server knows: a recovery code, a key's name.
    Perform(Deed),
    /// A key is unplugged and plugged in again.
    Replug {
        /// Which.
        key: String,
    },
    /// authenticatorReset right after a replug: the key forgets everything.
    Reset {
        /// Which.
        key: String,
    },
}

/// A ceremony from the options to the server's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceremony {
    /// Whose.
    pub who: String,
    /// With which key of the scenario: `main`, or another name for a second one of the same model.
    pub key: String,
    /// What is made wrong, in order.
    pub tamper: Vec<Tamper>,
    /// The name under which options and response are kept for later steps.
    pub keep: Option<String>,
    /// Options that were kept by an `offer-...` step are answered; otherwise new ones are asked for.
    pub answers: Option<String>,
    /// The response goes to the server; otherwise it is only made and kept.
    pub send: bool,
    /// What the user does.
    pub hands: HandsWish,
    /// What goes wrong with the key in the middle of it.
    pub fault: Option<Fault>,
    /// What must come of it.
    pub expect: Expectation,
}

/// Something that only one server knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// The server's word for it.
    pub what: String,
    /// Whose, or by whom.
    pub who: String,
    /// The credential that it is about: what was kept of its registration.
    pub of: Option<String>,
    /// What else the server is to know.
    pub with: Map<String, Value>,
    /// What must come of it.
    pub expect: Expectation,
}

/// Something that goes wrong with the key during one ceremony. If it does not come to pass, the case is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The nth answer that brings a credential or an assertion, from 1, is lost: the key did its work, and is gone.
    AnswerLost(usize),
    /// The nth such answer is a status in its place: CTAP2's byte, or U2F's status word.
    Status(usize, u16),
    /// The power goes at the nth commit of the key's store, from 1, until the key is plugged in again.
    PowerCut(usize),
}

/// Only the options of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferStep {
    /// Whose.
    pub who: String,
    /// The name under which they are kept.
    pub keep: Option<String>,
    /// Members that the options must have; those of tables are looked for in depth.
    pub shows: Option<Value>,
}

/// A response that was kept is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    /// For whom: whose credentials and whose login the evidence is about.
    pub who: String,
    /// What was kept.
    pub of: String,
    /// What is made wrong with it first.
    pub tamper: Vec<Tamper>,
    /// What must come of it.
    pub expect: Expectation,
}

/// What the user does when the key asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandsWish {
    /// Touches, or shows the right finger.
    #[default]
    Touch,
    /// Refuses.
    Refuse,
    /// Does nothing until the key gives up.
    Never,
    /// Shows a finger that the key does not know, every time.
    WrongFinger,
}

impl Step {
    /// The verb's name as files write it.
    pub fn name(&self) -> &'static str {
        match &self.verb {
            Verb::Register(_) => "register",
            Verb::Login(_) => "login",
            Verb::OfferRegister(_) => "offer-register",
            Verb::OfferLogin(_) => "offer-login",
            Verb::SendRegister(_) => "send-register",
            Verb::SendLogin(_) => "send-login",
            Verb::Whoami { .. } => "whoami",
            Verb::Credentials { .. } => "credentials",
            Verb::Revoke { .. } => "revoke",
            Verb::LoginWithoutKey { .. } => "login-without-key",
            Verb::Logout => "logout",
            Verb::SetPolicy(_) => "set-policy",
            Verb::Perform(_) => "perform",
            Verb::Replug { .. } => "replug",
            Verb::Reset { .. } => "reset",
        }
    }

    /// The account that the step is about.
    pub fn who(&self) -> Option<&str> {
        match &self.verb {
            Verb::Register(c) | Verb::Login(c) => Some(&c.who),
            Verb::OfferRegister(o) | Verb::OfferLogin(o) => Some(&o.who),
            Verb::SendRegister(s) | Verb::SendLogin(s) => Some(&s.who),
            Verb::Credentials { who, .. } | Verb::Revoke { who, .. } | Verb::LoginWithoutKey { who, .. } => {
                Some(who)
            }
            Verb::Perform(deed) => Some(&deed.who),
            Verb::Whoami { expect } => expect.as_deref(),
            Verb::SetPolicy(_) | Verb::Logout | Verb::Replug { .. } | Verb::Reset { .. } => None,
        }
    }

    /// The key that the step uses.
    pub fn key(&self) -> Option<&str> {
        match &self.verb {
            Verb::Register(c) | Verb::Login(c) => Some(&c.key),
            Verb::Replug { key } | Verb::Reset { key } => Some(key),
            _ => None,
        }
    }

    /// The names that the step reads from what was kept.
    pub fn reads(&self) -> Vec<&str> {
        let (own, tamper): (Option<&str>, &[Tamper]) = match &self.verb {
            Verb::Register(c) | Verb::Login(c) => (c.answers.as_deref(), &c.tamper),
            Verb::SendRegister(s) | Verb::SendLogin(s) => (Some(&s.of), &s.tamper),
            Verb::Revoke { of, .. } => (Some(of), &[]),
            Verb::Perform(deed) => (deed.of.as_deref(), &[]),
            _ => (None, &[]),
        };
        own.into_iter().chain(tamper.iter().flat_map(Tamper::reads)).collect()
    }

    /// The name under which the step keeps something.
    pub fn keeps(&self) -> Option<&str> {
        match &self.verb {
            Verb::Register(c) | Verb::Login(c) => c.keep.as_deref(),
            Verb::OfferRegister(o) | Verb::OfferLogin(o) => o.keep.as_deref(),
            _ => None,
        }
    }
}
