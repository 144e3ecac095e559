//! Extensions of a login.

use serde_json::{Map, Value, json};
use webauthn::RequestOptions;
use webauthn::bytes::encode;
use wire::authdata::AuthData;
use wire::ctap2::Value as _;
use wire::ctap2::extensions::{GetInputs, GetOutputs};

use super::prf::{self, Evaluation, HMAC_SECRET, PrfInputs, encoded};
use super::{app_id, flag};
use crate::error::ClientError;
use crate::facts::Ctap2Facts;
use crate::manner::Manner;
use crate::origin::Caller;

/// What the page asks for.
#[derive(Default)]
pub(crate) struct GetAsked {
    /// `getCredBlob`.
    cred_blob: bool,
    /// `prf`.
    pub(crate) prf: Option<PrfInputs>,
    /// `appid`.
    pub(crate) app_id: Option<String>,
}

impl GetAsked {
    pub(crate) fn read(
        options: &RequestOptions,
        caller: &Caller,
        allow: &[Vec<u8>],
        manner: Manner,
    ) -> Result<Self, ClientError> {
        let inputs = &options.extensions;
        Ok(Self {
            cred_blob: flag(inputs, "getCredBlob")?,
            prf: PrfInputs::read(inputs, allow)?,
            app_id: app_id::read(inputs, "appid", caller, manner)?,
        })
    }

    /// The salts that the key can use.
    pub(crate) fn prf(&self, facts: &Ctap2Facts) -> Option<&PrfInputs> {
        self.prf.as_ref().filter(|prf| !prf.is_empty() && facts.has(HMAC_SECRET))
    }

    /// The extensions that are sent to the key, encoded; none where it knows none of them.
    pub(crate) fn inputs(&self, facts: &Ctap2Facts, evaluation: Option<&Evaluation>) -> Option<Vec<u8>> {
        let cred_blob = (self.cred_blob && facts.has("credBlob")).then_some(true);
        let write = |inputs: GetInputs<'_>| encoded(|writer| inputs.write(writer));
        match evaluation {
            Some(evaluation) => Some(evaluation.with_input(|input| {
                write(GetInputs { cred_blob, hmac_secret: Some(input), ..GetInputs::EMPTY })
            })),
            None => cred_blob.map(|_| write(GetInputs { cred_blob, ..GetInputs::EMPTY })),
        }
    }

    /// What the page gets; `app_id` says whether the credential answered under the AppID.
    pub(crate) fn results(
        &self,
        auth_data: &[u8],
        evaluation: Option<&Evaluation>,
        app_id: bool,
    ) -> Result<Map<String, Value>, ClientError> {
        let outputs = AuthData::parse(auth_data).ok().and_then(|(data, _)| data.extensions);
        let outputs = outputs.and_then(|map| GetOutputs::decode(map).ok()).unwrap_or_default();
        let mut results = Map::new();
        if self.app_id.is_some() {
            results.insert("appid".to_owned(), Value::Bool(app_id));
        }
        if let Some(blob) = outputs.cred_blob.filter(|_| self.cred_blob) {
            results.insert("getCredBlob".to_owned(), Value::String(encode(blob)));
        }
        if self.prf.is_some() {
            let output = match (evaluation, outputs.hmac_secret) {
                (Some(evaluation), Some(output)) => json!({ "results": evaluation.results(output)? }),
                _ => json!({}),
            };
            results.insert(prf::NAME.to_owned(), output);
        }
        Ok(results)
    }
}
