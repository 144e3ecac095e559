//! Passwords, recovery codes, sessions.

use axum::Json;
use axum::extract::State as Of;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, json_of, token, with_session, without_session};
use super::state::{Session, Shared, any};
use crate::locked::locked;

#[derive(Deserialize)]
pub(super) struct Password {
    username: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

pub(super) async fn password(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
    Json(given): Json<Password>,
) -> Result<Response, Refusal> {
    has_agent(&headers)?;
    let state = &mut *locked(&shared);
    if state.accounts.is_locked(&given.username) {
        return Err(Refusal::too_many());
    }
    let found = state.accounts.by_name(&given.username).filter(|user| user.is_password(&given.password));
    let Some(user) = found else {
        state.accounts.note_failure(&given.username);
        return Err(Refusal::wrong());
    };
    let (id, has_mfa, has_keys) = (user.id, user.has_mfa, !user.keys.is_empty());
    let body = json!({ "url": null, "user": user.to_value() });
    let session = Session { user: id, is_half: has_mfa, registration: None, login: None };
    let token = state.sessions.open(session);
    let answer = match has_mfa {
        false => json_of(StatusCode::OK, body),
        true => json_of(
            StatusCode::CREATED,
            json!({
                "mfa_method": "Webauthn",
                "totp_available": false,
                "webauthn_available": has_keys,
                "email_available": false,
            }),
        ),
    };
    Ok(with_session(answer, &state.url, &token))
}

pub(super) async fn recovery(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
    Json(given): Json<Code>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let session = any(&mut state.sessions, token(&headers))?;
    let user = state.accounts.by_id(session.user).ok_or_else(Refusal::wrong)?;
    let at = user.codes.iter().position(|code| *code == given.code);
    let at = at.ok_or_else(|| Refusal::unauthorized("Unauthorized"))?;
    user.codes.remove(at);
    session.is_half = false;
    Ok(json_of(StatusCode::OK, json!({ "url": null, "user": user.to_value() })))
}

pub(super) async fn logout(Of(shared): Of<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    any(&mut state.sessions, token(&headers))?;
    if let Some(token) = token(&headers) {
        state.sessions.end(token);
    }
    Ok(without_session(json_of(StatusCode::OK, Value::Null), &state.url))
}

pub(super) async fn me(Of(shared): Of<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    Ok(json_of(StatusCode::OK, state.user(token(&headers))?.to_value()))
}

pub(super) async fn session_info(Of(shared): Of<Shared>, headers: HeaderMap) -> Response {
    let state = &mut *locked(&shared);
    let body = match state.user(token(&headers)) {
        Ok(user) => json!({
            "active_wizard": null,
            "authorized": true,
            "is_admin": user.is_admin,
            "username": user.name,
        }),
        Err(_) => json!({ "active_wizard": null, "authorized": false, "is_admin": false }),
    };
    json_of(StatusCode::OK, body)
}

pub(super) async fn info(Of(shared): Of<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    locked(&shared).user(token(&headers))?;
    let body = json!({
        "external_openid_enabled": false,
        "ldap_info": { "ad": false, "enabled": false },
        "network_present": false,
        "smtp_enabled": false,
        "version": super::VERSION,
    });
    Ok(json_of(StatusCode::OK, body))
}

/// Logins without this header are answered with HTTP 400.
fn has_agent(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.contains_key(header::USER_AGENT) {
        true => Ok(()),
        false => Err(Refusal::bad(Some("Header of type `user-agent` was missing"))),
    }
}
