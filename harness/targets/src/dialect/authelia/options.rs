//! What it asks of the client, as go-webauthn writes it.

use serde_json::{Value, json};
use webauthn::bytes::encode;

use super::setup::Webauthn;
use super::state::Row;
use super::verify::ALGORITHMS;

/// `publicKey` of a registration.
pub(super) fn creation(
    webauthn: &Webauthn,
    rp_id: &str,
    user: (&str, &str, &str),
    challenge: &[u8],
    exclude: Vec<Value>,
) -> Value {
    let (name, display_name, handle) = user;
    let criteria = &webauthn.selection_criteria;
    let parameters: Vec<Value> =
        ALGORITHMS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
    let mut selection = json!({
        "requireResidentKey": criteria.discoverability == plan::policy::Requirement::Required,
        "residentKey": criteria.discoverability,
        "userVerification": criteria.user_verification,
    });
    if !criteria.attachment.is_empty() {
        selection["authenticatorAttachment"] = json!(criteria.attachment);
    }
    let mut options = json!({
        "rp": { "name": webauthn.display_name, "id": rp_id },
        "user": { "name": name, "displayName": display_name, "id": encode(handle.as_bytes()) },
        "challenge": encode(challenge),
        "pubKeyCredParams": parameters,
        "timeout": milliseconds(webauthn),
        "authenticatorSelection": selection,
        "attestation": webauthn.attestation_conveyance_preference,
        "extensions": { "credProps": true },
    });
    // The member is absent for a user without keys.
    if !exclude.is_empty() {
        options["excludeCredentials"] = Value::Array(exclude);
    }
    options
}

/// `publicKey` of a login; `None`: the key says who it is.
pub(super) fn request(
    webauthn: &Webauthn,
    rp_id: &str,
    challenge: &[u8],
    allow: Option<Vec<Value>>,
) -> Value {
    let mut options = json!({
        "challenge": encode(challenge),
        "timeout": milliseconds(webauthn),
        "rpId": rp_id,
        "userVerification": webauthn.selection_criteria.user_verification,
    });
    if let Some(allow) = allow {
        options["allowCredentials"] = Value::Array(allow);
    }
    options
}

/// A credential in a list of the options.
pub(super) fn descriptor(row: &Row) -> Value {
    let mut descriptor = json!({ "type": "public-key", "id": encode(&row.record.id) });
    if !row.record.transports.is_empty() {
        descriptor["transports"] = json!(row.record.transports);
    }
    descriptor
}

fn milliseconds(webauthn: &Webauthn) -> u64 {
    u64::try_from(webauthn.timeout.as_millis()).unwrap_or(u64::MAX)
}
