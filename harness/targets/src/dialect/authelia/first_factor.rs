//! Name and password, the session, and the way out.

use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, NO_PASSWORD};
use super::asked::Asked;
use super::routes::one_factor;
use super::state::{Session, Shared};

/// `POST /api/firstfactor`.
pub(super) async fn password(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let name = body["username"].as_str().unwrap_or_default();
    if let Err(refused) = check(&shared, &asked, name, body["password"].as_str().unwrap_or_default()) {
        return refused;
    }
    let session = Session { user: Some(name.to_owned()), knowledge: true, ..Session::default() };
    let token = shared.renew(asked.token(), session);
    Answer::ok().with_cookie(&token, &shared.setup.cookie_domain)
}

/// `POST /api/secondfactor/password`: the other factor of who came with a passkey.
pub(super) async fn second_password(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    let (session, user) = match one_factor(&shared, &asked) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    if let Err(refused) = check(&shared, &asked, &user, body["password"].as_str().unwrap_or_default()) {
        return refused;
    }
    let token = shared.renew(asked.token(), Session { knowledge: true, ..session });
    Answer::ok().with_cookie(&token, &shared.setup.cookie_domain)
}

/// Whether the password is right, and its user not banned. Only passwords are counted.
fn check(shared: &Shared, asked: &Asked, name: &str, password: &str) -> Result<(), Answer> {
    let msg = format!("Unsuccessful 1FA authentication attempt by user '{name}'");
    let refused = || Answer::refused(StatusCode::UNAUTHORIZED, NO_PASSWORD);
    let regulation = &shared.setup.regulation;
    let now = Instant::now();
    let mut tables = shared.tables();
    let failures = tables.failures.entry(name.to_owned()).or_default();
    let banned = failures.iter().rev().nth(regulation.max_retries.saturating_sub(1)).is_some_and(|first| {
        let last = failures.last().copied().unwrap_or(*first);
        last.duration_since(*first) <= regulation.find_time && now.duration_since(last) < regulation.ban_time
    });
    if regulation.max_retries > 0 && banned {
        shared.journal.error(asked, &format!("{msg} and they are banned"), None);
        return Err(refused());
    }
    let user = shared.setup.users.get(name);
    match user.is_some_and(|user| user.password.strip_prefix(PLAIN) == Some(password)) {
        true => Ok(()),
        false => {
            failures.push(now);
            shared.journal.error(asked, &msg, None);
            Err(refused())
        }
    }
}

/// `GET /api/state`.
pub(super) async fn state(State(shared): State<Shared>, asked: Asked) -> Answer {
    let session = shared.session(asked.token());
    Answer::data(&json!({
        "username": session.user.as_deref().unwrap_or_default(),
        "authentication_level": shared.level(&session),
        "factor_knowledge": session.knowledge,
    }))
}

/// `POST /api/user/info`, which the portal's page asks for: it makes the row of preferences.
pub(super) async fn info(State(shared): State<Shared>, asked: Asked) -> Answer {
    let user = match one_factor(&shared, &asked) {
        Ok((_, user)) => user,
        Err(refused) => return refused,
    };
    let mut tables = shared.tables();
    tables.preferences.insert(user.clone());
    let has = tables.of(&user).next().is_some();
    let display_name = shared.setup.users.get(&user).map(|user| user.display_name.as_str());
    Answer::data(&json!({
        "display_name": display_name.unwrap_or_default(),
        "method": if has { "webauthn" } else { "totp" },
        "emails": null, "has_webauthn": has, "has_totp": false, "has_duo": false,
    }))
}

/// `POST /api/logout`.
pub(super) async fn logout(State(shared): State<Shared>, asked: Asked) -> Answer {
    shared.end(asked.token());
    Answer::data(&json!({ "safeTargetURL": false })).with_ended_cookie()
}

/// How a password stands in the users file of a dialect.
pub(super) const PLAIN: &str = "$plaintext$";
