//! Reading a dictionary out of JSON, with errors that name the member's path.
//!
//! `null` counts as an absent member. Members that the dictionary does not have are kept.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::bytes::Base64Url;

/// The JSON is not the dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {problem}", if path.is_empty() { "the document" } else { path })]
pub struct DictionaryError {
    /// The member's path, `authenticatorSelection.residentKey`, `excludeCredentials[2].id`; empty for the whole document.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl DictionaryError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

/// A type that is read from a JSON object.
pub(crate) trait Read: Sized {
    fn read(members: &mut Members) -> Result<Self, DictionaryError>;
}

/// Reads a whole document.
pub(crate) fn read_value<T: Read>(value: Value) -> Result<T, DictionaryError> {
    T::read(&mut Members::of(value, String::new())?)
}

/// Reads a whole document from text.
pub(crate) fn read_slice<T: Read>(json: &[u8]) -> Result<T, DictionaryError> {
    let value =
        serde_json::from_slice(json).map_err(|e| DictionaryError::new("", format!("is not JSON: {e}")))?;
    read_value(value)
}

/// The members of one object that were not read yet.
pub(crate) struct Members {
    path: String,
    map: Map<String, Value>,
}

impl Members {
    fn of(value: Value, path: String) -> Result<Self, DictionaryError> {
        match value {
            Value::Object(map) => Ok(Self { path, map }),
            other => Err(DictionaryError::new(path, format!("is {}, an object is expected", kind(&other)))),
        }
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    fn need<T>(&self, name: &str, value: Option<T>) -> Result<T, DictionaryError> {
        value.ok_or_else(|| DictionaryError::new(self.at(name), "is missing"))
    }

    /// What was not read.
    pub(crate) fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.map)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, DictionaryError> {
        self.take(name).map(|value| text(value, self.at(name))).transpose()
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, DictionaryError> {
        let value = self.text(name)?;
        self.need(name, value)
    }

    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<Base64Url>, DictionaryError> {
        let Some(value) = self.text(name)? else { return Ok(None) };
        Base64Url::decode(&value).map(Some).map_err(|e| DictionaryError::new(self.at(name), e))
    }

    pub(crate) fn required_bytes(&mut self, name: &str) -> Result<Base64Url, DictionaryError> {
        let value = self.bytes(name)?;
        self.need(name, value)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, DictionaryError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(self.wrong(name, &other, "true or false")),
        }
    }

    /// `unsigned long`.
    pub(crate) fn unsigned(&mut self, name: &str) -> Result<Option<u32>, DictionaryError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(name, &value, "a whole number from 0 to 4294967295")),
        }
    }

    /// `long`.
    pub(crate) fn signed(&mut self, name: &str) -> Result<Option<i32>, DictionaryError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_i64().and_then(|n| i32::try_from(n).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(name, &value, "a whole number from -2147483648 to 2147483647")),
        }
    }

    pub(crate) fn required_signed(&mut self, name: &str) -> Result<i32, DictionaryError> {
        let value = self.signed(name)?;
        self.need(name, value)
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, DictionaryError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(other) => Err(self.wrong(name, &other, "an object")),
        }
    }

    pub(crate) fn dictionary<T: Read>(&mut self, name: &str) -> Result<Option<T>, DictionaryError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        T::read(&mut Self::of(value, self.at(name))?).map(Some)
    }

    pub(crate) fn required_dictionary<T: Read>(&mut self, name: &str) -> Result<T, DictionaryError> {
        let value = self.dictionary(name)?;
        self.need(name, value)
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, DictionaryError> {
        self.sequence(name, text)
    }

    /// A sequence of dictionaries; empty when absent.
    pub(crate) fn dictionaries<T: Read>(&mut self, name: &str) -> Result<Vec<T>, DictionaryError> {
        self.sequence(name, |value, path| T::read(&mut Self::of(value, path)?))
    }

    pub(crate) fn required_dictionaries<T: Read>(&mut self, name: &str) -> Result<Vec<T>, DictionaryError> {
        if !self.map.contains_key(name) {
            return Err(DictionaryError::new(self.at(name), "is missing"));
        }
        self.dictionaries(name)
    }

    fn sequence<T>(
        &mut self,
        name: &str,
        each: impl Fn(Value, String) -> Result<T, DictionaryError>,
    ) -> Result<Vec<T>, DictionaryError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let path = self.at(name);
                values.into_iter().enumerate().map(|(i, value)| each(value, format!("{path}[{i}]"))).collect()
            }
            Some(other) => Err(self.wrong(name, &other, "an array")),
        }
    }

    fn wrong(&self, name: &str, value: &Value, expected: &str) -> DictionaryError {
        DictionaryError::new(self.at(name), format!("is {}, {expected} is expected", kind(value)))
    }
}

fn text(value: Value, path: String) -> Result<String, DictionaryError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(DictionaryError::new(path, format!("is {}, a string is expected", kind(&other)))),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Gives a dictionary its entry points and a [`serde::Deserialize`] with the same errors.
macro_rules! entry_points {
    ($($name:ty),+) => {$(
        impl $name {
            /// Reads it from a JSON value.
            ///
            /// # Errors
            /// A member is missing or of the wrong type; the error names its path.
            pub fn from_value(value: serde_json::Value) -> Result<Self, $crate::DictionaryError> {
                $crate::dictionary::read_value(value)
            }

            /// Reads it from JSON text.
            ///
            /// # Errors
            /// Not JSON, or a member is missing or of the wrong type; the error names its path.
            pub fn from_slice(json: &[u8]) -> Result<Self, $crate::DictionaryError> {
                $crate::dictionary::read_slice(json)
            }

            /// The JSON value.
            pub fn to_value(&self) -> serde_json::Value {
                serde_json::to_value(self).unwrap_or_default()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Self::from_value(value).map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use entry_points;
