//! What registration and login have in common.

use client::{ClientError, Refuser};
use plan::expect::{Expectation, Expected};
use targets::TargetError;

use super::judge::{Evidence, Happened};
use crate::evidence::{Findings, Party};
use crate::keys::has;
use crate::stage::{Broken, Listing, Stage};

/// The expectation of this case.
pub(super) fn expected(stage: &Stage<'_>, expectation: &Expectation) -> Expected {
    expectation.resolve(stage.manner, &stage.version, |need| has(&stage.profile, need))
}

/// The site as the bench's own verification sees it.
pub(super) fn party<'s>(stage: &'s Stage<'_>) -> Party<'s> {
    Party {
        origin: stage.site.origin(),
        rp_id: stage.site.rp_id(),
        policy: &stage.policy,
        anchors: &stage.anchors,
    }
}

/// A refusal by client or key. Without a key there is no outcome, unless its loss is what the scenario is about.
pub(super) fn refused(error: ClientError, loss_is_meant: bool) -> Result<Happened, Broken> {
    match error.by {
        Refuser::Link if loss_is_meant => {
            Ok(Happened::ByClient { error: error.name.to_string(), reason: error.reason })
        }
        Refuser::Client => Ok(Happened::ByClient { error: error.name.to_string(), reason: error.reason }),
        Refuser::Key => Ok(Happened::ByKey {
            error: error.name.to_string(),
            status: error.status.unwrap_or(error.reason),
        }),
        Refuser::Link => Err(Broken::Unknown(error.reason)),
    }
}

/// The server's decision.
pub(super) fn decided(answer: Result<(), TargetError>) -> Result<Happened, Broken> {
    match answer {
        Ok(()) => Ok(Happened::Accepted),
        Err(TargetError::Refused { status, reason, .. }) => Ok(Happened::ByServer { status, reason }),
        Err(other) => Err(other.into()),
    }
}

/// What the bench's own verification says about a response that was sent.
pub(super) fn verified(
    evidence: &mut Evidence,
    findings: &Findings,
    expected: &Expected,
    happened: &Happened,
) {
    evidence.saw("bench", findings.sentence());
    let took_it = *expected == Expected::Accepted && *happened == Happened::Accepted;
    if took_it && !findings.wrong.is_empty() {
        evidence.against = Some(format!("the bench would have refused it: {}", findings.wrong.join("; ")));
    }
}

/// What the server's list of credentials says about a registration; `id` is the new credential's.
pub(super) async fn listed(
    stage: &mut Stage<'_>,
    who: &str,
    id: Option<&[u8]>,
    before: &Listing,
    happened: &Happened,
    evidence: &mut Evidence,
) -> Result<(), Broken> {
    let after = stage.listing().await?;
    if after.0.is_none() {
        evidence.blind = Some("the server does not list credentials, so that nothing confirms it".to_owned());
        return Ok(());
    }
    if *happened == Happened::Accepted {
        let there = id.is_some_and(|id| after.ids(who).contains(&id));
        if there {
            evidence
                .saw("server", format!("lists the new credential among {who}'s {}", after.ids(who).len()));
        } else {
            evidence.against = Some(format!("the server does not list the new credential among {who}'s"));
        }
        return Ok(());
    }
    match after.differs(before) {
        None => evidence.saw("server", format!("lists {} of {who}, as before", count(after.ids(who).len()))),
        Some(whose) => {
            let (was, is) = (before.ids(whose).len(), after.ids(whose).len());
            evidence.against =
                Some(format!("the server lists other credentials of {whose} than before ({was}, now {is})"));
        }
    }
    Ok(())
}

/// Who the server says is logged in after a login.
pub(super) async fn logged_in(
    stage: &mut Stage<'_>,
    agent: &str,
    who: &str,
    happened: &Happened,
    evidence: &mut Evidence,
) -> Result<(), Broken> {
    let now = super::account::who_is_it(stage, agent).await?;
    let before = std::mem::replace(&mut stage.agent(agent)?.logged_in, now.clone());
    let name = now.as_deref();
    match (*happened == Happened::Accepted, name) {
        (true, Some(name)) if name == who => evidence.saw("server", format!("says that {who} is logged in")),
        (true, Some(name)) => {
            evidence.against = Some(format!("the server says that {name} is logged in, not {who}"))
        }
        (true, None) => evidence.against = Some("the server says that nobody is logged in".to_owned()),
        (false, None) => evidence.saw("server", "says that nobody is logged in"),
        (false, Some(name)) if before.as_deref() == Some(name) => {
            evidence.blind = Some(format!("{name} was logged in before, so that nothing confirms it"));
        }
        (false, Some(name)) => evidence.against = Some(format!("the server says that {name} is logged in")),
    }
    Ok(())
}

pub(super) fn count(credentials: usize) -> String {
    match credentials {
        0 => "no credential".to_owned(),
        1 => "1 credential".to_owned(),
        n => format!("{n} credentials"),
    }
}
