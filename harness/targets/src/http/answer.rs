//! What a server answered.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::Value;
use url::Url;

use super::error::{HttpError, shown};

/// The header of our own dialects, with the name of the server that they speak like.
pub const DIALECT: &str = "anykey-dialect";
/// How much of a body an error message shows.
const SHOWN: usize = 120;

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// What was asked for.
    pub url: Url,
}

impl Answer {
    /// `true` for 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The server that this is a dialect of, if it is one of our own.
    pub fn dialect(&self) -> Option<&str> {
        self.headers.get(DIALECT)?.to_str().ok()
    }

    /// The `Location` header, made absolute.
    pub fn location(&self) -> Option<Url> {
        self.url.join(self.headers.get(header::LOCATION)?.to_str().ok()?).ok()
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The media type without parameters, lower case.
    pub fn content_type(&self) -> Option<String> {
        let text = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`HttpError::NotJson`] with the start of what came instead.
    pub fn json(&self) -> Result<Value, HttpError> {
        serde_json::from_slice(&self.body).map_err(|e| HttpError::NotJson {
            url: shown(&self.url),
            status: self.status,
            kind: self.content_type().unwrap_or_else(|| "no content type".into()),
            why: e.to_string(),
            start: self.start(),
        })
    }

    /// The first characters of the body in one line, for messages.
    pub fn start(&self) -> String {
        let text = self.text();
        let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = line.char_indices().nth(SHOWN) {
            line.truncate(cut);
            line.push('…');
        }
        line
    }
}
