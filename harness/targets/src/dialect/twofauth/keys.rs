//! A user's keys: listed, named, revoked.

use serde_json::{Value, json};

use super::call::Call;
use super::reply::Reply;

/// `GET /webauthn/credentials`: those that are enabled.
pub(super) fn list(call: &mut Call<'_>) -> Reply {
    let Some(user) = call.user() else { return Reply::unauthenticated() };
    let row = |key: &super::state::Key| {
        json!({
            "id": webauthn::bytes::encode(&key.record.id),
            "alias": key.alias,
            "origin": key.origin,
            "aaguid": uuid(&key.aaguid),
            "attestation_format": "none",
            "disabled_at": null,
        })
    };
    Reply::json(200, Value::Array(user.keys.iter().filter(|key| !key.disabled).map(row).collect()))
}

/// `PATCH /webauthn/credentials/{id}/name`.
pub(super) fn name(call: &mut Call<'_>, id: &str) -> Reply {
    let name = call.text("name").to_owned();
    let Some(user) = call.user() else { return Reply::unauthenticated() };
    let key = user.keys.iter_mut().find(|key| webauthn::bytes::encode(&key.record.id) == id);
    match key {
        Some(key) => {
            key.alias = Some(name.clone());
            Reply::json(200, json!({ "name": name }))
        }
        None => Reply::message(404, "not found"),
    }
}

/// `DELETE /webauthn/credentials/{id}`.
pub(super) fn revoke(call: &mut Call<'_>, id: &str) -> Reply {
    let Some(user) = call.user() else { return Reply::unauthenticated() };
    // Differs: `useWebauthnOnly` stays as it is when the last key goes, and nobody gets in by the password any more; observed with
    // 5.6.1 and 8.0.1. An id that is unknown, or that is another user's, is answered alike.
    user.keys.retain(|key| webauthn::bytes::encode(&key.record.id) != id);
    Reply::nothing()
}

/// Lower-case UUID text.
fn uuid(aaguid: &[u8; 16]) -> String {
    let hex = hex::encode(aaguid);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
