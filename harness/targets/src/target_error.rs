//! What a call to a server comes to when it gives nothing.

use http::Method;
use thiserror::Error;

use crate::http::Answer;

/// Why a call to a server gave nothing.
#[derive(Clone, Debug, Error)]
pub enum TargetError {
    /// The server has no such thing.
    #[error("not supported by this server: {0}")]
    Unsupported(String),
    /// The server decided against it: a fact, which may be what is expected.
    #[error("refused with HTTP {status}{}", reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default())]
    Refused {
        /// HTTP status (a refusal can be 200).
        status: u16,
        /// The server's words.
        reason: Option<String>,
        /// The body as it came.
        body: Vec<u8>,
    },
    /// It cannot be told whether it took effect: no answer, or not one of this server's answers.
    #[error("no usable answer from the server: {0}")]
    Unknown(String),
    /// An answer that is neither acceptance nor refusal as they are known of this server: perhaps it has changed.
    #[error("no usable answer from the server: {expected}, but {page}")]
    Unexpected {
        /// What was expected, and where.
        expected: String,
        /// What came, for the report.
        page: Box<Page>,
    },
}

/// An answer as a report keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The request: method and URL, without the query.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub kind: Option<String>,
    /// The body, as far as it is kept.
    pub body: String,
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.kind.as_deref().unwrap_or("no content type");
        write!(f, "{} was answered with HTTP {} ({kind})", self.request, self.status)
    }
}

impl TargetError {
    /// The server's decision against it, in its own words.
    pub fn refused(answer: &Answer, reason: Option<String>) -> Self {
        Self::Refused { status: answer.status, reason, body: answer.body.to_vec() }
    }

    /// An answer that is neither acceptance nor refusal. `expected` says what would have been: `a list of users`.
    pub fn unexpected(expected: &str, method: &Method, answer: &Answer) -> Self {
        let expected = format!("expected was {expected}");
        Self::Unexpected { expected, page: Box::new(Page::of(method, answer)) }
    }

    /// What is refused on the way to a ceremony, or beside one, is no decision about a key. `who`: `Authelia`.
    pub fn needed(self, who: &str) -> Self {
        match self {
            Self::Refused { status, reason, .. } => {
                let said = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                Self::Unknown(format!("{who} refused what the bench needs (HTTP {status}{said})"))
            }
            other => other,
        }
    }
}

impl Page {
    /// How much of a body is kept, in characters.
    pub const KEPT: usize = 64 << 10;

    /// The answer to a request of that method.
    pub fn of(method: &Method, answer: &Answer) -> Self {
        let url = &answer.url;
        Self {
            request: format!("{method} {}{}", url.origin().ascii_serialization(), url.path()),
            status: answer.status,
            kind: answer.content_type(),
            body: answer.text().chars().take(Self::KEPT).collect(),
        }
    }
}
