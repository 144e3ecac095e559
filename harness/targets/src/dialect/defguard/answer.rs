//! Answers as defguard gives them.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use crate::dialect::cookie;

/// It was decided against, or went wrong.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    message: Option<String>,
}

impl Refusal {
    pub(super) fn unauthorized(message: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: Some(message.to_owned()) }
    }

    /// 401 without a word: a wrong password.
    pub(super) fn wrong() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: None }
    }

    pub(super) fn forbidden() -> Self {
        Self { status: StatusCode::FORBIDDEN, message: Some("access denied".to_owned()) }
    }

    pub(super) fn missing(message: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: Some(message) }
    }

    pub(super) fn bad(message: Option<&str>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.map(str::to_owned) }
    }

    /// Differs: a registration that is refused is a fault of the server, and says nothing. Seen on 2.0.1.
    pub(super) fn internal() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message: Some("Internal server error".to_owned()) }
    }

    pub(super) fn too_many() -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, message: Some("Too many login attempts".to_owned()) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = self.message.map_or_else(|| json!({}), |message| json!({ "msg": message }));
        (self.status, Json(body)).into_response()
    }
}

/// JSON with that status.
pub(super) fn json_of(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// The token of the session.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

/// The answer with the cookie of a session.
pub(super) fn with_session(mut answer: Response, url: &str, token: &str) -> Response {
    let domain = domain(url);
    let line = format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Domain={domain}; Max-Age=604800");
    append(&mut answer, &line);
    answer
}

/// The answer that takes the cookie away.
pub(super) fn without_session(mut answer: Response, url: &str) -> Response {
    let domain = domain(url);
    let line =
        format!("{COOKIE}=; Path=/; Domain={domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    append(&mut answer, &line);
    answer
}

fn append(answer: &mut Response, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The host of the server's URL: RP ID and cookie domain.
pub(super) fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The headers that every answer of the application has.
pub(super) async fn with_headers(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

const COOKIE: &str = "defguard_session";
const HEADERS: [(&str, &str); 9] = [
    ("defguard-component-version", super::VERSION),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("content-security-policy", "frame-ancestors 'none';"),
    ("cache-control", "no-store"),
];
