//! What a page is given by its server: [PublicKeyCredentialCreationOptionsJSON](https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson)
//! and [PublicKeyCredentialRequestOptionsJSON](https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson).
//!
//! Enumerations are strings, as in the standard: a value that is not known is kept, and counts as absent where it is used.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::bytes::Base64Url;
use crate::dictionary::{DictionaryError, Members, Read, entry_points};

/// PublicKeyCredentialCreationOptionsJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RpEntity,
    /// The user.
    pub user: UserEntity,
    /// The challenge.
    pub challenge: Base64Url,
    /// Types and algorithms, best first.
    pub pub_key_cred_params: Vec<PubKeyCredParam>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// Credentials of which none may be on the key already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<Descriptor>,
    /// What the key has to be able to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_selection: Option<AuthenticatorSelection>,
    /// PublicKeyCredentialHint values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// AttestationConveyancePreference; see [`CreationOptions::conveyance`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// Attestation statement formats, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    /// AuthenticationExtensionsClientInputsJSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// PublicKeyCredentialRequestOptionsJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// The challenge.
    pub challenge: Base64Url,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// The RP ID; the origin's effective domain when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    /// Credentials of which one has to answer; empty: the key finds one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<Descriptor>,
    /// UserVerificationRequirement; see [`RequestOptions::verification`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<String>,
    /// PublicKeyCredentialHint values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// AuthenticationExtensionsClientInputsJSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// PublicKeyCredentialRpEntity.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RpEntity {
    /// The RP ID; the origin's effective domain when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name for people.
    pub name: String,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// PublicKeyCredentialUserEntityJSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle, 1 to 64 bytes.
    pub id: Base64Url,
    /// The account's name.
    pub name: String,
    /// The user's name for people.
    pub display_name: String,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// PublicKeyCredentialParameters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PubKeyCredParam {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// COSEAlgorithmIdentifier.
    pub alg: i32,
}

/// PublicKeyCredentialDescriptorJSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Descriptor {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The credential id.
    pub id: Base64Url,
    /// AuthenticatorTransport values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
}

/// AuthenticatorSelectionCriteria.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// AuthenticatorAttachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// ResidentKeyRequirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_key: Option<String>,
    /// The older form of `residentKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_resident_key: Option<bool>,
    /// UserVerificationRequirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<String>,
    /// Members that the dictionary does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// UserVerificationRequirement and ResidentKeyRequirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// `required`.
    Required,
    /// `preferred`.
    Preferred,
    /// `discouraged`.
    Discouraged,
}

/// AuthenticatorAttachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attachment {
    /// `platform`.
    Platform,
    /// `cross-platform`.
    CrossPlatform,
}

/// AttestationConveyancePreference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conveyance {
    /// `none`.
    None,
    /// `indirect`.
    Indirect,
    /// `direct`.
    Direct,
    /// `enterprise`.
    Enterprise,
}

impl Requirement {
    /// The value of a known name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "required" => Some(Self::Required),
            "preferred" => Some(Self::Preferred),
            "discouraged" => Some(Self::Discouraged),
            _ => None,
        }
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

impl Attachment {
    /// The value of a known name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "platform" => Some(Self::Platform),
            "cross-platform" => Some(Self::CrossPlatform),
            _ => None,
        }
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

impl Conveyance {
    /// The value of a known name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "indirect" => Some(Self::Indirect),
            "direct" => Some(Self::Direct),
            "enterprise" => Some(Self::Enterprise),
            _ => None,
        }
    }
}

impl CreationOptions {
    /// `attestation`; `none` when absent or unknown.
    pub fn conveyance(&self) -> Conveyance {
        self.attestation.as_deref().and_then(Conveyance::named).unwrap_or(Conveyance::None)
    }

    /// `authenticatorSelection.userVerification`; `preferred` when absent or unknown.
    pub fn verification(&self) -> Requirement {
        let selection = self.authenticator_selection.as_ref();
        verification(selection.and_then(|s| s.user_verification.as_deref()))
    }

    /// `authenticatorSelection.residentKey`, or what `requireResidentKey` says when it is absent or unknown.
    pub fn resident_key(&self) -> Requirement {
        let Some(selection) = &self.authenticator_selection else { return Requirement::Discouraged };
        let older = match selection.require_resident_key {
            Some(true) => Requirement::Required,
            _ => Requirement::Discouraged,
        };
        selection.resident_key.as_deref().and_then(Requirement::named).unwrap_or(older)
    }

    /// `authenticatorSelection.authenticatorAttachment`; none when absent or unknown.
    pub fn attachment(&self) -> Option<Attachment> {
        let selection = self.authenticator_selection.as_ref()?;
        selection.authenticator_attachment.as_deref().and_then(Attachment::named)
    }
}

impl RequestOptions {
    /// `userVerification`; `preferred` when absent or unknown.
    pub fn verification(&self) -> Requirement {
        verification(self.user_verification.as_deref())
    }
}

impl PubKeyCredParam {
    /// `public-key` with that algorithm.
    pub fn public_key(alg: i32) -> Self {
        Self { kind: PUBLIC_KEY.to_owned(), alg }
    }
}

impl Descriptor {
    /// `public-key` with that id and no transports.
    pub fn public_key(id: impl Into<Base64Url>) -> Self {
        Self { kind: PUBLIC_KEY.to_owned(), id: id.into(), transports: Vec::new() }
    }
}

fn verification(name: Option<&str>) -> Requirement {
    name.and_then(Requirement::named).unwrap_or(Requirement::Preferred)
}

impl Read for CreationOptions {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            rp: m.required_dictionary("rp")?,
            user: m.required_dictionary("user")?,
            challenge: m.required_bytes("challenge")?,
            pub_key_cred_params: m.required_dictionaries("pubKeyCredParams")?,
            timeout: m.unsigned("timeout")?,
            exclude_credentials: m.dictionaries("excludeCredentials")?,
            authenticator_selection: m.dictionary("authenticatorSelection")?,
            hints: m.texts("hints")?,
            attestation: m.text("attestation")?,
            attestation_formats: m.texts("attestationFormats")?,
            extensions: m.object("extensions")?,
            other: m.rest(),
        })
    }
}

impl Read for RequestOptions {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            challenge: m.required_bytes("challenge")?,
            timeout: m.unsigned("timeout")?,
            rp_id: m.text("rpId")?,
            allow_credentials: m.dictionaries("allowCredentials")?,
            user_verification: m.text("userVerification")?,
            hints: m.texts("hints")?,
            extensions: m.object("extensions")?,
            other: m.rest(),
        })
    }
}

impl Read for RpEntity {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self { id: m.text("id")?, name: m.required_text("name")?, other: m.rest() })
    }
}

impl Read for UserEntity {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            id: m.required_bytes("id")?,
            name: m.required_text("name")?,
            display_name: m.required_text("displayName")?,
            other: m.rest(),
        })
    }
}

impl Read for PubKeyCredParam {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self { kind: m.required_text("type")?, alg: m.required_signed("alg")? })
    }
}

impl Read for Descriptor {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            kind: m.required_text("type")?,
            id: m.required_bytes("id")?,
            transports: m.texts("transports")?,
        })
    }
}

impl Read for AuthenticatorSelection {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            authenticator_attachment: m.text("authenticatorAttachment")?,
            resident_key: m.text("residentKey")?,
            require_resident_key: m.flag("requireResidentKey")?,
            user_verification: m.text("userVerification")?,
            other: m.rest(),
        })
    }
}

entry_points!(CreationOptions, RequestOptions);

/// The one PublicKeyCredentialType.
pub const PUBLIC_KEY: &str = "public-key";
