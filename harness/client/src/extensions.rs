//! Extensions between page and key: inputs from JSON, outputs back to JSON.

pub(crate) mod app_id;
pub(crate) mod get;
pub(crate) mod make;
pub(crate) mod prf;

use serde_json::{Map, Value};
use webauthn::Base64Url;

use crate::error::{ClientError, DomError};

/// AuthenticationExtensionsClientInputsJSON.
type Inputs = Option<Map<String, Value>>;

/// The input of an extension; null counts as absent.
fn input<'i>(inputs: &'i Inputs, name: &str) -> Option<&'i Value> {
    inputs.as_ref()?.get(name).filter(|value| !value.is_null())
}

/// A boolean input.
fn flag(inputs: &Inputs, name: &str) -> Result<bool, ClientError> {
    match input(inputs, name) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(wrong(name, "a boolean")),
    }
}

/// A text input.
fn text<'i>(inputs: &'i Inputs, name: &str) -> Result<Option<&'i str>, ClientError> {
    match input(inputs, name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(wrong(name, "a text")),
    }
}

/// Bytes as base64url; `name` is for errors.
fn bytes(value: &Value, name: &str) -> Result<Vec<u8>, ClientError> {
    let text = value.as_str().ok_or_else(|| wrong(name, "base64url"))?;
    Base64Url::decode(text)
        .map(|bytes| bytes.0)
        .map_err(|why| ClientError::refuse(DomError::EncodingError, format!("extensions.{name} {why}")))
}

fn wrong(name: &str, expected: &str) -> ClientError {
    ClientError::refuse(DomError::TypeError, format!("extensions.{name} is not {expected}"))
}
