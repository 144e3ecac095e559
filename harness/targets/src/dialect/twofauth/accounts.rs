//! Users make themselves, come and go.

use axum::http::header;
use serde_json::json;

use super::call::Call;
use super::reply::Reply;
use super::user;

/// The shortest password that is taken.
const SHORTEST: usize = 8;

/// `GET /`: the page that tells the version. There is nothing else on it.
pub(super) fn start_page(_: &mut Call<'_>) -> Reply {
    let text = format!(
        "<!DOCTYPE html>\n<title>2FAuth (AnyKey's dialect)</title>\n<script>var appVersion = '{}';</script>\n",
        super::VERSION
    );
    let mut reply = Reply::text(text);
    let policy = "default-src 'none'; script-src 'unsafe-inline'".to_owned();
    reply.headers.push((header::CONTENT_SECURITY_POLICY, policy));
    reply
}

/// `GET /refresh-csrf`.
pub(super) fn token(call: &mut Call<'_>) -> Reply {
    Reply::text(call.visit().csrf)
}

/// `POST /user`.
pub(super) fn register(call: &mut Call<'_>) -> Reply {
    if call.state.closed {
        return Reply::message(403, "forbidden");
    }
    if let Some(refusal) = wrong(call) {
        return refusal;
    }
    let (name, email, password) = new(call);
    let id = call.state.add(&name, &email, &password, false);
    let Some(user) = call.state.user(id) else { return Reply::unauthenticated() };
    let mut told = user::with_message(user, "account created");
    // Differs: whoever is not the first is told null where the login says false; observed with 8.0.1.
    if !user.is_admin {
        told["is_admin"] = json!(null);
    }
    call.renew(Some(id));
    Reply::json(201, told)
}

/// The members of a new user.
pub(super) fn new(call: &Call<'_>) -> (String, String, String) {
    let own = |name| call.text(name).to_owned();
    (own("name"), own("email"), own("password"))
}

/// What is wrong with a new user.
pub(super) fn wrong(call: &mut Call<'_>) -> Option<Reply> {
    let (name, email, password) = new(call);
    let mut errors = Vec::new();
    let mut say = |member: &'static str, text: &str| errors.push((member, text.to_owned()));
    if name.is_empty() {
        say("name", "The name field is required.");
    } else if call.state.users.iter().any(|user| user.name == name) {
        say("name", "The name has already been taken.");
    }
    if !email.contains('@') {
        say("email", "The email field must be a valid email address.");
    } else if call.state.by_email(&email).is_some() {
        say("email", "The email has already been taken.");
    }
    if password.chars().count() < SHORTEST {
        say("password", "The password field must be at least 8 characters.");
    } else if call.text("password_confirmation") != password {
        say("password", "The password field confirmation does not match.");
    }
    (!errors.is_empty()).then(|| Reply::invalid(&errors))
}

/// `POST /user/login`. Whoever is logged in is logged out first.
pub(super) fn login(call: &mut Call<'_>) -> Reply {
    let (email, password) = (call.text("email").to_owned(), call.text("password").to_owned());
    call.set(|visit| visit.user = None);
    let Some(user) = call.state.by_email(&email) else { return no_such_user() };
    if user.webauthn_only || user.password != password {
        return Reply::unauthorized();
    }
    let (id, told) = (user.id, user::with_message(user, "authenticated"));
    call.renew(Some(id));
    Reply::json(200, told)
}

/// `GET /user/logout`.
pub(super) fn logout(call: &mut Call<'_>) -> Reply {
    call.renew(None);
    Reply::message(200, "signed out")
}

/// `DELETE /user`.
pub(super) fn remove(call: &mut Call<'_>) -> Reply {
    let password = call.text("password").to_owned();
    let admins = call.state.users.iter().filter(|user| user.is_admin).count();
    let Some(user) = call.user() else { return Reply::unauthenticated() };
    if user.password != password {
        return Reply::message(400, "Wrong current password");
    }
    if user.is_admin && admins == 1 {
        return Reply::message(400, "Cannot delete the only admin account");
    }
    let id = user.id;
    call.state.remove(id);
    call.renew(None);
    Reply::nothing()
}

/// Whoever asks for a user that is not there is told so.
pub(super) fn no_such_user() -> Reply {
    Reply::invalid(&[("email", "No account found using this email.".to_owned())])
}
