//! A whole login.

use plan::expect::Expected;
use plan::policy::Login;
use plan::step::Ceremony;
use serde_json::Value;
use webauthn::RequestOptions;

use super::ceremony::{decided, expected, logged_in, party, refused, verified};
use super::judge::{Evidence, Happened, judge};
use super::register::tell;
use super::{Report, offer};
use crate::describe;
use crate::stage::{Broken, Kept, Offered, Stage};
use crate::tamper::{self, Lie};

pub(super) async fn login(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    ceremony: &Ceremony,
) -> Result<Report, Broken> {
    let expected = expected(stage, &ceremony.expect);
    let (agent, offered) = match &ceremony.answers {
        None => {
            let agent = stage.begin(session).await?;
            (agent.clone(), offer::assertion(stage, &agent, &ceremony.who).await?)
        }
        Some(name) => {
            let agent = stage.go_on(session).await?;
            let Offered::Login(options) = stage.kept(name)?.offered.clone() else {
                return Err(Broken::Unknown(format!("what was kept as {name} is no login")));
            };
            (agent, Ok(*options))
        }
    };
    let made = match offered {
        Ok(options) => make(stage, ceremony, &options).await?.map(|response| (options, response)),
        Err(happened) => Err(happened),
    };
    let (options, response) = match made {
        Ok(made) => made,
        Err(happened) => {
            tell(stage, &agent, &happened).await?;
            let mut evidence = Evidence::default();
            logged_in(stage, &agent, &ceremony.who, &happened, &mut evidence).await?;
            return Ok(judge("login", &expected, &happened, evidence));
        }
    };
    if let Some(name) = &ceremony.keep {
        let offered = Offered::Login(Box::new(options.clone()));
        let kept = Kept { offered, response: Some(response.clone()) };
        stage.kept.insert(name.clone(), kept);
    }
    if !ceremony.send {
        return Ok(judge("login", &expected, &Happened::Made, Evidence::default()));
    }
    send(stage, &agent, &ceremony.who, &options, &response, &expected).await
}

/// Sends a response and looks at what comes of it.
pub(super) async fn send(
    stage: &mut Stage<'_>,
    agent: &str,
    who: &str,
    options: &RequestOptions,
    response: &Value,
    expected: &Expected,
) -> Result<Report, Broken> {
    let is_named = stage.policy.login != Login::Usernameless;
    let handles = stage.handles.get(who).filter(|_| is_named).map_or(&[][..], Vec::as_slice);
    let findings = party(stage).login(&stage.records, options, handles, response);
    let answer = stage.agent(agent)?.session.login(response).await;
    let answered = describe::answer(&answer);
    stage.note("login response", describe::response(response), answered);
    let happened = decided(answer)?;
    let mut evidence = Evidence::default();
    verified(&mut evidence, &findings, expected, &happened);
    logged_in(stage, agent, who, &happened, &mut evidence).await?;
    stage.agent(agent)?.session.seen().into_iter().for_each(|seen| evidence.saw("server", seen));
    if happened == Happened::Accepted {
        stage.records.keep(findings);
    }
    Ok(judge("login", expected, &happened, evidence))
}

/// Client and key make the response; `Err` if one of them refuses.
async fn make(
    stage: &mut Stage<'_>,
    ceremony: &Ceremony,
    options: &RequestOptions,
) -> Result<Result<Value, Happened>, Broken> {
    let origin = stage.site.origin();
    let asked = tamper::request(options, &ceremony.tamper, stage)?;
    let twist = tamper::twist(&options.challenge, &ceremony.tamper, stage, stage.made_up())?;
    let key = stage.key(&ceremony.key).await?;
    key.hands(ceremony.hands);
    let fired = key.arm(ceremony.fault);
    let made = key.client.get_twisted(&mut key.link, &origin, &asked, &twist).await;
    let (calls, signer, disarmed) = (key.link.take(), key.signer.clone(), key.disarm(ceremony.fault, fired));
    stage.exchanges.extend(calls.iter().map(describe::call));
    disarmed?;
    match made {
        Ok(asserted) => {
            let lie = Lie { tampers: &ceremony.tamper, stage, signer: Some(&signer) };
            tamper::assertion(asserted.response, &lie).map(Ok)
        }
        Err(error) => refused(error, ceremony.fault.is_some()).map(Err),
    }
}
