//! What defguard checks, on our own verification.

use serde_json::Value;
use url::Url;
use webauthn::verify::{self, Check, Checks, CredentialRecord, Expectations};
use webauthn::{AttestationObject, AuthenticationResponse, ClientData, RegistrationResponse};

use super::answer::{Refusal, domain};
use super::state::{Login, Registration};

/// The relying party: its one origin and the host of it.
#[derive(Debug)]
pub(super) struct Party {
    origin: String,
    rp_id: String,
}

impl Party {
    pub(super) fn of(url: &str) -> Self {
        let origin = Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        Self { origin, rp_id: domain(url) }
    }

    fn expectations(&self, challenge: &[u8], client_data_json: &[u8]) -> Expectations {
        let mut expect = Expectations::new(challenge, self.origin.clone(), self.rp_id.clone());
        expect.user_verification = true;
        expect.algorithms = vec![-7, -257];
        // Differs: origins are compared as URLs, so that capitals and a slash at the end do not count. Seen on 2.0.1.
        expect.origins.extend(ClientData::parse(client_data_json).ok().map(|data| data.origin).filter(
            |origin| Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == self.origin),
        ));
        expect
    }
}

/// The credential of a registration; every refusal is the same.
pub(super) fn registration(
    party: &Party,
    begun: &Registration,
    response: Value,
) -> Result<CredentialRecord, Refusal> {
    let response = RegistrationResponse::from_value(own_names(response)).map_err(|_| Refusal::internal())?;
    let inner = &response.response;
    let mut expect = party.expectations(&begun.challenge, &inner.client_data_json);
    // Differs: seen on 2.0.1.
    expect.skip = Checks::from([Check::TrailingBytes, Check::CredentialIdLength]);
    // Differs: no tpm statement is taken. Seen on 2.0.1.
    expect.attestation.formats = Some(["none", "packed", "fido-u2f"].map(str::to_owned).to_vec());
    if AttestationObject::parse(&inner.attestation_object).is_ok_and(|object| object.fmt == "none") {
        // Differs: the statement of the format `none` is not looked at. Seen on 2.0.1.
        expect.skip.insert(Check::AttestationStatement);
    }
    // Differs: only the user's own credentials are looked at, those of when the registration began. Seen on 2.0.1.
    let is_known = |id: &[u8]| begun.exclude.iter().any(|known| known == id);
    let registered = verify::registration(&response, &expect, &begun.handle, is_known);
    let mut registered = registered.map_err(|_| Refusal::internal())?;
    if registered.attestation.format == "none" {
        // Transports are believed of attested keys alone. Seen on 2.0.1.
        registered.record.transports.clear();
    }
    Ok(registered.record)
}

/// Whether a login is good; every refusal is the same.
pub(super) fn login(party: &Party, begun: &Login, response: Value) -> Result<(), Refusal> {
    let bad = || Refusal::bad(Some("Bad Request"));
    let response = AuthenticationResponse::from_value(own_names(response)).map_err(|_| bad())?;
    let mut expect = party.expectations(&begun.challenge, &response.response.client_data_json);
    // Differs: a frame of another origin is not looked at, here only. Seen on 2.0.1.
    expect.skip = Checks::from([Check::CrossOrigin]);
    // Differs: the credentials are those of when the login began, also where one was removed since. Seen on 2.0.1.
    let find = |id: &[u8]| begun.allow.iter().find(|record| record.id == id);
    let owner = find(&response.raw_id).map(|record| record.user_handle.clone()).unwrap_or_default();
    let outcome = verify::authentication(&response, &expect, &[], Some(&owner), find);
    outcome.map(drop).map_err(|_| bad())
}

/// The library calls `clientExtensionResults` `extensions`.
fn own_names(mut response: Value) -> Value {
    if let Some(members) = response.as_object_mut() {
        let results = members.remove("extensions").unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        members.insert("clientExtensionResults".to_owned(), results);
    }
    response
}
