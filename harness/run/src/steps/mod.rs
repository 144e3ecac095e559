//! The verbs, one file for each family.

mod account;
mod ceremony;
mod judge;
mod key;
mod login;
mod offer;
mod register;
mod send;
mod server;

use plan::Verdict;
use plan::event::{Outcome, Proof};
use plan::step::{Step, Verb};

use crate::stage::{Broken, Stage};

/// What came of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    /// What was expected, in words.
    pub(crate) expected: String,
    /// What happened, in words.
    pub(crate) happened: String,
    /// Whether the two agree.
    pub(crate) verdict: Verdict,
    /// Why not.
    pub(crate) reason: String,
    /// What that rests on.
    pub(crate) proof: Vec<Proof>,
    /// Of a ceremony: what it came to.
    pub(crate) outcome: Option<Outcome>,
    /// Of a ceremony: a refusal was expected, so the twin must pass.
    pub(crate) refusal: bool,
}

impl Report {
    /// Of a step that is no ceremony.
    fn plain(expected: String, happened: String, ok: bool) -> Self {
        let reason = if ok { String::new() } else { format!("expected was {expected}, but {happened}") };
        let verdict = if ok { Verdict::Pass } else { Verdict::Fail };
        Self { expected, happened, verdict, reason, proof: Vec::new(), outcome: None, refusal: false }
    }

    /// Of a step that only prepares.
    fn done(what: &str) -> Self {
        Self::plain("done".to_owned(), what.to_owned(), true)
    }
}

/// Does one step.
pub(crate) async fn act(stage: &mut Stage<'_>, step: &Step) -> Result<Report, Broken> {
    let session = step.session.as_deref();
    match &step.verb {
        Verb::Register(ceremony) => register::register(stage, session, ceremony).await,
        Verb::Login(ceremony) => login::login(stage, session, ceremony).await,
        Verb::OfferRegister(offer) => offer::register(stage, session, offer).await,
        Verb::OfferLogin(offer) => offer::login(stage, session, offer).await,
        Verb::SendRegister(send) => send::register(stage, session, send).await,
        Verb::SendLogin(send) => send::login(stage, session, send).await,
        Verb::Whoami { expect } => account::whoami(stage, session, expect.as_deref()).await,
        Verb::Credentials { who, count } => account::credentials(stage, who, *count).await,
        Verb::Revoke { who, of } => account::revoke(stage, who, of).await,
        Verb::LoginWithoutKey { who, expect } => {
            account::login_without_key(stage, session, who, expect).await
        }
        Verb::Logout => account::logout(stage, session).await,
        Verb::SetPolicy(policy) => server::set_policy(stage, policy).await,
        Verb::Perform(deed) => server::perform(stage, session, deed).await,
        Verb::Replug { key } => key::replug(stage, key).await,
        Verb::Reset { key } => key::reset(stage, key).await,
    }
}
