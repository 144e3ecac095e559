//! [Section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), registering a new credential.

use wire::authdata::{AttestedCredentialData, Flags};
use wire::cose;

use super::attestation::{self, Attestation};
use super::both_ceremonies::{
    authenticator_data, client_data, hex, response as verify_response, rp_id_and_flags, sha256,
};
use super::check::Check;
use super::expectations::{Expectations, Refusal};
use crate::attestation_object::AttestationObject;
use crate::client_data::CREATE;
use crate::key::PublicKey;
use crate::response::RegistrationResponse;

/// What a server keeps of a credential (section 4, credential record).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Credential id.
    pub id: Vec<u8>,
    /// The credential public key, a COSE key.
    pub public_key: Vec<u8>,
    /// Signature counter.
    pub sign_count: u32,
    /// A ceremony with user verification was done.
    pub uv_initialized: bool,
    /// AuthenticatorTransport values.
    pub transports: Vec<String>,
    /// BE.
    pub backup_eligible: bool,
    /// BS.
    pub backup_state: bool,
    /// The user handle of the account that has it.
    pub user_handle: Vec<u8>,
}

/// A registration that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// What to store.
    pub record: CredentialRecord,
    /// COSEAlgorithmIdentifier of the credential.
    pub algorithm: i32,
    /// The AAGUID.
    pub aaguid: [u8; 16],
    /// The flags.
    pub flags: Flags,
    /// The attestation.
    pub attestation: Attestation,
}

/// Verifies a registration for the account with this user handle. `is_known` says whether a credential id is registered, for any user.
///
/// # Errors
/// The first check that does not hold and is not left out.
pub fn registration(
    response: &RegistrationResponse,
    expect: &Expectations,
    user_handle: &[u8],
    is_known: impl FnOnce(&[u8]) -> bool,
) -> Result<Registered, Refusal> {
    verify_response(&response.kind, &response.id, &response.raw_id, expect)?;
    // Steps 5 to 11.
    let json = &response.response.client_data_json;
    client_data(json, CREATE, expect)?;
    // Step 12.
    let hash = sha256(json);
    // Step 13.
    let object = AttestationObject::parse(&response.response.attestation_object)
        .map_err(|message| Refusal { check: Check::AttestationObject, message })?;
    expect.insist(Check::AttestationObjectEnd, object.rest.is_empty(), || {
        format!("{} bytes follow the attestation object", object.rest.len())
    })?;
    let data = authenticator_data(object.auth_data, expect)?;
    // Steps 14 to 19.
    rp_id_and_flags(&data, expect)?;
    let Some(attested) = data.attested else {
        let message = format!("the flags are {}: there is no attested credential data", data.flags);
        return Err(Refusal { check: Check::AttestedPresent, message });
    };
    // Step 20.
    let (algorithm, key) = public_key(&attested, expect)?;
    // Steps 21 to 24.
    let evidence = attestation::Evidence {
        fmt: object.fmt,
        statement: object.att_stmt,
        auth_data: object.auth_data,
        client_data_hash: &hash,
        rp_id_hash: data.rp_id_hash,
        attested: &attested,
        algorithm,
        key: key.as_ref(),
    };
    let attestation = attestation::verify(&evidence, expect)?;
    attestation::assess(&attestation, attested.aaguid, expect)?;
    // Steps 25 and 26.
    let id = attested.credential_id;
    expect.insist(Check::CredentialIdLength, id.len() <= 1023, || {
        format!("the credential id has {} bytes, 1023 is the most", id.len())
    })?;
    expect.insist(Check::CredentialUnique, !is_known(id), || {
        format!("the credential {} is registered already", hex(id))
    })?;
    // Step 27.
    let record = CredentialRecord {
        id: id.to_vec(),
        public_key: attested.public_key.to_vec(),
        sign_count: data.sign_count,
        uv_initialized: data.flags.uv(),
        transports: response.response.transports.clone(),
        backup_eligible: data.flags.be(),
        backup_state: data.flags.bs(),
        user_handle: user_handle.to_vec(),
    };
    Ok(Registered { record, algorithm, aaguid: *attested.aaguid, flags: data.flags, attestation })
}

/// The credential's algorithm and key; no key when it cannot be used and the check of it is left out.
fn public_key(
    attested: &AttestedCredentialData<'_>,
    expect: &Expectations,
) -> Result<(i32, Option<PublicKey>), Refusal> {
    let key = cose::PublicKey::decode(attested.public_key);
    let Some(key) = expect.pass(Check::PublicKey, key.map_err(|e| format!("credential public key: {e}")))?
    else {
        return Ok((0, None));
    };
    let algorithm = key.alg().0;
    expect.insist(Check::Algorithm, expect.algorithms.contains(&algorithm), || {
        format!("the credential's algorithm is {}, offered were {:?}", key.alg(), expect.algorithms)
    })?;
    let usable = match PublicKey::from_cose(&key) {
        Ok(key) if key.is_usable() => Ok(key),
        Ok(_) => Err("credential public key: the point is not on its curve".to_owned()),
        Err(error) => Err(format!("credential public key: {error}")),
    };
    Ok((algorithm, expect.pass(Check::PublicKey, usable)?))
}
