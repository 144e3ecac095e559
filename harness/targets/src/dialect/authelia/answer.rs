//! What it answers: envelopes, headers and cookies.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::asked::COOKIE;

/// What the client hears, whatever the reason is.
pub(super) const NO_PASSWORD: &str = "Authentication failed. Check your credentials.";
pub(super) const NO_KEY: &str = "Authentication failed, please retry later.";
pub(super) const NO_REGISTRATION: &str = "Unable to register your security key.";
pub(super) const SAME_NAME: &str =
    "Another one of your security keys is already registered with that display name.";
pub(super) const FAILED: &str = "Operation failed.";

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    body: Body,
    cookie: Option<String>,
}

#[derive(Debug)]
enum Body {
    Json(Value),
    /// The status in words, without the headers of the API.
    Bare,
}

impl Answer {
    /// `OK` without more.
    pub(super) fn ok() -> Self {
        Self::json(StatusCode::OK, json!({ "status": "OK" }))
    }

    /// `OK` with data.
    pub(super) fn data(data: &Value) -> Self {
        Self::json(StatusCode::OK, json!({ "status": "OK", "data": data }))
    }

    /// `KO` with a message.
    pub(super) fn refused(status: StatusCode, message: &str) -> Self {
        Self::json(status, json!({ "status": "KO", "message": message }))
    }

    pub(super) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, body: Body::Json(body), cookie: None }
    }

    /// `403 Forbidden` and the like, as text.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self { status, body: Body::Bare, cookie: None }
    }

    /// The same with another status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with the session's cookie, for that domain.
    pub(super) fn with_cookie(self, token: &str, domain: &str) -> Self {
        Self { cookie: Some(set_cookie(token, domain)), ..self }
    }

    /// The same, and the session's cookie is at its end.
    pub(super) fn with_ended_cookie(self) -> Self {
        let line = format!("{COOKIE}=; expires=Tue, 10 Nov 2009 23:00:00 GMT; path=/; HttpOnly");
        Self { cookie: Some(line), ..self }
    }
}

/// The line of the session's cookie.
pub(super) fn set_cookie(token: &str, domain: &str) -> String {
    let expires = (OffsetDateTime::now_utc() + SESSION).format(&Rfc2822).unwrap_or_default();
    let expires = expires.replace("+0000", "GMT");
    format!("{COOKIE}={token}; expires={expires}; domain={domain}; path=/; HttpOnly; secure; SameSite=Lax")
}

/// The status in words: `403 Forbidden`.
pub(super) fn words(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default())
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Body::Bare => (self.status, words(self.status)).into_response(),
            Body::Json(body) => {
                let mut response = (self.status, body.to_string()).into_response();
                let kind = HeaderValue::from_static("application/json; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                for (name, value) in SECURITY.iter().chain(&API) {
                    response
                        .headers_mut()
                        .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
                response
            }
        };
        if let Some(line) = self.cookie.and_then(|line| HeaderValue::from_str(&line).ok()) {
            response.headers_mut().insert(header::SET_COOKIE, line);
        }
        response
    }
}

/// On all answers but bare ones.
pub(super) const SECURITY: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "accelerometer=(), autoplay=(), camera=()"),
    ("x-frame-options", "DENY"),
    ("x-dns-prefetch-control", "off"),
];
/// On those of the API.
const API: [(&str, &str); 3] = [
    ("pragma", "no-cache"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'"),
];
/// `session.cookies[].expiration`.
const SESSION: time::Duration = time::Duration::hours(1);
