//! Extensions of a registration.

use serde_json::{Map, Value, json};
use webauthn::CreationOptions;
use wire::authdata::AuthData;
use wire::ctap2::Value as _;
use wire::ctap2::extensions::{MakeInputs, MakeOutputs, cred_protect};

use super::prf::{self, HMAC_SECRET, encoded};
use super::{app_id, bytes, flag, input, text, wrong};
use crate::error::{ClientError, DomError};
use crate::facts::{Ctap2Facts, KeyFacts};
use crate::manner::Manner;
use crate::origin::Caller;

/// What the page asks for.
#[derive(Default)]
pub(crate) struct MakeAsked {
    cred_props: bool,
    prf: bool,
    cred_protect: Option<u64>,
    cred_blob: Option<Vec<u8>>,
    min_pin_length: bool,
    /// `enforceCredentialProtectionPolicy`.
    enforced: bool,
    /// `appidExclude`.
    pub(crate) app_id: Option<String>,
}

impl MakeAsked {
    pub(crate) fn read(
        options: &CreationOptions,
        caller: &Caller,
        manner: Manner,
    ) -> Result<Self, ClientError> {
        let inputs = &options.extensions;
        let blob = input(inputs, "credBlob").map(|value| bytes(value, "credBlob")).transpose()?;
        let policy = text(inputs, POLICY)?.map(level).transpose()?;
        Ok(Self {
            cred_props: flag(inputs, "credProps")?,
            prf: prf::wanted_at_creation(inputs)?,
            cred_protect: policy,
            cred_blob: blob,
            min_pin_length: flag(inputs, "minPinLength")?,
            enforced: flag(inputs, "enforceCredentialProtectionPolicy")?
                && policy.is_some_and(|level| level != cred_protect::USER_VERIFICATION_OPTIONAL),
            app_id: app_id::read(inputs, "appidExclude", caller, manner)?,
        })
    }

    /// Whether it can be had over CTAP2 only.
    pub(crate) fn needs_ctap2(&self) -> bool {
        self.prf || self.enforced || self.cred_blob.is_some()
    }

    /// Section 12.1.1 of CTAP: a policy that is enforced makes no credential on a key that does not know it.
    pub(crate) fn insist(&self, facts: &KeyFacts) -> Result<(), ClientError> {
        let known = facts.ctap2.as_ref().is_some_and(|facts| facts.has("credProtect"));
        if self.enforced && !known {
            let reason = "credential protection is enforced, and the key does not know it";
            return Err(ClientError::refuse(DomError::NotAllowedError, reason));
        }
        Ok(())
    }

    /// The extensions that are sent to the key, encoded; none where it knows none of them.
    pub(crate) fn inputs(&self, facts: &Ctap2Facts) -> Option<Vec<u8>> {
        let fits = |blob: &&Vec<u8>| facts.max_cred_blob_length.is_none_or(|most| blob.len() <= most);
        let inputs = MakeInputs {
            cred_blob: self
                .cred_blob
                .as_ref()
                .filter(fits)
                .filter(|_| facts.has("credBlob"))
                .map(Vec::as_slice),
            cred_protect: self.cred_protect.filter(|_| facts.has("credProtect")),
            hmac_secret: (self.prf && facts.has(HMAC_SECRET)).then_some(true),
            min_pin_length: (self.min_pin_length && facts.has("minPinLength")).then_some(true),
            ..MakeInputs::EMPTY
        };
        (inputs != MakeInputs::EMPTY).then(|| encoded(|writer| inputs.write(writer)))
    }

    /// What the page gets.
    pub(crate) fn results(&self, auth_data: &AuthData<'_>, rk: bool) -> Map<String, Value> {
        let outputs = auth_data.extensions.and_then(|map| MakeOutputs::decode(map).ok()).unwrap_or_default();
        let mut results = Map::new();
        if self.cred_props {
            results.insert("credProps".to_owned(), json!({ "rk": rk }));
        }
        if self.prf {
            results.insert(prf::NAME.to_owned(), json!({ "enabled": outputs.hmac_secret == Some(true) }));
        }
        if self.cred_blob.is_some() {
            results.insert("credBlob".to_owned(), Value::Bool(outputs.cred_blob == Some(true)));
        }
        if self.app_id.is_some() {
            results.insert("appidExclude".to_owned(), Value::Bool(true));
        }
        results
    }
}

/// CredentialProtectionPolicy.
fn level(name: &str) -> Result<u64, ClientError> {
    match name {
        "userVerificationOptional" => Ok(cred_protect::USER_VERIFICATION_OPTIONAL),
        "userVerificationOptionalWithCredentialIDList" => {
            Ok(cred_protect::USER_VERIFICATION_OPTIONAL_WITH_CREDENTIAL_ID_LIST)
        }
        "userVerificationRequired" => Ok(cred_protect::USER_VERIFICATION_REQUIRED),
        _ => Err(wrong(POLICY, "a policy")),
    }
}

const POLICY: &str = "credentialProtectionPolicy";
