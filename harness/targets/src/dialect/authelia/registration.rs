//! Registering a key.

use std::time::{Instant, SystemTime};

use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plan::scenario::uuid;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use webauthn::verify::{self, AttestationType, Registered};
use webauthn::{AttestationObject, ClientData, RegistrationResponse};

use super::answer::{Answer, NO_REGISTRATION, SAME_NAME};
use super::asked::Asked;
use super::credentials::tell;
use super::elevation::elevated;
use super::options;
use super::state::{Ceremony, Kind, Row, Session, Shared, Tables};
use super::verify::{expectations, is_unreadable, of_registration, words};

const MSG: &str = "Error occurred validating a WebAuthn registration challenge";
/// The longest name.
const NAME_LIMIT: usize = 64;

/// `PUT .../credential/register`.
pub(super) async fn begin(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    offer(&shared, &asked, &body).unwrap_or_else(|refused| refused)
}

fn offer(shared: &Shared, asked: &Asked, body: &str) -> Result<Answer, Answer> {
    let (session, user) = elevated(shared, asked)?;
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let name = body["description"].as_str().unwrap_or_default();
    if name.is_empty() || name.len() > NAME_LIMIT {
        return Err(Answer::refused(StatusCode::BAD_REQUEST, NO_REGISTRATION));
    }
    let mut tables = shared.tables();
    if tables.of(&user).any(|row| row.description.to_lowercase() == name.to_lowercase()) {
        let why = format!("the description '{name}' already exists for the user");
        shared.journal.error(
            asked,
            "Error occurred generating a WebAuthn registration challenge",
            Some(&why),
        );
        return Err(Answer::refused(StatusCode::CONFLICT, SAME_NAME));
    }
    let handle = tables.handle(&user);
    let exclude = tables.of(&user).map(options::descriptor).collect();
    let challenge: [u8; 32] = rand::random();
    let webauthn = &shared.setup.webauthn;
    let expires = Instant::now() + webauthn.timeout;
    let display_name = shared.setup.users.get(&user).map_or(user.as_str(), |known| &known.display_name);
    let public_key =
        options::creation(webauthn, asked.rp_id(), (&user, display_name, &handle), &challenge, exclude);
    let ceremony = Some(Ceremony { kind: Kind::Registration(name.to_owned()), challenge, expires });
    let token = shared.save(asked.token(), Session { ceremony, ..session });
    Ok(Answer::data(&json!({ "publicKey": public_key })).with_cookie(&token, &shared.setup.cookie_domain))
}

/// `DELETE .../credential/register`.
pub(super) async fn cancel(State(shared): State<Shared>, asked: Asked) -> Answer {
    match elevated(&shared, &asked) {
        Ok((session, _)) => {
            shared.save(asked.token(), Session { ceremony: None, ..session });
            Answer::ok()
        }
        Err(refused) => refused,
    }
}

/// `POST .../credential/register`. The challenge is gone afterwards, whatever comes of it.
pub(super) async fn finish(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    let (mut session, user) = match elevated(&shared, &asked) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let Some(ceremony) = session.ceremony.take() else {
        shared.journal.error(&asked, MSG, Some("registration challenge session data is not present"));
        return Answer::refused(StatusCode::FORBIDDEN, NO_REGISTRATION);
    };
    let token = shared.save(asked.token(), session);
    let answer = match register(&shared, &asked, &user, ceremony, &body) {
        Ok(()) => {
            tell(&shared, &user, "Second Factor Method Added");
            Answer::ok().with_status(StatusCode::CREATED)
        }
        Err((status, why)) => {
            shared.journal.error(&asked, MSG, Some(&why));
            Answer::refused(status, NO_REGISTRATION)
        }
    };
    answer.with_cookie(&token, &shared.setup.cookie_domain)
}

