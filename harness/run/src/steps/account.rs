//! What is asked of the server beside the ceremonies.

use plan::expect::Expectation;

use super::Report;
use super::ceremony::{count, decided, expected, logged_in};
use super::judge::{Evidence, judge};
use crate::describe;
use crate::stage::{Broken, Stage};
use crate::tamper::credential_id;

/// Who the server says is logged in, by the scenario's name.
pub(super) async fn who_is_it(stage: &mut Stage<'_>, agent: &str) -> Result<Option<String>, Broken> {
    let login = stage.agent(agent)?.session.whoami().await?;
    Ok(login.map(|login| stage.name_of(&login)))
}

pub(super) async fn whoami(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    expect: Option<&str>,
) -> Result<Report, Broken> {
    let agent = stage.go_on(session).await?;
    let who = who_is_it(stage, &agent).await?;
    let (wanted, is) = (expect.unwrap_or("nobody"), who.as_deref().unwrap_or("nobody"));
    Ok(Report::plain(
        format!("{wanted} logged in"),
        format!("the server says that {is} is logged in"),
        who.as_deref() == expect,
    ))
}

pub(super) async fn credentials(stage: &mut Stage<'_>, who: &str, wanted: usize) -> Result<Report, Broken> {
    let listing = stage.listing().await?;
    if listing.0.is_none() {
        return Err(Broken::Unsupported("the server does not list credentials".to_owned()));
    }
    let there = listing.ids(who).len();
    Ok(Report::plain(
        format!("{} of {who}", count(wanted)),
        format!("the server lists {}", count(there)),
        there == wanted,
    ))
}

pub(super) async fn revoke(stage: &mut Stage<'_>, who: &str, of: &str) -> Result<Report, Broken> {
    let id = credential_id(stage.kept(of)?)?;
    let account = stage.account(who)?;
    stage.site.revoke(&account, &id).await?;
    stage.records.forget(&id);
    let listing = stage.listing().await?;
    let gone = !listing.ids(who).contains(&id.as_slice());
    let happened = if gone { "it is not listed any more" } else { "the server still lists it" };
    Ok(Report::plain("the credential removed".to_owned(), happened.to_owned(), gone))
}

/// The server decides by asking for a key, or not.
pub(super) async fn login_without_key(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    who: &str,
    expect: &Expectation,
) -> Result<Report, Broken> {
    let expected = expected(stage, expect);
    let agent = stage.begin(session).await?;
    let account = stage.account(who)?;
    let answer = stage.agent(&agent)?.session.login_without_key(&account).await;
    stage.note("login without a key", describe::question(who), describe::answer(&answer));
    let happened = decided(answer)?;
    let mut evidence = Evidence::default();
    logged_in(stage, &agent, who, &happened, &mut evidence).await?;
    // Whether a key is asked for is what this step is about, not what a key comes to: no twin, and no cell of the matrix.
    Ok(Report { refusal: false, outcome: None, ..judge("login", &expected, &happened, evidence) })
}

pub(super) async fn logout(stage: &mut Stage<'_>, session: Option<&str>) -> Result<Report, Broken> {
    let agent = stage.go_on(session).await?;
    stage.agent(&agent)?.session.logout().await?;
    let who = who_is_it(stage, &agent).await?;
    stage.agent(&agent)?.logged_in.clone_from(&who);
    let is = who.as_deref().unwrap_or("nobody");
    Ok(Report::plain(
        "nobody logged in".to_owned(),
        format!("the server says that {is} is logged in"),
        who.is_none(),
    ))
}
