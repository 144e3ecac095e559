//! One-time codes, and what they open.

use std::time::{Instant, SystemTime};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use webauthn::bytes::encode;

use super::answer::{Answer, FAILED};
use super::asked::Asked;
use super::mail;
use super::routes::one_factor;
use super::state::{CODE_LIFETIME, Code, ELEVATION_LIFETIME, Session, Shared};

/// `POST /api/user/session/elevation`: a code is made, and sent.
pub(super) async fn start(State(shared): State<Shared>, asked: Asked) -> Response {
    let limit = &shared.setup.rate_limits.session_elevation_start;
    if let Err(wait) = shared.limits.take("start", limit, &asked.address) {
        return too_many(wait);
    }
    begin(&shared, &asked).unwrap_or_else(|refused| refused).into_response()
}

fn begin(shared: &Shared, asked: &Asked) -> Result<Answer, Answer> {
    let (_, user) = one_factor(shared, asked)?;
    let code: String = (0..8).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect();
    let expires = Instant::now() + CODE_LIFETIME;
    let (address, to) = (asked.address.clone(), shared.setup.users.get(&user));
    let sent = to.map(|to| mail::code(&shared.setup.notification, to, &code));
    if !matches!(sent, Some(Ok(()))) {
        shared.journal.error(asked, "error occurred sending the user the notification", None);
        return Err(Answer::refused(StatusCode::FORBIDDEN, FAILED));
    }
    shared.tables().codes.push(Code { code, user, address, expires });
    Ok(Answer::data(&json!({ "delete_id": encode(&rand::random::<[u8; 16]>()) })))
}

/// `PUT /api/user/session/elevation`: the code is typed.
pub(super) async fn finish(State(shared): State<Shared>, asked: Asked, body: String) -> Response {
    let limit = &shared.setup.rate_limits.session_elevation_finish;
    if let Err(wait) = shared.limits.take("finish", limit, &asked.address) {
        return too_many(wait);
    }
    redeem(&shared, &asked, &body).unwrap_or_else(|refused| refused).into_response()
}

fn redeem(shared: &Shared, asked: &Asked, body: &str) -> Result<Answer, Answer> {
    let (mut session, user) = one_factor(shared, asked)?;
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let typed = body["otc"].as_str().unwrap_or_default().trim().to_uppercase();
    let now = Instant::now();
    let mut tables = shared.tables();
    let fits = |code: &Code| code.code == typed && code.user == user && code.address == asked.address;
    let found = tables.codes.iter().position(|code| fits(code) && code.expires > now);
    let Some(at) = found else {
        let why = "the code didn't match any recorded code challenges";
        shared.journal.error(
            asked,
            "Error occurred validating user session elevation One-Time Code challenge",
            Some(why),
        );
        return Err(Answer::refused(StatusCode::FORBIDDEN, FAILED));
    };
    tables.codes.remove(at);
    session.elevation = Some((asked.address.clone(), now + ELEVATION_LIFETIME));
    let token = shared.save(asked.token(), session);
    Ok(Answer::ok().with_cookie(&token, &shared.setup.cookie_domain))
}

/// The session of a user who may change keys.
pub(super) fn elevated(shared: &Shared, asked: &Asked) -> Result<(Session, String), Answer> {
    let session = shared.session(asked.token());
    let rules = &shared.setup.elevated_session;
    let level = shared.level(&session);
    let Some(user) = session.user.clone().filter(|_| level >= 1) else {
        return Err(lacks("first_factor"));
    };
    if rules.skip_second_factor && level >= 2 {
        return Ok((session, user));
    }
    if rules.require_second_factor && level < 2 {
        let tables = shared.tables();
        // Differs: who has a key is looked up with the preferences, and passes without them
        // (authelia.second-key-no-preferences is accepted).
        if tables.preferences.contains(&user) && tables.of(&user).next().is_some() {
            return Err(lacks("second_factor"));
        }
    }
    match &session.elevation {
        Some((address, until)) if *address == asked.address && *until > Instant::now() => Ok((session, user)),
        Some(_) => {
            // An elevation that is too old, or is used from elsewhere, is gone for good.
            shared.save(asked.token(), Session { elevation: None, ..session });
            Err(lacks("elevation"))
        }
        None => Err(lacks("elevation")),
    }
}

fn lacks(what: &str) -> Answer {
    let mut data = json!({ "elevation": false, "first_factor": false, "second_factor": false });
    data[what] = json!(true);
    Answer::json(StatusCode::FORBIDDEN, json!({ "status": "KO", "data": data }))
}

fn too_many(wait: std::time::Duration) -> Response {
    let mut response = Answer::refused(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests").into_response();
    let until = OffsetDateTime::from(SystemTime::now() + wait).format(&Rfc2822).unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(&until.replace("+0000", "GMT")) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Letters and digits that nobody mistakes for another.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
