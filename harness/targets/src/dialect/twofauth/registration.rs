//! Keys are registered.

use std::time::Instant;

use serde_json::{Value, json};
use webauthn::verify::{self, AttestationPolicy, Check, Checks, Expectations};
use webauthn::{AttestationObject, ClientData, RegistrationResponse};

use super::call::Call;
use super::origin;
use super::reply::Reply;
use super::state::{Challenge, Key, LIFETIME};

/// ES256, RS256, EdDSA: what a PHP with sodium offers.
const ALGORITHMS: [i32; 3] = [-7, -257, -8];
/// The members that a response must have.
const MEMBERS: [&str; 5] = ["id", "rawId", "type", "response.clientDataJSON", "response.attestationObject"];

/// `POST /webauthn/register/options`. User verification is never asked for.
pub(super) fn options(call: &mut Call<'_>) -> Reply {
    let rp_id = call.site.rp_id.clone();
    let Some(user) = call.user() else { return Reply::unauthenticated() };
    let user_id = user.user_id();
    let challenge = Challenge::new(Vec::new(), user_id.clone());
    let mut rp = json!({"name": "2FAuth"});
    if let Some(id) = rp_id {
        rp["id"] = id.into();
    }
    let params: Vec<Value> = ALGORITHMS.iter().map(|alg| json!({"type": "public-key", "alg": alg})).collect();
    let exclude: Vec<Value> = user.keys.iter().map(|key| descriptor(&key.record.id)).collect();
    let told = json!({
        "rp": rp,
        "user": {"id": user_id, "name": user.email, "displayName": user.name},
        "pubKeyCredParams": params,
        "attestation": "none",
        "excludeCredentials": exclude,
        "timeout": timeout(),
        "challenge": webauthn::bytes::encode(&challenge.bytes),
    });
    call.set(|visit| visit.challenge = Some(challenge));
    Reply::json(200, told)
}

/// `POST /webauthn/register`.
pub(super) fn register(call: &mut Call<'_>) -> Reply {
    let response = match RegistrationResponse::from_value(call.request.body.clone()) {
        Ok(response) => response,
        Err(why) => {
            return missing(&call.request.body, &MEMBERS).unwrap_or_else(|| refused(&why.to_string()));
        }
    };
    // Gone afterwards, whatever becomes of it.
    let mut challenge = None;
    call.set(|visit| challenge = visit.challenge.take());
    match verified(call, challenge, &response) {
        Ok(key) => {
            if let Some(user) = call.user() {
                user.keys.push(key);
            }
            Reply::nothing()
        }
        Err(why) => refused(&why),
    }
}

fn verified(
    call: &Call<'_>,
    challenge: Option<Challenge>,
    response: &RegistrationResponse,
) -> Result<Key, String> {
    let challenge = challenge.filter(|challenge| challenge.until > Instant::now());
    let challenge = challenge.ok_or("Challenge does not exist.")?;
    let data = ClientData::parse(&response.response.client_data_json)
        .map_err(|_| "Client Data JSON is invalid or malformed.")?;
    // Before all else that is in the response.
    if let Ok(object) = AttestationObject::parse(&response.response.attestation_object)
        && object.fmt != "none"
    {
        return Err(format!("Format name [{}] is invalid.", object.fmt));
    }
    let expect = expectations(&challenge.bytes, call.site.rp_id());
    let handle = handle(&challenge.user_id);
    let known = |id: &[u8]| call.state.knows(id);
    let registered = verify::registration(response, &expect, &handle, known);
    // It comes after type and challenge, and before all that the authenticator says.
    let early = [Check::ClientDataJson, Check::Type, Check::Challenge];
    if let Some(why) = origin::wrong(&data.origin, call.site.rp_id())
        && !registered.as_ref().is_err_and(|refusal| early.contains(&refusal.check))
    {
        return Err(why.to_owned());
    }
    let registered = registered.map_err(|refusal| words(refusal.check, refusal.message))?;
    Ok(Key {
        record: registered.record,
        user_id: challenge.user_id,
        alias: None,
        origin: data.origin,
        aaguid: registered.aaguid,
        disabled: false,
    })
}

/// What both ceremonies expect.
pub(super) fn expectations(challenge: &[u8], rp_id: &str) -> Expectations {
    // Differs: none of these is looked at; observed with 8.0.1 (library 3.x). Origins have a room of their own.
    let skip: Checks = [
        Check::ResponseId,
        Check::Origin,
        Check::CrossOrigin,
        Check::TopOrigin,
        Check::AttestationObjectEnd,
        Check::ExtensionData,
        Check::TrailingBytes,
        Check::BackupFlags,
        Check::BackupEligibilityChanged,
        Check::AttestationStatement,
        Check::CredentialIdLength,
        Check::UserHandlePresent,
    ]
    .into_iter()
    .collect();
    Expectations {
        algorithms: ALGORITHMS.to_vec(),
        // Differs: WEBAUTHN_USER_VERIFICATION has no effect; observed with 5.6.1 and 8.0.1.
        user_verification: false,
        attestation: AttestationPolicy {
            formats: Some(vec!["none".to_owned()]),
            ..AttestationPolicy::default()
        },
        skip,
        ..Expectations::new(challenge, "", rp_id)
    }
}

/// The refusal in 2FAuth's words, where they are known.
fn words(check: Check, message: String) -> String {
    let known = match check {
        Check::ClientDataJson => "Client Data JSON is invalid or malformed.",
        Check::Type => "Response is not for creating WebAuthn Credentials.",
        Check::Challenge => "Response challenge is not equal.",
        Check::RpIdHash => "Response has different Relying Party ID hash.",
        Check::UserPresent => "Response did not have the user present.",
        Check::CredentialUnique => "Credential ID already exists in the database.",
        _ => return message,
    };
    known.to_owned()
}

fn refused(why: &str) -> Reply {
    Reply::invalid(&[("attestation", format!("Attestation Error: {why}"))])
}

/// What a response lacks.
pub(super) fn missing(body: &Value, members: &'static [&'static str]) -> Option<Reply> {
    let lacks = |name: &&&str| {
        let pointer = format!("/{}", name.replace('.', "/"));
        body.pointer(&pointer).and_then(Value::as_str).is_none_or(str::is_empty)
    };
    let say = |name: &&'static str| (*name, format!("The {} field is required.", spoken(name)));
    let errors: Vec<(&str, String)> = members.iter().filter(lacks).map(say).collect();
    (!errors.is_empty()).then(|| Reply::invalid(&errors))
}

/// `response.clientDataJSON` as the messages spell it: `response.client data j s o n`.
fn spoken(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// The user handle that a client makes of a user id: the digits are taken for base64url.
pub(super) fn handle(user_id: &str) -> Vec<u8> {
    webauthn::Base64Url::decode(user_id).map(|decoded| decoded.0).unwrap_or_default()
}

pub(super) fn descriptor(id: &[u8]) -> Value {
    json!({"id": webauthn::bytes::encode(id), "type": "public-key"})
}

pub(super) fn timeout() -> u64 {
    LIFETIME.as_secs() * 1000
}
