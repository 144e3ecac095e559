//! Answers in 2FAuth's envelopes.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::throttle::Turn;

const POWERED_BY: HeaderName = HeaderName::from_static("x-powered-by");
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const RATE_LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Three months, as the real one's.
const MAX_AGE: u32 = 7_776_000;

/// An answer without what every answer has.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content: Content,
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// What is in it.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Nothing,
    Text(String),
    Json(Value),
}

impl Reply {
    pub(super) fn json(status: u16, value: Value) -> Self {
        Self { status, content: Content::Json(value), headers: Vec::new() }
    }

    pub(super) fn text(text: String) -> Self {
        Self { status: 200, content: Content::Text(text), headers: Vec::new() }
    }

    /// 204.
    pub(super) fn nothing() -> Self {
        Self { status: 204, content: Content::Nothing, headers: Vec::new() }
    }

    pub(super) fn message(status: u16, message: &str) -> Self {
        Self::json(status, json!({ "message": message }))
    }

    /// 401 of a request that is only for users.
    pub(super) fn unauthenticated() -> Self {
        Self::message(401, "Unauthenticated.")
    }

    /// 401 of a refused login, which tells no reason.
    pub(super) fn unauthorized() -> Self {
        Self::message(401, "unauthorized")
    }

    /// 403 of a user who is no administrator.
    pub(super) fn unauthorised_action() -> Self {
        Self::json(403, json!({"message": "forbidden", "reason": "This action is unauthorized."}))
    }

    /// 422: what is wrong with which member. The message is the first, with the number of the others.
    pub(super) fn invalid(errors: &[(&str, String)]) -> Self {
        let first = errors.first().map(|(_, text)| text.as_str()).unwrap_or_default();
        let message = match errors.len() {
            0 | 1 => first.to_owned(),
            2 => format!("{first} (and 1 more error)"),
            more => format!("{first} (and {} more errors)", more - 1),
        };
        let members: serde_json::Map<String, Value> =
            errors.iter().map(|(name, text)| ((*name).to_owned(), json!([text]))).collect();
        Self::json(422, json!({"message": message, "errors": members}))
    }

    /// The same answer, of a route that counts.
    pub(super) fn counted(mut self, turn: Turn) -> Self {
        self.headers.push((RATE_LIMIT, Turn::LIMIT.to_string()));
        self.headers.push((RATE_LEFT, turn.left.to_string()));
        if let Some(wait) = turn.wait {
            self.headers.push((header::RETRY_AFTER, wait.to_string()));
            self.headers.push((RATE_RESET, wait.to_string()));
        }
        self
    }

    /// The whole answer; `cookies` are `NAME=VALUE` with whether scripts may not see it.
    pub(super) fn whole(self, host: &str, cookies: &[(&str, &str, bool)]) -> Response {
        let mut response = Response::builder()
            .status(StatusCode::from_u16(self.status).unwrap_or_default())
            .header(header::CACHE_CONTROL, "no-cache, private")
            .header(header::HOST, host)
            .header(POWERED_BY, "AnyKey");
        for (name, value, hidden) in cookies {
            let hidden = if *hidden { "; httponly" } else { "" };
            let expires = "Fri, 31 Dec 2100 23:59:59 GMT";
            let line =
                format!("{name}={value}; expires={expires}; Max-Age={MAX_AGE}; path=/{hidden}; samesite=lax");
            response = response.header(header::SET_COOKIE, line);
        }
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let (kind, body) = match self.content {
            Content::Nothing => (None, Body::empty()),
            Content::Text(text) => (Some("text/html; charset=utf-8"), Body::from(text)),
            Content::Json(value) => (Some("application/json"), Body::from(value.to_string())),
        };
        if let Some(kind) = kind {
            response = response.header(header::CONTENT_TYPE, kind);
        }
        // Every part of it is from here: names are constants, values are plain text.
        response.body(body).unwrap_or_else(|_| {
            let mut broken = Response::new(Body::empty());
            *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            broken.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            broken
        })
    }
}
