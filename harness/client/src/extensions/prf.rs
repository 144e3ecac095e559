//! `prf` over hmac-secret ([WebAuthn L3, section 10.1.4](https://www.w3.org/TR/webauthn-3/#prf-extension)).

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use webauthn::bytes::{Base64Url, encode};
use wire::MAX_MESSAGE;
use wire::cbor::Writer;
use wire::ctap2::extensions::HmacSecret;
use wire::ctap2::{RawMap, Value as _};
use zeroize::Zeroizing;

use super::{Inputs, bytes, input, wrong};
use crate::ceremony::Ceremony;
use crate::error::{ClientError, DomError};
use crate::pin::protocol::{Encapsulated, SharedSecret};

/// One salt or two, as the key takes them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Salts(Zeroizing<Vec<u8>>);

/// AuthenticationExtensionsPRFInputs of a login.
#[derive(Default)]
pub(crate) struct PrfInputs {
    eval: Option<Salts>,
    by_credential: Vec<(Vec<u8>, Salts)>,
}

/// Whether a registration asks for it.
pub(crate) fn wanted_at_creation(inputs: &Inputs) -> Result<bool, ClientError> {
    let Some(value) = input(inputs, NAME) else { return Ok(false) };
    let prf = value.as_object().ok_or_else(|| wrong(NAME, "a dictionary"))?;
    if prf.get("evalByCredential").is_some_and(|value| !value.is_null()) {
        let reason = "extensions.prf.evalByCredential is for logins";
        return Err(ClientError::refuse(DomError::NotSupportedError, reason));
    }
    // What eval asks for is not computed while a credential is made: hmac-secret cannot. It is still read.
    prf.get("eval").filter(|value| !value.is_null()).map(salts).transpose()?;
    Ok(true)
}

impl PrfInputs {
    /// The inputs of a login with that allow list.
    pub(crate) fn read(inputs: &Inputs, allow: &[Vec<u8>]) -> Result<Option<Self>, ClientError> {
        let Some(value) = input(inputs, NAME) else { return Ok(None) };
        let prf = value.as_object().ok_or_else(|| wrong(NAME, "a dictionary"))?;
        let eval = prf.get("eval").filter(|value| !value.is_null()).map(salts).transpose()?;
        let by_credential = match prf.get("evalByCredential").filter(|value| !value.is_null()) {
            None => Vec::new(),
            Some(Value::Object(map)) => by_credential(map, allow)?,
            Some(_) => return Err(wrong("prf.evalByCredential", "a dictionary")),
        };
        Ok(Some(Self { eval, by_credential }))
    }

    /// Whether the salts depend on the credential, which therefore has to be known before the key is asked.
    pub(crate) fn is_by_credential(&self) -> bool {
        !self.by_credential.is_empty()
    }

    /// Whether there is anything to evaluate.
    pub(crate) fn is_empty(&self) -> bool {
        self.eval.is_none() && self.by_credential.is_empty()
    }

    /// The salts for the credential; `allow` is the one that it is known to be.
    pub(crate) fn salts_for(&self, allow: &[&[u8]]) -> Option<&Salts> {
        let named = |(id, _): &&(Vec<u8>, Salts)| matches!(allow, [only] if only == id);
        self.by_credential.iter().find(named).map(|(_, salts)| salts).or(self.eval.as_ref())
    }
}

fn by_credential(map: &Map<String, Value>, allow: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, Salts)>, ClientError> {
    if !map.is_empty() && allow.is_empty() {
        let reason = "extensions.prf.evalByCredential needs an allow list";
        return Err(ClientError::refuse(DomError::NotSupportedError, reason));
    }
    map.iter()
        .map(|(key, value)| {
            let id = Base64Url::decode(key).ok().map(|id| id.0).filter(|id| allow.contains(id));
            let id = id.ok_or_else(|| {
                let reason = format!("extensions.prf.evalByCredential: {key:?} is not in allowCredentials");
                ClientError::refuse(DomError::SyntaxError, reason)
            })?;
            Ok((id, salts(value)?))
        })
        .collect()
}

/// AuthenticationExtensionsPRFValues: each value hashed with its context.
fn salts(value: &Value) -> Result<Salts, ClientError> {
    let values = value.as_object().ok_or_else(|| wrong("prf.eval", "a dictionary"))?;
    let first = values.get("first").ok_or_else(|| wrong("prf.eval.first", "there"))?;
    let second = values.get("second").filter(|value| !value.is_null());
    let mut all = Zeroizing::new(Vec::with_capacity(2 * SALT));
    for (name, value) in [("prf.eval.first", Some(first)), ("prf.eval.second", second)] {
        if let Some(value) = value {
            let value = Zeroizing::new(bytes(value, name)?);
            all.extend(Sha256::new().chain_update(b"WebAuthn PRF\0").chain_update(&*value).finalize());
        }
    }
    Ok(Salts(all))
}

/// An evaluation under way: what is sent, and what opens the answer.
pub(crate) struct Evaluation {
    secret: SharedSecret,
    key_agreement: Vec<u8>,
    salt_enc: Vec<u8>,
}

impl Evaluation {
    /// Agrees on a secret with the key and closes the salts.
    pub(crate) async fn begin(c: &mut Ceremony<'_>, salts: &Salts) -> Result<Self, ClientError> {
        let Encapsulated { key_agreement, secret } = c.conversation()?.agree().await?;
        let salt_enc = secret.encrypt(&salts.0, &mut *c.random);
        Ok(Self { secret, key_agreement, salt_enc })
    }

    /// The input of the extension hmac-secret, handed on.
    pub(crate) fn with_input<R>(&self, then: impl FnOnce(HmacSecret<'_>) -> R) -> R {
        let salt_auth = self.secret.authenticate(&[&self.salt_enc]);
        then(HmacSecret {
            key_agreement: RawMap::new(&self.key_agreement).unwrap_or(RawMap::EMPTY),
            salt_enc: &self.salt_enc,
            salt_auth: &salt_auth,
            pin_uv_auth_protocol: Some(self.secret.protocol().number()),
            ..HmacSecret::EMPTY
        })
    }

    /// The extension's output, opened, as the page gets it.
    pub(crate) fn results(&self, output: &[u8]) -> Result<Value, ClientError> {
        let nonsense = || ClientError::nonsense("hmac-secret", "it does not decrypt to one secret or two");
        let plain = self.secret.decrypt(output).ok_or_else(nonsense)?;
        match plain.split_at_checked(SALT) {
            Some((first, [])) => Ok(json!({ "first": encode(first) })),
            Some((first, second)) if second.len() == SALT => {
                Ok(json!({ "first": encode(first), "second": encode(second) }))
            }
            _ => Err(nonsense()),
        }
    }
}

/// A map written by `write`.
pub(super) fn encoded(write: impl FnOnce(&mut Writer<'_>) -> Result<(), wire::Overflow>) -> Vec<u8> {
    let mut out = vec![0; MAX_MESSAGE];
    let mut writer = Writer::new(&mut out);
    let length = if write(&mut writer).is_ok() { writer.len() } else { 0 };
    out.truncate(length);
    out
}

/// The extension's name.
pub(crate) const NAME: &str = "prf";
/// The extension of the key that it stands on.
pub(crate) const HMAC_SECRET: &str = "hmac-secret";
/// The length of a salt and of a secret.
const SALT: usize = 32;