fn register(
    shared: &Shared,
    asked: &Asked,
    user: &str,
    ceremony: Ceremony,
    body: &str,
) -> Result<(), (StatusCode, String)> {
    let forbidden = |why: String| (StatusCode::FORBIDDEN, why);
    let unreadable = |why: String| (StatusCode::BAD_REQUEST, why);
    let Ceremony { kind: Kind::Registration(name), challenge, expires } = ceremony else {
        return Err(forbidden("registration challenge session data is not present".to_owned()));
    };
    let body: Value = serde_json::from_str(body).map_err(|e| unreadable(e.to_string()))?;
    let response = RegistrationResponse::from_value(body).map_err(|e| unreadable(e.to_string()))?;
    let told =
        ClientData::parse(&response.response.client_data_json).map_err(|e| unreadable(e.to_string()))?;
    let origin = asked.origin.as_ref().ok_or_else(|| forbidden("the origin is not known".to_owned()))?;
    let mut expect = expectations(&shared.setup.webauthn, origin, &challenge, &told.origin);
    asked.rp_id().clone_into(&mut expect.rp_id);
    expect.skip = of_registration();
    let mut tables = shared.tables();
    let handle = tables.handle(user);
    let registered = verify::registration(&response, &expect, handle.as_bytes(), |_| false);
    let registered = registered.map_err(|refusal| match is_unreadable(&refusal) {
        true => unreadable(words(&refusal)),
        false => forbidden(words(&refusal)),
    })?;
    if Instant::now() > expires {
        return Err(forbidden("Session has Expired".to_owned()));
    }
    filtered(shared, &registered).map_err(forbidden)?;
    store(&mut tables, user, name, &response, registered).map_err(forbidden)
}

/// `webauthn.filtering`, after all else: what is refused here verified.
fn filtered(shared: &Shared, registered: &Registered) -> Result<(), String> {
    const FILTERS: &str = "error checking webauthn credential: filters have been configured which";
    let filtering = &shared.setup.webauthn.filtering;
    if filtering.prohibit_backup_eligibility && registered.record.backup_eligible {
        return Err(format!("{FILTERS} prohibit credentials that are backup eligible"));
    }
    // Differs: the AAGUID is taken at its word, attested or not (authelia.model-claimed and authelia.model-hidden).
    let aaguid = uuid(registered.aaguid);
    if !filtering.permitted_aaguids.is_empty() {
        return match filtering.permitted_aaguids.contains(&aaguid) {
            true => Ok(()),
            false => Err(format!(
                "{FILTERS} explicitly require only permitted AAGUID's be used and '{aaguid}' is not permitted"
            )),
        };
    }
    match filtering.prohibited_aaguids.contains(&aaguid) {
        true => Err(format!("{FILTERS} prohibit the AAGUID '{aaguid}' from registration")),
        false => Ok(()),
    }
}

fn store(
    tables: &mut Tables,
    user: &str,
    name: String,
    response: &RegistrationResponse,
    registered: Registered,
) -> Result<(), String> {
    if tables.find(&registered.record.id).is_some() {
        return Err("UNIQUE constraint failed: webauthn_credentials.kid".to_owned());
    }
    let attestation_type = match (&registered.attestation.kind, registered.attestation.format.as_str()) {
        (AttestationType::None, _) => "none",
        (AttestationType::SelfAttestation, _) => "basic_surrogate",
        (AttestationType::Certified(_), "tpm") => "attca",
        (AttestationType::Certified(_), _) => "basic_full",
    };
    // Differs: neither the attachment nor the resident key that was asked for is insisted on (policy.platform-only,
    // policy.resident-required).
    let told = response.client_extension_results.get("credProps").and_then(|props| props.get("rk"));
    tables.add(Row {
        number: 0,
        created_at: SystemTime::now(),
        last_used_at: None,
        user: user.to_owned(),
        description: name,
        aaguid: registered.aaguid,
        attestation: kept(response, registered.algorithm),
        attestation_type,
        attestation_format: registered.attestation.format,
        attachment: response.authenticator_attachment.clone().unwrap_or_default(),
        clone_warning: false,
        discoverable: told.and_then(Value::as_bool).unwrap_or(false),
        present: registered.flags.up(),
        verified: registered.flags.uv(),
        record: registered.record,
    });
    Ok(())
}

/// What Authelia keeps of a registration, so that it can be judged later.
fn kept(response: &RegistrationResponse, algorithm: i32) -> String {
    let (client_data, object) = (&response.response.client_data_json, &response.response.attestation_object);
    let auth_data =
        AttestationObject::parse(object).map(|object| object.auth_data.to_vec()).unwrap_or_default();
    let kept = json!({
        "clientDataJSON": STANDARD.encode(client_data),
        "clientDataHash": STANDARD.encode(Sha256::digest(client_data)),
        "authenticatorData": STANDARD.encode(auth_data),
        "publicKeyAlgorithm": algorithm,
        "object": STANDARD.encode(object),
    });
    STANDARD.encode(kept.to_string())
}
