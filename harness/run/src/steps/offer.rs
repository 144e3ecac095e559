//! Options, asked of the server.

use plan::policy::Login;
use plan::step::OfferStep;
use serde_json::Value;
use webauthn::{CreationOptions, RequestOptions};

use super::Report;
use super::ceremony::decided;
use super::judge::{Happened, words};
use crate::describe;
use crate::stage::{Broken, Kept, Offered, Stage};

pub(super) async fn register(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    offer: &OfferStep,
) -> Result<Report, Broken> {
    let agent = stage.begin(session).await?;
    let options = registration(stage, &agent, &offer.who).await?.map_err(needed)?;
    let shown = shown(offer, options.to_value(), "a registration");
    keep(stage, offer, Offered::Registration(Box::new(options)));
    Ok(shown)
}

pub(super) async fn login(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    offer: &OfferStep,
) -> Result<Report, Broken> {
    let agent = stage.begin(session).await?;
    let options = assertion(stage, &agent, &offer.who).await?.map_err(needed)?;
    let shown = shown(offer, options.to_value(), "a login");
    keep(stage, offer, Offered::Login(Box::new(options)));
    Ok(shown)
}

fn keep(stage: &mut Stage<'_>, offer: &OfferStep, offered: Offered) {
    if let Some(name) = &offer.keep {
        stage.kept.insert(name.clone(), Kept { offered, response: None });
    }
}

/// Whether the options have what they must have.
fn shown(offer: &OfferStep, options: Value, what: &str) -> Report {
    let Some(wanted) = &offer.shows else { return Report::done(&format!("the server offered {what}")) };
    let found = has(&options, wanted);
    Report::plain(format!("{what} with {wanted}"), format!("the server offered {options}"), found)
}

/// Whether `value` has all that `wanted` has: tables in depth, everything else as it is.
fn has(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| has(value, wanted)))
        }
        _ => value == wanted,
    }
}

fn needed(happened: Happened) -> Broken {
    Broken::Unknown(format!("the server offered nothing: {}", words(&happened)))
}

/// Options of a registration; `Err` if the server refuses already here.
pub(super) async fn registration(
    stage: &mut Stage<'_>,
    agent: &str,
    who: &str,
) -> Result<Result<CreationOptions, Happened>, Broken> {
    let account = stage.account(who)?;
    let answer = stage.agent(agent)?.session.offer_registration(&account).await;
    let told = describe::offer(answer.as_ref().map(|offer| offer.raw.as_slice()));
    stage.note("registration options", describe::question(who), told);
    match answer {
        Ok(offer) => {
            let handles = stage.handles.entry(who.to_owned()).or_default();
            handles.retain(|known| *known != offer.options.user.id.0);
            handles.push(offer.options.user.id.0.clone());
            Ok(Ok(offer.options))
        }
        Err(error) => decided(Err(error)).map(Err),
    }
}

/// Options of a login; `Err` if the server refuses already here.
pub(super) async fn assertion(
    stage: &mut Stage<'_>,
    agent: &str,
    who: &str,
) -> Result<Result<RequestOptions, Happened>, Broken> {
    let account = stage.account(who)?;
    let named = (stage.policy.login != Login::Usernameless).then_some(&account);
    let answer = stage.agent(agent)?.session.offer_login(named).await;
    let told = describe::offer(answer.as_ref().map(|offer| offer.raw.as_slice()));
    let asks = if named.is_some() { who } else { "nobody yet" };
    stage.note("login options", describe::question(asks), told);
    match answer {
        Ok(offer) => Ok(Ok(offer.options)),
        Err(error) => decided(Err(error)).map(Err),
    }
}
