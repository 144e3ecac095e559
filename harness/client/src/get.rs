//! Login: what `navigator.credentials.get()` does.

mod ctap2;
mod plan;
mod u2f;

use serde_json::Map;
use webauthn::bytes::encode;
use webauthn::options::PUBLIC_KEY;
use webauthn::{AssertionResponse, AuthenticationResponse, RequestOptions};
use wire::Protocol;

use crate::ceremony::Ceremony;
use crate::error::ClientError;
use crate::extensions::prf::Evaluation;
use crate::twist::edit;
use plan::Plan;

/// The key signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Asserted {
    /// What the page sends.
    pub response: AuthenticationResponse,
    /// The protocol by which the key was asked.
    pub protocol: Protocol,
    /// The authenticator data as the key made it.
    pub raw_auth_data: Vec<u8>,
    /// The RP ID that was sent to the key; the AppID, where the credential answered under that.
    pub rp_id: String,
    /// User verification was asked for.
    pub asked_uv: bool,
    /// How many credentials the key found.
    pub found: u64,
}

/// What a key gave, over either protocol.
struct Signed {
    credential_id: Vec<u8>,
    auth_data: Vec<u8>,
    signature: Vec<u8>,
    user_handle: Option<Vec<u8>>,
    found: u64,
    /// The RP ID or AppID that it answered under.
    rp_id: String,
    /// What opens the output of hmac-secret.
    evaluation: Option<Evaluation>,
}

/// The whole ceremony.
pub(crate) async fn get(
    c: &mut Ceremony<'_>,
    origin: &str,
    options: &RequestOptions,
) -> Result<Asserted, ClientError> {
    let plan = Plan::new(c, origin, options).await?;
    let signed = match plan.protocol {
        Protocol::Ctap1 => u2f::get(c, &plan).await?,
        Protocol::Ctap2 => ctap2::get(c, &plan).await?,
    };
    let under_app_id = plan.app_id.as_ref() == Some(&signed.rp_id) && signed.rp_id != plan.rp_id;
    let results = plan.extensions.results(&signed.auth_data, signed.evaluation.as_ref(), under_app_id)?;
    let authenticator_data = edit(&signed.auth_data, &c.twist.auth_data);
    let response = AuthenticationResponse {
        id: encode(&signed.credential_id),
        raw_id: signed.credential_id.into(),
        response: AssertionResponse {
            client_data_json: plan.collected.json.into(),
            authenticator_data: authenticator_data.into(),
            signature: signed.signature.into(),
            user_handle: signed.user_handle.map(Into::into),
            other: Map::new(),
        },
        authenticator_attachment: Some(c.facts.attachment().name().to_owned()),
        client_extension_results: results,
        kind: PUBLIC_KEY.to_owned(),
        other: Map::new(),
    };
    Ok(Asserted {
        response,
        protocol: plan.protocol,
        raw_auth_data: signed.auth_data,
        rp_id: signed.rp_id,
        asked_uv: plan.way.is_some(),
        found: signed.found,
    })
}
