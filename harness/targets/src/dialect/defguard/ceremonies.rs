//! Keys registered and used.

use axum::Json;
use axum::extract::State as Of;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use webauthn::bytes::encode;
use webauthn::verify::CredentialRecord;

use super::accounts::{Key, new_codes};
use super::answer::{Refusal, domain, json_of, token};
use super::state::{Login, Registration, Shared, any, whole};
use super::verify::{self, Party};
use crate::locked::locked;

pub(super) async fn begin_registration(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let user = state.user(token(&headers))?;
    let exclude: Vec<Vec<u8>> = user.keys.iter().map(|key| key.record.id.clone()).collect();
    let name = user.name.clone();
    // Differs: the user handle is another one at each registration. Seen on 2.0.1.
    let begun = Registration { challenge: rand::random(), handle: rand::random(), exclude };
    let rp = domain(&state.url);
    let listed: Vec<Value> = begun.exclude.iter().map(|id| descriptor(id)).collect();
    let body = json!({ "publicKey": {
        "rp": { "name": rp, "id": rp },
        "user": { "id": encode(&begun.handle), "name": name, "displayName": name },
        "challenge": encode(&begun.challenge),
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "timeout": 300_000,
        "excludeCredentials": listed,
        "authenticatorSelection": {
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "required",
        },
        "attestation": "none",
        "extensions": {
            "credentialProtectionPolicy": "userVerificationRequired",
            "enforceCredentialProtectionPolicy": false,
            "uvm": true,
            "credProps": true,
        },
    }});
    whole(&mut state.sessions, token(&headers))?.registration = Some(begun);
    Ok(json_of(StatusCode::OK, body))
}

#[derive(Deserialize)]
pub(super) struct Finish {
    name: String,
    rpkc: Value,
}

pub(super) async fn finish_registration(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
    Json(given): Json<Finish>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let party = Party::of(&state.url);
    let session = whole(&mut state.sessions, token(&headers))?;
    let id = session.user;
    // Differs: what was begun stays, so that the same response is taken again in that session. Seen on 2.0.1.
    let begun = session.registration.clone().ok_or_else(Refusal::internal)?;
    let record = verify::registration(&party, &begun, given.rpkc)?;
    let key = Key { id: state.accounts.next_key(), name: given.name, record };
    let user = state.accounts.by_id(id).ok_or_else(Refusal::internal)?;
    user.keys.push(key);
    user.has_mfa = true;
    if user.codes.is_empty() {
        user.codes = new_codes();
        return Ok(json_of(StatusCode::OK, json!({ "codes": user.codes })));
    }
    Ok(json_of(StatusCode::OK, json!({ "codes": null })))
}

pub(super) async fn begin_login(Of(shared): Of<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let rp = domain(&state.url);
    let session = any(&mut state.sessions, token(&headers))?;
    let user = state.accounts.by_id(session.user).ok_or_else(Refusal::wrong)?;
    let allow: Vec<_> = user.keys.iter().map(|key| key.record.clone()).collect();
    let with_transports = |record: &CredentialRecord| {
        let mut listed = descriptor(&record.id);
        if !record.transports.is_empty() {
            listed["transports"] = json!(record.transports);
        }
        listed
    };
    let listed: Vec<Value> = allow.iter().map(with_transports).collect();
    let begun = Login { challenge: rand::random(), allow };
    let body = json!({ "publicKey": {
        "challenge": encode(&begun.challenge),
        "timeout": 300_000,
        "rpId": rp,
        "allowCredentials": listed,
        "userVerification": "required",
    }});
    session.login = Some(begun);
    Ok(json_of(StatusCode::OK, body))
}

pub(super) async fn finish_login(
    Of(shared): Of<Shared>,
    headers: HeaderMap,
    Json(given): Json<Value>,
) -> Result<Response, Refusal> {
    let state = &mut *locked(&shared);
    let party = Party::of(&state.url);
    let session = any(&mut state.sessions, token(&headers))?;
    // Differs: what was begun stays, so that the same response is taken again in that session. Seen on 2.0.1.
    let begun = session.login.clone().ok_or_else(|| Refusal::bad(Some("Bad Request")))?;
    verify::login(&party, &begun, given)?;
    session.is_half = false;
    let user = state.accounts.by_id(session.user).ok_or_else(Refusal::wrong)?;
    // Differs: the counter of a login is not stored; that of the registration stays the measure. Seen on 2.0.1.
    Ok(json_of(StatusCode::OK, json!({ "url": null, "user": user.to_value() })))
}

fn descriptor(id: &[u8]) -> Value {
    json!({ "type": "public-key", "id": encode(id) })
}
