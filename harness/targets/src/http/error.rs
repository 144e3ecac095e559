//! What can go wrong between a request and its answer, told apart, since each calls for something else.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::target::TargetError;

/// Why there is no answer. URLs are shown without their query, which can carry codes.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    /// The URL is none, or not http(s).
    #[error("`{url}` is not an http or https URL: {why}")]
    BadUrl {
        /// As it was given.
        url: String,
        /// The parser's words.
        why: String,
    },
    /// The server's page leads to another origin, where nothing is sent.
    #[error(
        "{url} is not at {base}, where this run sends to; give the URL under which the server knows itself"
    )]
    Elsewhere {
        /// Where it leads.
        url: String,
        /// The origin of the agent.
        base: String,
    },
    /// Nobody listens there.
    #[error("connection refused by {url}: is the server running, and is this its port?")]
    Refused {
        /// Where to.
        url: String,
    },
    /// No connection for another reason: name, route, TLS.
    #[error("cannot connect to {url}: {why}")]
    Unreachable {
        /// Where to.
        url: String,
        /// The system's words.
        why: String,
    },
    /// The connection ended before the answer did: the server may or may not have acted on the request.
    #[error(
        "{url} closed the connection before its answer was complete ({why}): look whether the server still runs, and in its log"
    )]
    Cut {
        /// Where to.
        url: String,
        /// What was seen.
        why: String,
    },
    /// No complete answer in time: the server may or may not have acted on the request.
    #[error("no complete answer from {url} within {} ms: raise the request timeout, or look what keeps the server", after.as_millis())]
    Timeout {
        /// Where to.
        url: String,
        /// The limit.
        after: Duration,
    },
    /// What came is not HTTP/1.1.
    #[error("what {url} answers is not HTTP ({why}): is this the right port, and http or https?")]
    NotHttp {
        /// Where to.
        url: String,
        /// The parser's words.
        why: String,
    },
    /// A body beyond the limit.
    #[error("the answer of {url} is longer than {limit} bytes")]
    TooLarge {
        /// Where to.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// An answer which should be JSON and is not.
    #[error("{url} answered HTTP {status} with {kind} where JSON is due ({why}): `{start}`")]
    NotJson {
        /// Where to.
        url: String,
        /// The status.
        status: u16,
        /// The content type, or `no content type`.
        kind: String,
        /// The parser's words.
        why: String,
        /// The first characters of the body.
        start: String,
    },
    /// A header or URL that cannot be sent.
    #[error("the request to {url} cannot be built: {why}")]
    BadRequest {
        /// Where to.
        url: String,
        /// What is wrong.
        why: String,
    },
}

impl HttpError {
    /// Whether the server may have acted on the request.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::BadUrl { .. }
            | Self::Elsewhere { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::BadRequest { .. } => false,
            Self::Cut { .. }
            | Self::Timeout { .. }
            | Self::NotHttp { .. }
            | Self::TooLarge { .. }
            | Self::NotJson { .. } => true,
        }
    }

    /// Sorts an error of the connection pool.
    pub(super) fn of_pool(url: &Url, error: &hyper_util::client::legacy::Error) -> Self {
        let why = chain(error);
        if error.is_connect() {
            if io_kind(error) == Some(std::io::ErrorKind::ConnectionRefused) {
                return Self::Refused { url: shown(url) };
            }
            return Self::Unreachable { url: shown(url), why };
        }
        match cause::<hyper::Error>(error) {
            Some(inner) => Self::of_hyper(url, inner),
            None => Self::Cut { url: shown(url), why },
        }
    }

    /// Sorts an error of one connection.
    pub(super) fn of_hyper(url: &Url, error: &hyper::Error) -> Self {
        let why = chain(error);
        if error.is_parse() && !error.is_incomplete_message() {
            return Self::NotHttp { url: shown(url), why };
        }
        Self::Cut { url: shown(url), why }
    }
}

impl From<HttpError> for TargetError {
    fn from(error: HttpError) -> Self {
        Self::Unknown(error.to_string())
    }
}

/// The URL without user, query and fragment.
pub(super) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The first cause of that type, the error itself not counted.
fn cause<'e, E: std::error::Error + 'static>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e E> {
    let mut next = error.source();
    while let Some(inner) = next {
        if let Some(found) = inner.downcast_ref::<E>() {
            return Some(found);
        }
        next = inner.source();
    }
    None
}

fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    cause::<std::io::Error>(error).map(std::io::Error::kind)
}

/// All causes in one line, repeated words left out.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = inner.source();
    }
    text
}
