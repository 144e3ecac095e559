//! Bytes that JSON carries as base64url without padding (Base64URLString of WebAuthn L3, section 3).

use std::fmt;
use std::ops::Deref;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes, written as base64url without padding. Reading is strict: no padding, no `+` or `/`, no white space, no stray bits.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Base64Url(pub Vec<u8>);

impl Base64Url {
    /// Decodes base64url without padding.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn decode(text: &str) -> Result<Self, String> {
        if text.ends_with('=') {
            return Err("is base64url with padding (`=`); WebAuthn's JSON has none".to_owned());
        }
        if let Some(c) = text.chars().find(|c| matches!(c, '+' | '/')) {
            return Err(format!("is plain base64 (`{c}`), not base64url"));
        }
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|e| format!("is not base64url: {e}"))
    }

    /// The text form.
    pub fn encode(&self) -> String {
        encode(&self.0)
    }
}

/// Encodes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl fmt::Display for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.encode())
    }
}

impl fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64Url({})", self.encode())
    }
}

impl Deref for Base64Url {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Base64Url {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64Url {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text).map_err(serde::de::Error::custom)
    }
}
