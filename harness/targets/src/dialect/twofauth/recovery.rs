//! A lost key.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant};

use super::accounts;
use super::call::Call;
use super::reply::Reply;

/// The time between two mails to one user.
const BETWEEN: Duration = Duration::from_secs(60);
/// Says that there is to be no other key than the one that is registered next.
const UNIQUE: &str = "webauthn-unique";

/// `POST /webauthn/lost`: a mail with a link.
pub(super) fn lost(call: &mut Call<'_>) -> Reply {
    let email = call.text("email").to_owned();
    let site = call.site;
    let Some(user) = call.state.by_email(&email) else { return accounts::no_such_user() };
    if user.lost.as_ref().is_some_and(|(_, given)| given.elapsed() < BETWEEN) {
        return Reply::invalid(&[("email", "Please wait before retrying.".to_owned())]);
    }
    let token = hex::encode(rand::random::<[u8; 32]>());
    let mut link = site.base.clone();
    link.set_path("/webauthn/recover");
    link.query_pairs_mut().append_pair("token", &token).append_pair("email", &user.email);
    user.lost = Some((token, Instant::now()));
    let mail = OpenOptions::new().create(true).append(true).open(site.mail());
    match mail.and_then(|mut file| writeln!(file, "Recover Account: {link}")) {
        Ok(()) => Reply::message(200, "Account recovery email sent!"),
        Err(_) => Reply::message(500, "Server Error"),
    }
}

/// `POST /webauthn/recover`: the link is followed, with the password.
pub(super) fn recover(call: &mut Call<'_>) -> Reply {
    let (email, token) = (call.text("email").to_owned(), call.text("token").to_owned());
    let password = call.text("password").to_owned();
    let unique = call.request.headers.get(UNIQUE).is_some_and(|value| value == "true");
    let revoke = unique || call.request.body["revokeAll"] != false;
    let Some(user) = call.state.by_email(&email) else { return accounts::no_such_user() };
    if user.lost.as_ref().is_none_or(|(given, _)| *given != token) {
        return Reply::invalid(&[("token", "This reset token is invalid.".to_owned())]);
    }
    // The link is not used up by it.
    if user.password != password {
        return Reply::unauthenticated();
    }
    user.lost = None;
    user.webauthn_only = false;
    if revoke {
        user.keys.clear();
    }
    let id = user.id;
    call.renew(Some(id));
    Reply::message(200, "Webauthn login disabled")
}
