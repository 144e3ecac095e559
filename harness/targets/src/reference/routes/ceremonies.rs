//! Paths of the ceremonies.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use webauthn::{AuthenticationResponse, RegistrationResponse};

use super::Shared;
use super::request::{Cookie, Json, JsonBytes, Of};
use crate::reference::answer::Refusal;
use crate::reference::site::Whoami;

/// What `POST login/password` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    name: String,
    #[serde(default)]
    password: String,
}

/// What `POST login/options` takes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Who {
    name: Option<String>,
}

/// What `POST registration/options` takes: nothing yet.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn password(
    Of(site): Of,
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(given): Json<Password>,
) -> Result<Response, Refusal> {
    let cookie = Cookie::of(&site, &headers);
    let token = site.password(cookie.token(), &given.name, &given.password, shared.clock.now())?;
    Ok(cookie.set(&token, StatusCode::NO_CONTENT))
}

pub(super) async fn registration_options(
    Of(site): Of,
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, Refusal> {
    let cookie = Cookie::of(&site, &headers);
    let (token, options) = site.registration_options(cookie.token(), shared.clock.now())?;
    Ok(cookie.set(&token, Answer(options)))
}

pub(super) async fn register(
    Of(site): Of,
    State(shared): State<Shared>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Refusal> {
    let cookie = Cookie::of(&site, &headers);
    let response = RegistrationResponse::from_slice(&body).map_err(not_the_dictionary)?;
    let registered = site.register(cookie.token(), &response, shared.clock.now())?;
    Ok((StatusCode::CREATED, Answer(registered)).into_response())
}

pub(super) async fn login_options(
    Of(site): Of,
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(who): Json<Who>,
) -> Result<Response, Refusal> {
    let cookie = Cookie::of(&site, &headers);
    let (token, options) = site.login_options(cookie.token(), who.name.as_deref(), shared.clock.now())?;
    Ok(cookie.set(&token, Answer(options)))
}

pub(super) async fn login(
    Of(site): Of,
    State(shared): State<Shared>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Refusal> {
    let cookie = Cookie::of(&site, &headers);
    let response = AuthenticationResponse::from_slice(&body).map_err(not_the_dictionary)?;
    let (token, logged_in) = site.login(cookie.token(), &response, shared.clock.now())?;
    Ok(cookie.set(&token, Answer(logged_in)))
}

pub(super) async fn whoami(Of(site): Of, State(shared): State<Shared>, headers: HeaderMap) -> Answer<Whoami> {
    Answer(site.whoami(Cookie::of(&site, &headers).token(), shared.clock.now()))
}

pub(super) async fn logout(Of(site): Of, headers: HeaderMap, Json(Nothing {}): Json<Nothing>) -> Response {
    let cookie = Cookie::of(&site, &headers);
    if let Some(token) = cookie.token() {
        site.logout(token);
    }
    cookie.clear(StatusCode::NO_CONTENT)
}

fn not_the_dictionary(error: webauthn::DictionaryError) -> Refusal {
    Refusal::failed("response-json", error.to_string())
}
