//! What a page sends to its server: [RegistrationResponseJSON](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)
//! and [AuthenticationResponseJSON](https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson).

use serde::Serialize;
use serde_json::{Map, Value};

use crate::bytes::Base64Url;
use crate::dictionary::{DictionaryError, Members, Read, entry_points};

/// RegistrationResponseJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationResponse {
    /// The credential id as text; equal to `rawId`'s text form.
    pub id: String,
    /// The credential id.
    pub raw_id: Base64Url,
    /// What the key made.
    pub response: AttestationResponse,
    /// AuthenticatorAttachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// AuthenticationExtensionsClientOutputsJSON.
    pub client_extension_results: Map<String, Value>,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// AuthenticatorAttestationResponseJSON. A browser sends all members (`publicKey` only where it knows the algorithm);
/// reading insists on none but the two that a verification needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    /// The client data, as hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The attestation object.
    pub attestation_object: Base64Url,
    /// The authenticator data within the attestation object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_data: Option<Base64Url>,
    /// AuthenticatorTransport values.
    pub transports: Vec<String>,
    /// SubjectPublicKeyInfo, DER.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<Base64Url>,
    /// COSEAlgorithmIdentifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key_algorithm: Option<i32>,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// AuthenticationResponseJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationResponse {
    /// The credential id as text; equal to `rawId`'s text form.
    pub id: String,
    /// The credential id.
    pub raw_id: Base64Url,
    /// What the key made.
    pub response: AssertionResponse,
    /// AuthenticatorAttachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// AuthenticationExtensionsClientOutputsJSON.
    pub client_extension_results: Map<String, Value>,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// AuthenticatorAssertionResponseJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    /// The client data, as hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The authenticator data.
    pub authenticator_data: Base64Url,
    /// The assertion signature.
    pub signature: Base64Url,
    /// The user handle, where the key gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Base64Url>,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Read for RegistrationResponse {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            id: m.required_text("id")?,
            raw_id: m.required_bytes("rawId")?,
            response: m.required_dictionary("response")?,
            authenticator_attachment: m.text("authenticatorAttachment")?,
            client_extension_results: m.object("clientExtensionResults")?.unwrap_or_default(),
            kind: m.required_text("type")?,
            other: m.rest(),
        })
    }
}

impl Read for AttestationResponse {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            client_data_json: m.required_bytes("clientDataJSON")?,
            attestation_object: m.required_bytes("attestationObject")?,
            authenticator_data: m.bytes("authenticatorData")?,
            transports: m.texts("transports")?,
            public_key: m.bytes("publicKey")?,
            public_key_algorithm: m.signed("publicKeyAlgorithm")?,
            other: m.rest(),
        })
    }
}

impl Read for AuthenticationResponse {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            id: m.required_text("id")?,
            raw_id: m.required_bytes("rawId")?,
            response: m.required_dictionary("response")?,
            authenticator_attachment: m.text("authenticatorAttachment")?,
            client_extension_results: m.object("clientExtensionResults")?.unwrap_or_default(),
            kind: m.required_text("type")?,
            other: m.rest(),
        })
    }
}

impl Read for AssertionResponse {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            client_data_json: m.required_bytes("clientDataJSON")?,
            authenticator_data: m.required_bytes("authenticatorData")?,
            signature: m.required_bytes("signature")?,
            user_handle: m.bytes("userHandle")?,
            other: m.rest(),
        })
    }
}

entry_points!(RegistrationResponse, AuthenticationResponse);
