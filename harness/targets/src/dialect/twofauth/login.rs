//! Keys log users in.

use std::time::Instant;

use serde_json::json;
use webauthn::verify::{self, Check};
use webauthn::{AuthenticationResponse, ClientData};

use super::call::Call;
use super::registration::{descriptor, expectations, missing, timeout};
use super::reply::Reply;
use super::state::Challenge;
use super::{accounts, origin, user};

/// The members that a response must have.
const MEMBERS: [&str; 7] = [
    "email",
    "id",
    "rawId",
    "type",
    "response.authenticatorData",
    "response.clientDataJSON",
    "response.signature",
];

/// `POST /webauthn/login/options`. There is never an RP ID in it, and no list for a user without keys.
pub(super) fn options(call: &mut Call<'_>) -> Reply {
    let email = call.text("email").to_owned();
    call.set(|visit| visit.user = None);
    let Some(user) = call.state.by_email(&email) else { return accounts::no_such_user() };
    // Differs: keys that are disabled are listed too; observed with 5.6.1 and 8.0.1.
    let allow: Vec<Vec<u8>> = user.keys.iter().map(|key| key.record.id.clone()).collect();
    let mut told = json!({"timeout": timeout()});
    if !allow.is_empty() {
        told["allowCredentials"] = allow.iter().map(|id| descriptor(id)).collect();
    }
    let challenge = Challenge::new(allow, String::new());
    told["challenge"] = webauthn::bytes::encode(&challenge.bytes).into();
    call.set(|visit| visit.challenge = Some(challenge));
    Reply::json(200, told)
}

/// `POST /webauthn/login`. Whoever is logged in is logged out first.
pub(super) fn login(call: &mut Call<'_>) -> Reply {
    let mut challenge = None;
    call.set(|visit| {
        visit.user = None;
        challenge = visit.challenge.take();
    });
    if let Some(refusal) = missing(&call.request.body, &MEMBERS) {
        return refusal;
    }
    let challenge = challenge.filter(|challenge: &Challenge| challenge.until > Instant::now());
    let response = AuthenticationResponse::from_value(call.request.body.clone());
    let id = match (challenge, response) {
        (Some(challenge), Ok(response)) => verified(call, &challenge, &response),
        _ => None,
    };
    let Some(user) = id.and_then(|id| call.state.user(id)) else { return Reply::unauthorized() };
    let (id, told) = (user.id, user::with_message(user, "authenticated"));
    call.renew(Some(id));
    Reply::json(200, told)
}

/// Who logged in.
fn verified(call: &mut Call<'_>, challenge: &Challenge, response: &AuthenticationResponse) -> Option<u64> {
    let email = call.text("email").to_owned();
    let site = call.site;
    let data = ClientData::parse(&response.response.client_data_json).ok()?;
    if origin::wrong(&data.origin, site.rp_id()).is_some() {
        return None;
    }
    let user = call.state.by_email(&email)?;
    let id: &[u8] = &response.raw_id.0;
    let key = user.keys.iter_mut().find(|key| key.record.id == id && !key.disabled)?;
    if !challenge.allow.iter().any(|allowed| allowed == id) {
        return None;
    }
    let expect = expectations(&challenge.bytes, site.rp_id());
    let handle = key.record.user_handle.clone();
    let outcome = verify::authentication(response, &expect, &[], Some(&handle), |_| Some(&key.record));
    match outcome {
        Ok(passed) => {
            passed.update(&mut key.record);
            Some(user.id)
        }
        Err(refusal) => {
            // The key is of no use any more, whatever its counter says later.
            key.disabled = refusal.check == Check::SignCount;
            None
        }
    }
}
