//! The user's keys: list, rename, remove.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plan::scenario::uuid;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::answer::{Answer, FAILED};
use super::asked::Asked;
use super::elevation::elevated;
use super::mail;
use super::routes::one_factor;
use super::state::{Row, Shared};

/// `GET /api/secondfactor/webauthn/credentials`.
pub(super) async fn list(State(shared): State<Shared>, asked: Asked) -> Answer {
    let user = match one_factor(&shared, &asked) {
        Ok((_, user)) => user,
        Err(refused) => return refused,
    };
    let tables = shared.tables();
    let rows: Vec<Value> = tables.of(&user).map(|row| listed(row, asked.rp_id())).collect();
    // A list without rows is none.
    if rows.is_empty() { Answer::data(&Value::Null) } else { Answer::data(&Value::Array(rows)) }
}

fn listed(row: &Row, rp_id: &str) -> Value {
    let moment =
        |time: std::time::SystemTime| OffsetDateTime::from(time).format(&Rfc3339).unwrap_or_default();
    let mut listed = json!({
        "id": row.number,
        "created_at": moment(row.created_at),
        "rpid": rp_id,
        "username": row.user,
        "description": row.description,
        "kid": STANDARD.encode(&row.record.id),
        "attestation_type": row.attestation_type,
        "attestation_format": row.attestation_format,
        "attachment": row.attachment,
        "transports": row.record.transports,
        "sign_count": row.record.sign_count,
        "clone_warning": row.clone_warning,
        "legacy": false,
        "discoverable": row.discoverable,
        "present": row.present,
        "verified": row.verified,
        "backup_eligible": row.record.backup_eligible,
        "backup_state": row.record.backup_state,
        "public_key": STANDARD.encode(&row.record.public_key),
        "attestation": row.attestation,
    });
    // The AAGUID of no model is left out.
    if row.aaguid != [0; 16] {
        listed["aaguid"] = json!(uuid(row.aaguid));
    }
    if let Some(used) = row.last_used_at {
        listed["last_used_at"] = json!(moment(used));
    }
    listed
}

/// `PUT /api/secondfactor/webauthn/credential/{id}`.
pub(super) async fn rename(
    State(shared): State<Shared>,
    Path(number): Path<u64>,
    asked: Asked,
    body: String,
) -> Answer {
    let user = match elevated(&shared, &asked) {
        Ok((_, user)) => user,
        Err(refused) => return refused,
    };
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let name = body["description"].as_str().unwrap_or_default();
    let mut tables = shared.tables();
    if tables.of(&user).any(|row| row.number != number && row.description == name) {
        return Answer::refused(StatusCode::CONFLICT, FAILED);
    }
    match tables.credentials.iter_mut().find(|row| row.number == number && row.user == user) {
        Some(row) => {
            name.clone_into(&mut row.description);
            Answer::ok()
        }
        None => Answer::refused(StatusCode::FORBIDDEN, FAILED),
    }
}

/// `DELETE /api/secondfactor/webauthn/credential/{id}`.
pub(super) async fn remove(State(shared): State<Shared>, Path(number): Path<u64>, asked: Asked) -> Answer {
    let user = match elevated(&shared, &asked) {
        Ok((_, user)) => user,
        Err(refused) => return refused,
    };
    let mut tables = shared.tables();
    let before = tables.credentials.len();
    tables.credentials.retain(|row| !(row.number == number && row.user == user));
    if tables.credentials.len() == before {
        return Answer::refused(StatusCode::FORBIDDEN, FAILED);
    }
    tell(&shared, &user, "Second Factor Method Removed");
    Answer::ok()
}

/// Tells the user by mail. A message that cannot be sent changes nothing.
pub(super) fn tell(shared: &Shared, user: &str, subject: &str) {
    if let Some(to) = shared.setup.users.get(user) {
        let _ = mail::event(&shared.setup.notification, to, subject);
    }
}
