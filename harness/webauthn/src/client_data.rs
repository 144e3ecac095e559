//! Client data: [CollectedClientData](https://www.w3.org/TR/webauthn-3/#dictionary-client-data), its serialisation and its limited verification.

use serde_json::{Map, Value};

use crate::bytes;
use crate::dictionary::{DictionaryError, Members, Read, read_slice};

/// CollectedClientData.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge, base64url, as text: a verifier compares text.
    pub challenge: String,
    /// The origin's ASCII serialisation.
    pub origin: String,
    /// The page is in a frame that is not same-origin with its ancestors.
    pub cross_origin: Option<bool>,
    /// The top-level origin, in a cross-origin frame.
    pub top_origin: Option<String>,
    /// All other members.
    pub other: Map<String, Value>,
}

/// What the limited verification (section 5.8.1.2) compares with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: &'a str,
    /// The challenge's bytes.
    pub challenge: &'a [u8],
    /// The origin.
    pub origin: &'a str,
    /// The top-level origin, for a cross-origin frame.
    pub top_origin: Option<&'a str>,
    /// Fail when `top_origin` is given and the client data has none (as a Level 2 client writes it).
    pub require_top_origin: bool,
}

impl ClientData {
    /// Client data of a page that is no cross-origin frame.
    pub fn new(kind: &str, challenge: &[u8], origin: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            challenge: bytes::encode(challenge),
            origin: origin.to_owned(),
            cross_origin: Some(false),
            ..Self::default()
        }
    }

    /// The [JSON-compatible serialisation](https://www.w3.org/TR/webauthn-3/#clientdatajson-serialization).
    pub fn to_json(&self) -> Vec<u8> {
        let mut result = prefix(&self.kind, &self.challenge, &self.origin);
        result.push_str(if self.cross_origin == Some(true) { "true" } else { "false" });
        if let Some(top_origin) = &self.top_origin {
            result.push_str(TOP_ORIGIN);
            push_ccd_string(&mut result, top_origin);
        }
        let mut rest = self.other.clone();
        rest.retain(|name, _| !FIELDS.contains(&name.as_str()));
        if rest.is_empty() {
            result.push('}');
        } else {
            let remainder = Value::Object(rest).to_string();
            result.push(',');
            result.push_str(remainder.get(1..).unwrap_or("}"));
        }
        result.into_bytes()
    }

    /// Decodes as UTF-8 (a byte order mark is stripped, wrong sequences are replaced) and parses as JSON.
    ///
    /// # Errors
    /// Not JSON, or a member is missing or of the wrong type.
    pub fn parse(json: &[u8]) -> Result<Self, DictionaryError> {
        let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
        read_slice(String::from_utf8_lossy(json).as_bytes())
    }

    /// Parses, and insists that the text begins exactly as the serialisation of Level 3 begins: what a client wrote that keeps to the standard.
    ///
    /// # Errors
    /// As [`ClientData::parse`]; or the members stand in another order, with white space, or escaped in another way.
    pub fn parse_strict(json: &[u8]) -> Result<Self, DictionaryError> {
        let data = Self::parse(json)?;
        let mut known = Self { other: Map::new(), ..data.clone() }.to_json();
        known.pop();
        match json.strip_prefix(known.as_slice()) {
            Some([b'}'] | [b',', ..]) => Ok(data),
            _ => Err(DictionaryError::new("", "is not the JSON-compatible serialisation of client data")),
        }
    }
}

impl Expected<'_> {
    /// The [limited verification algorithm](https://www.w3.org/TR/webauthn-3/#clientdatajson-verification).
    pub fn verify(&self, client_data_json: &[u8]) -> bool {
        let mut expected = prefix(self.kind, &bytes::encode(self.challenge), self.origin);
        if let Some(top_origin) = self.top_origin {
            expected.push_str("true");
            let follows = client_data_json
                .get(expected.len()..)
                .is_some_and(|rest| rest.starts_with(TOP_ORIGIN.as_bytes()));
            if self.require_top_origin || follows {
                expected.push_str(TOP_ORIGIN);
                push_ccd_string(&mut expected, top_origin);
            }
        } else {
            expected.push_str("false");
        }
        matches!(client_data_json.strip_prefix(expected.as_bytes()), Some([b'}' | b',', ..]))
    }
}

impl Read for ClientData {
    fn read(m: &mut Members) -> Result<Self, DictionaryError> {
        Ok(Self {
            kind: m.required_text("type")?,
            challenge: m.required_text("challenge")?,
            origin: m.required_text("origin")?,
            cross_origin: m.flag("crossOrigin")?,
            top_origin: m.text("topOrigin")?,
            other: m.rest(),
        })
    }
}

/// All up to the value of `crossOrigin`.
fn prefix(kind: &str, challenge: &str, origin: &str) -> String {
    let mut result = String::with_capacity(160);
    result.push_str(r#"{"type":"#);
    push_ccd_string(&mut result, kind);
    result.push_str(r#","challenge":"#);
    push_ccd_string(&mut result, challenge);
    result.push_str(r#","origin":"#);
    push_ccd_string(&mut result, origin);
    result.push_str(r#","crossOrigin":"#);
    result
}

/// CCDToString.
fn push_ccd_string(result: &mut String, text: &str) {
    result.push('"');
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => result.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => result.push(c),
        }
    }
    result.push('"');
}

const TOP_ORIGIN: &str = r#","topOrigin":"#;
const FIELDS: [&str; 5] = ["type", "challenge", "origin", "crossOrigin", "topOrigin"];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// `type` of client data at registration.
pub const CREATE: &str = "webauthn.create";
/// `type` of client data at login.
pub const GET: &str = "webauthn.get";
