//! What is done to the server, or what only one server knows.

use plan::Policy;
use plan::step::Deed;
use targets::Deed as Wanted;

use super::Report;
use super::account::who_is_it;
use super::ceremony::{decided, expected};
use super::judge::{Evidence, judge};
use crate::describe;
use crate::stage::{Broken, Stage, policy_for};
use crate::tamper::credential_id;

pub(super) async fn set_policy(stage: &mut Stage<'_>, policy: &Policy) -> Result<Report, Broken> {
    let mut policy = policy_for(policy, &stage.profile);
    policy.login = stage.policy.login;
    stage.site.set_policy(&policy).await?;
    stage.policy = policy;
    Ok(Report::done("the site has another policy"))
}

/// Keys and logins may be others afterwards: what was known of them is asked again.
pub(super) async fn perform(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    deed: &Deed,
) -> Result<Report, Broken> {
    let expected = expected(stage, &deed.expect);
    let credential = deed.of.as_deref().map(|of| credential_id(stage.kept(of)?)).transpose()?;
    let account = stage.account(&deed.who)?;
    let agent = stage.go_on(session).await?;
    let wanted =
        Wanted { what: &deed.what, who: &account, credential: credential.as_deref(), with: &deed.with };
    let answer = stage.agent(&agent)?.session.perform(wanted).await;
    stage.note(&deed.what, describe::question(&deed.who), describe::answer(&answer));
    let happened = decided(answer)?;
    let now = who_is_it(stage, &agent).await?;
    stage.agent(&agent)?.logged_in = now;
    let listing = stage.listing().await?;
    stage.records.forget_unless(|id| listing.has(id));
    // It is no ceremony: no twin, and no cell of the matrix.
    let evidence = Evidence::default();
    Ok(Report { refusal: false, outcome: None, ..judge("perform", &expected, &happened, evidence) })
}
