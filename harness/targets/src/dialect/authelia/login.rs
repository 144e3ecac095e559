//! A key as the second factor, and a passkey as the first.

use std::time::{Instant, SystemTime};

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use webauthn::verify::{self, Authenticated};
use webauthn::{AuthenticationResponse, ClientData};

use super::answer::{Answer, NO_KEY};
use super::asked::Asked;
use super::options;
use super::routes::one_factor;
use super::state::{Ceremony, Kind, Row, Session, Shared, Tables};
use super::verify::{expectations, is_unreadable, of_login, words};

const MSG: &str = "Error occurred validating a WebAuthn authentication challenge";
const CLONED: &str = "authenticator sign count indicates that it is cloned";

type Refused = (StatusCode, String);

/// `GET /api/secondfactor/webauthn`.
pub(super) async fn begin(State(shared): State<Shared>, asked: Asked) -> Answer {
    let (session, user) = match one_factor(&shared, &asked) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let (allow, ids): (Vec<Value>, Vec<Vec<u8>>) = {
        let tables = shared.tables();
        tables.of(&user).map(|row| (options::descriptor(row), row.record.id.clone())).unzip()
    };
    if allow.is_empty() {
        shared.journal.error(&asked, MSG, Some("Found no credentials for user"));
        return Answer::refused(StatusCode::FORBIDDEN, NO_KEY);
    }
    let (public_key, ceremony) = challenge(&shared, &asked, Some(allow), Kind::Key(ids));
    let token = shared.save(asked.token(), Session { ceremony: Some(ceremony), ..session });
    Answer::data(&json!({ "publicKey": public_key })).with_cookie(&token, &shared.setup.cookie_domain)
}

/// `GET /api/firstfactor/passkey`.
pub(super) async fn begin_passkey(State(shared): State<Shared>, asked: Asked) -> Answer {
    let session = shared.session(asked.token());
    if session.user.is_some() {
        return Answer::refused(StatusCode::FORBIDDEN, NO_KEY);
    }
    let (public_key, ceremony) = challenge(&shared, &asked, None, Kind::Passkey);
    let token = shared.save(asked.token(), Session { ceremony: Some(ceremony), ..session });
    Answer::data(&json!({ "publicKey": public_key })).with_cookie(&token, &shared.setup.cookie_domain)
}

fn challenge(shared: &Shared, asked: &Asked, allow: Option<Vec<Value>>, kind: Kind) -> (Value, Ceremony) {
    let challenge: [u8; 32] = rand::random();
    let webauthn = &shared.setup.webauthn;
    let public_key = options::request(webauthn, asked.rp_id(), &challenge, allow);
    (public_key, Ceremony { kind, challenge, expires: Instant::now() + webauthn.timeout })
}

/// `POST /api/secondfactor/webauthn`. A challenge stays until it was answered well.
pub(super) async fn finish(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    let (session, user) = match one_factor(&shared, &asked) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let outcome = second_factor(&shared, &asked, &session, &user, &body);
    match outcome {
        Ok(verified) => {
            let verified = session.verified || verified;
            let session = Session { possession: true, verified, ceremony: None, ..session };
            let token = shared.renew(asked.token(), session);
            Answer::ok().with_cookie(&token, &shared.setup.cookie_domain)
        }
        Err((status, why)) => {
            shared.journal.error(&asked, MSG, Some(&why));
            let answer = Answer::refused(status, NO_KEY);
            // A clone answered well, so that its challenge is gone.
            if why != CLONED {
                return answer;
            }
            let token = shared.save(asked.token(), Session { ceremony: None, ..session });
            answer.with_cookie(&token, &shared.setup.cookie_domain)
        }
    }
}

/// Whether the user was verified.
fn second_factor(
    shared: &Shared,
    asked: &Asked,
    session: &Session,
    user: &str,
    body: &str,
) -> Result<bool, Refused> {
    let response = read(body)?;
    let Some(Ceremony { kind: Kind::Key(allow), challenge, expires }) = session.ceremony.clone() else {
        return Err((StatusCode::FORBIDDEN, "challenge session data is not present".to_owned()));
    };
    let mut tables = shared.tables();
    if allow.iter().any(|id| !tables.of(user).any(|row| row.record.id == *id)) {
        let why = "User does not own all credentials from the allowed credential list";
        return Err((StatusCode::FORBIDDEN, why.to_owned()));
    }
    let handle = tables.handle(user);
    let about = About { challenge, expires, allow: &allow, user: Some(handle.as_bytes()) };
    let authenticated = verified(shared, asked, &mut tables, &about, &response, |row| row.user == user)?;
    count(&mut tables, &authenticated)?;
    Ok(authenticated.flags.uv())
}

