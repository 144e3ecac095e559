//! Registration: what `navigator.credentials.create()` does.

mod conveyance;
mod ctap2;
mod plan;
pub(crate) mod u2f;

pub use conveyance::AaguidTreatment;

use serde_json::Map;
use webauthn::bytes::encode;
use webauthn::key::PublicKey;
use webauthn::options::PUBLIC_KEY;
use webauthn::{AttestationObject, AttestationResponse, CreationOptions, RegistrationResponse};
use wire::authdata::AuthData;
use wire::{Protocol, cose};

use crate::ceremony::Ceremony;
use crate::error::ClientError;
use crate::twist::edit;
use plan::Plan;

/// A credential was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// What the page sends.
    pub response: RegistrationResponse,
    /// The protocol by which the key was asked.
    pub protocol: Protocol,
    /// The attestation object as the key made it, before anything was replaced.
    pub raw_attestation: Vec<u8>,
    /// The RP ID that was sent to the key.
    pub rp_id: String,
    /// A resident key was asked for.
    pub asked_rk: bool,
    /// User verification was asked for.
    pub asked_uv: bool,
}

/// The whole ceremony.
pub(crate) async fn create(
    c: &mut Ceremony<'_>,
    origin: &str,
    options: &CreationOptions,
    treatment: AaguidTreatment,
) -> Result<Created, ClientError> {
    let plan = Plan::new(c, origin, options).await?;
    let raw_attestation = match plan.protocol {
        Protocol::Ctap1 => u2f::create(c, &plan).await?,
        Protocol::Ctap2 => ctap2::create(c, &plan, options).await?,
    };
    let what = "the registration";
    let raw = AttestationObject::parse(&raw_attestation).map_err(|e| ClientError::nonsense(what, e))?;
    let conveyed = conveyance::convey(c, &raw, options.conveyance(), &plan.caller.rp_id, treatment);
    let object = AttestationObject::parse(&conveyed).map_err(|e| ClientError::nonsense(what, e))?;
    let auth_data = edit(object.auth_data, &c.twist.auth_data);
    // The id is known even where the data was made undecodable on purpose.
    let original = AuthData::parse(object.auth_data).map_err(|e| ClientError::nonsense(what, e))?.0;
    let parsed = AuthData::parse(&auth_data).map_or(original, |(data, _)| data);
    let attested = parsed.attested.or(original.attested);
    let attested =
        attested.ok_or_else(|| ClientError::nonsense(what, "there is no attested credential data"))?;

    let key = cose::PublicKey::decode(attested.public_key).ok();
    let spki = key.and_then(|key| PublicKey::from_cose(&key).ok()).map(|key| key.to_spki().into());
    let attestation_object = AttestationObject { auth_data: &auth_data, ..object }.to_bytes();
    let response = RegistrationResponse {
        id: encode(attested.credential_id),
        raw_id: attested.credential_id.into(),
        response: AttestationResponse {
            client_data_json: plan.collected.json.into(),
            attestation_object: attestation_object.into(),
            authenticator_data: Some(auth_data.as_slice().into()),
            transports: c.facts.transports(),
            public_key: spki,
            public_key_algorithm: key.map(|key| key.alg().0),
            other: Map::new(),
        },
        authenticator_attachment: Some(c.facts.attachment().name().to_owned()),
        client_extension_results: plan.extensions.results(&original, plan.rk),
        kind: PUBLIC_KEY.to_owned(),
        other: Map::new(),
    };
    Ok(Created {
        response,
        protocol: plan.protocol,
        raw_attestation,
        rp_id: plan.rp_id,
        asked_rk: plan.rk,
        asked_uv: plan.way.is_some(),
    })
}
