//! A refusal, as the server's own code gives it and as it goes over HTTP.

use std::borrow::Cow;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// The server decided against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status, 4xx.
    pub status: StatusCode,
    /// The check that failed, `user-verified`.
    pub check: Cow<'static, str>,
    /// One sentence for people.
    pub message: String,
}

impl Refusal {
    /// A check of a ceremony failed: 400.
    pub fn failed(check: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, check: check.into(), message: message.into() }
    }

    /// Nobody is logged in, or the password is wrong: 401.
    pub fn unauthorized(check: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, check: check.into(), message: message.into() }
    }

    /// No such thing: 404.
    pub fn missing(check: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, check: check.into(), message: message.into() }
    }

    /// It is there already, or not in a state for this: 409.
    pub fn conflict(check: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, check: check.into(), message: message.into() }
    }

    /// A bound of the server is reached: 507.
    pub fn full(message: impl Into<String>) -> Self {
        Self { status: StatusCode::INSUFFICIENT_STORAGE, check: "limit".into(), message: message.into() }
    }
}

/// The body of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The one member.
    pub error: ErrorDetail,
}

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// The check that failed.
    pub check: String,
    /// One sentence for people.
    pub message: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = ErrorDetail { check: self.check.into_owned(), message: self.message };
        (self.status, Json(ErrorBody { error })).into_response()
    }
}
