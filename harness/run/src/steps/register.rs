//! A whole registration.

use plan::step::Ceremony;
use serde_json::Value;
use webauthn::{CreationOptions, RegistrationResponse};

use super::ceremony::{decided, expected, listed, party, refused, verified};
use super::judge::{Evidence, Happened, judge};
use super::{Report, offer};
use crate::describe;
use crate::stage::{Broken, Kept, Listing, Offered, Stage};
use crate::tamper::{self, Lie};

pub(super) async fn register(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    ceremony: &Ceremony,
) -> Result<Report, Broken> {
    let expected = expected(stage, &ceremony.expect);
    let before = stage.listed().await?;
    let (agent, offered) = match &ceremony.answers {
        None => {
            let agent = stage.begin(session).await?;
            (agent.clone(), offer::registration(stage, &agent, &ceremony.who).await?)
        }
        Some(name) => {
            let agent = stage.go_on(session).await?;
            let Offered::Registration(options) = stage.kept(name)?.offered.clone() else {
                return Err(Broken::Unknown(format!("what was kept as {name} is no registration")));
            };
            (agent, Ok(*options))
        }
    };
    let options = match offered {
        Ok(options) => options,
        Err(happened) => {
            let mut evidence = Evidence::default();
            listed(stage, &ceremony.who, None, &before, &happened, &mut evidence).await?;
            return Ok(judge("register", &expected, &happened, evidence));
        }
    };
    let response = match make(stage, ceremony, &options).await? {
        Ok(response) => response,
        Err(happened) => {
            tell(stage, &agent, &happened).await?;
            let mut evidence = Evidence::default();
            listed(stage, &ceremony.who, None, &before, &happened, &mut evidence).await?;
            return Ok(judge("register", &expected, &happened, evidence));
        }
    };
    if let Some(name) = &ceremony.keep {
        let offered = Offered::Registration(Box::new(options.clone()));
        let kept = Kept { offered, response: Some(response.clone()) };
        stage.kept.insert(name.clone(), kept);
    }
    if !ceremony.send {
        return Ok(judge("register", &expected, &Happened::Made, Evidence::default()));
    }
    send(stage, &agent, &ceremony.who, &options, &response, &expected, &before).await
}

/// Sends a response and looks at what comes of it.
pub(super) async fn send(
    stage: &mut Stage<'_>,
    agent: &str,
    who: &str,
    options: &CreationOptions,
    response: &Value,
    expected: &plan::expect::Expected,
    before: &Listing,
) -> Result<Report, Broken> {
    let findings = party(stage).registration(&stage.records, options, response);
    let answer = stage.agent(agent)?.session.register(response).await;
    let answered = describe::answer(&answer);
    stage.note("registration response", describe::response(response), answered);
    let happened = decided(answer)?;
    let mut evidence = Evidence::default();
    verified(&mut evidence, &findings, expected, &happened);
    stage.agent(agent)?.session.seen().into_iter().for_each(|seen| evidence.saw("server", seen));
    let id = RegistrationResponse::from_value(response.clone()).ok().map(|r| r.raw_id.0);
    listed(stage, who, id.as_deref(), before, &happened, &mut evidence).await?;
    if happened == Happened::Accepted {
        stage.records.keep(findings);
    }
    Ok(judge("register", expected, &happened, evidence))
}

/// Client and key make the response; `Err` if one of them refuses.
async fn make(
    stage: &mut Stage<'_>,
    ceremony: &Ceremony,
    options: &CreationOptions,
) -> Result<Result<Value, Happened>, Broken> {
    let origin = stage.site.origin();
    let asked = tamper::creation(options, &ceremony.tamper);
    let twist = tamper::twist(&options.challenge, &ceremony.tamper, stage, stage.made_up())?;
    let key = stage.key(&ceremony.key).await?;
    key.hands(ceremony.hands);
    let fired = key.arm(ceremony.fault);
    let made = key.client.create_twisted(&mut key.link, &origin, &asked, &twist).await;
    let (calls, signer, disarmed) = (key.link.take(), key.signer.clone(), key.disarm(ceremony.fault, fired));
    stage.exchanges.extend(calls.iter().map(describe::call));
    disarmed?;
    match made {
        Ok(created) => {
            let lie = Lie { tampers: &ceremony.tamper, stage, signer: Some(&signer) };
            tamper::registration(created.response, &lie).map(Ok)
        }
        Err(error) => refused(error, ceremony.fault.is_some()).map(Err),
    }
}

/// A page whose client refused tells its server, if it tells at all.
pub(super) async fn tell(stage: &mut Stage<'_>, agent: &str, happened: &Happened) -> Result<(), Broken> {
    if let Happened::ByClient { error, .. } | Happened::ByKey { error, .. } = happened {
        stage.agent(agent)?.session.client_refused(error).await?;
    }
    Ok(())
}
