//! Responses that were kept are sent.

use plan::step::Send;
use webauthn::{AuthenticationResponse, RegistrationResponse};

use super::Report;
use super::ceremony::expected;
use crate::stage::{Broken, Offered, Stage};
use crate::tamper::{self, Lie};

pub(super) async fn register(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    send: &Send,
) -> Result<Report, Broken> {
    let expected = expected(stage, &send.expect);
    let before = stage.listed().await?;
    let agent = stage.go_on(session).await?;
    let kept = stage.kept(&send.of)?;
    let (Offered::Registration(options), Some(response)) = (kept.offered.clone(), kept.response.clone())
    else {
        return Err(Broken::Unknown(format!("what was kept as {} is no registration response", send.of)));
    };
    let response = RegistrationResponse::from_value(response).map_err(|e| Broken::Unknown(e.to_string()))?;
    let response = tamper::registration(response, &Lie { tampers: &send.tamper, stage, signer: None })?;
    super::register::send(stage, &agent, &send.who, &options, &response, &expected, &before).await
}

pub(super) async fn login(
    stage: &mut Stage<'_>,
    session: Option<&str>,
    send: &Send,
) -> Result<Report, Broken> {
    let expected = expected(stage, &send.expect);
    let agent = stage.go_on(session).await?;
    let kept = stage.kept(&send.of)?;
    let (Offered::Login(options), Some(response)) = (kept.offered.clone(), kept.response.clone()) else {
        return Err(Broken::Unknown(format!("what was kept as {} is no login response", send.of)));
    };
    let response =
        AuthenticationResponse::from_value(response).map_err(|e| Broken::Unknown(e.to_string()))?;
    let response = tamper::assertion(response, &Lie { tampers: &send.tamper, stage, signer: None })?;
    super::login::send(stage, &agent, &send.who, &options, &response, &expected).await
}