/// `POST /api/firstfactor/passkey`. The challenge is gone afterwards, whatever comes of it.
pub(super) async fn finish_passkey(State(shared): State<Shared>, asked: Asked, body: String) -> Answer {
    let mut session = shared.session(asked.token());
    let ceremony = session.ceremony.take();
    if session.user.is_some() {
        return Answer::refused(StatusCode::FORBIDDEN, NO_KEY);
    }
    match passkey(&shared, &asked, ceremony, &body) {
        Ok((user, verified)) => {
            let session = Session {
                user: Some(user),
                possession: true,
                verified,
                knowledge: false,
                ..Session::default()
            };
            let token = shared.renew(asked.token(), session);
            Answer::ok().with_cookie(&token, &shared.setup.cookie_domain)
        }
        Err((status, why)) => {
            let token = shared.save(asked.token(), session);
            shared.journal.error(
                &asked,
                "Error occurred validating a WebAuthn passkey authentication challenge",
                Some(&why),
            );
            shared.journal.error(&asked, "Unsuccessful Passkey authentication attempt by user ''", None);
            Answer::refused(status, NO_KEY).with_cookie(&token, &shared.setup.cookie_domain)
        }
    }
}

/// Who it is, and whether the user was verified.
fn passkey(
    shared: &Shared,
    asked: &Asked,
    ceremony: Option<Ceremony>,
    body: &str,
) -> Result<(String, bool), Refused> {
    let forbidden = |why: &str| (StatusCode::FORBIDDEN, why.to_owned());
    let response = read(body)?;
    let Some(Ceremony { kind: Kind::Passkey, challenge, expires }) = ceremony else {
        return Err(forbidden("challenge session data is not present"));
    };
    let blank = "Client-side Discoverable Assertion was attempted with a blank User Handle";
    let told = response.response.user_handle.as_deref().ok_or_else(|| forbidden(blank))?.to_vec();
    let mut tables = shared.tables();
    let user =
        tables.handles.iter().find(|(_, handle)| handle.as_bytes() == told).map(|(user, _)| user.clone());
    let user = user.ok_or_else(|| forbidden("user not found"))?;
    let upgrade = shared.setup.webauthn.experimental_enable_passkey_upgrade;
    let about = About { challenge, expires, allow: &[], user: None };
    let may = |row: &Row| row.user == user && (row.discoverable || upgrade);
    let authenticated = verified(shared, asked, &mut tables, &about, &response, may)?;
    if let Some(row) = tables.find(&authenticated.credential_id) {
        row.discoverable = true;
    }
    count(&mut tables, &authenticated)?;
    Ok((user, authenticated.flags.uv()))
}

fn read(body: &str) -> Result<AuthenticationResponse, Refused> {
    let unreadable = |why: String| (StatusCode::BAD_REQUEST, why);
    let mut body: Value = serde_json::from_str(body).map_err(|e| unreadable(e.to_string()))?;
    AuthenticationResponse::from_value(body["response"].take()).map_err(|e| unreadable(e.to_string()))
}

/// What a login is judged by.
struct About<'a> {
    challenge: [u8; 32],
    expires: Instant,
    allow: &'a [Vec<u8>],
    user: Option<&'a [u8]>,
}

fn verified(
    shared: &Shared,
    asked: &Asked,
    tables: &mut Tables,
    about: &About<'_>,
    response: &AuthenticationResponse,
    may: impl Fn(&Row) -> bool,
) -> Result<Authenticated, Refused> {
    let unreadable = |why: String| (StatusCode::BAD_REQUEST, why);
    let told =
        ClientData::parse(&response.response.client_data_json).map_err(|e| unreadable(e.to_string()))?;
    let origin = asked.origin.as_ref();
    let origin = origin.ok_or_else(|| (StatusCode::FORBIDDEN, "the origin is not known".to_owned()))?;
    let mut expect = expectations(&shared.setup.webauthn, origin, &about.challenge, &told.origin);
    asked.rp_id().clone_into(&mut expect.rp_id);
    expect.skip = of_login();
    let find = |id: &[u8]| tables.credentials.iter().find(|row| row.record.id == id && may(row));
    let found = verify::authentication(response, &expect, about.allow, about.user, |id| {
        find(id).map(|row| &row.record)
    });
    let authenticated = found.map_err(|refusal| match is_unreadable(&refusal) {
        true => unreadable(words(&refusal)),
        false => (StatusCode::FORBIDDEN, words(&refusal)),
    })?;
    match Instant::now() > about.expires {
        true => Err((StatusCode::FORBIDDEN, "Session has Expired".to_owned())),
        false => Ok(authenticated),
    }
}

/// The counter, after all else. One that does not rise leaves a mark that stays until the key is removed; the row shows neither when
/// that was nor that BS has changed.
fn count(tables: &mut Tables, authenticated: &Authenticated) -> Result<(), Refused> {
    let Some(row) = tables.find(&authenticated.credential_id) else {
        return Err((StatusCode::FORBIDDEN, "credential was not found".to_owned()));
    };
    let (new, stored) = (authenticated.sign_count, row.record.sign_count);
    if new <= stored && (new, stored) != (0, 0) {
        row.clone_warning = true;
    } else {
        row.record.sign_count = new;
    }
    row.last_used_at = Some(SystemTime::now());
    row.present = authenticated.flags.up();
    row.verified = authenticated.flags.uv();
    if row.clone_warning { Err((StatusCode::FORBIDDEN, CLONED.to_owned())) } else { Ok(()) }
}
