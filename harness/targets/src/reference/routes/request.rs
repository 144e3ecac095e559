//! What handlers read from a request.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use std::sync::Arc;

use super::Shared;
use crate::reference::answer::Refusal;
use crate::reference::site::Site;

/// The site of the path, the default one if it names none.
pub(super) struct Of(pub Arc<Site>);

impl FromRequestParts<Shared> for Of {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refusal> {
        // Without parameters in the path, axum has none to give.
        let params = RawPathParams::from_request_parts(parts, shared).await.ok();
        let id = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "site"));
        match id {
            Some((_, id)) => shared.sites.find(id).map(Self),
            None => Ok(Self(shared.sites.default_site())),
        }
    }
}

/// A body that is JSON and says so. Pages of other origins cannot send that unasked.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Refusal> {
        let bytes = json_bytes(request, shared).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|e| Refusal::failed("json", format!("the body: {e}")))
    }
}

/// The bytes of such a body.
pub(super) struct JsonBytes(pub Bytes);

impl FromRequest<Shared> for JsonBytes {
    type Rejection = Refusal;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Refusal> {
        json_bytes(request, shared).await.map(Self)
    }
}

async fn json_bytes(request: Request, shared: &Shared) -> Result<Bytes, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            check: "content-type".into(),
            message: "the body has to be application/json".to_owned(),
        });
    }
    Bytes::from_request(request, shared).await.map_err(|rejection| Refusal {
        status: rejection.status(),
        check: "body".into(),
        message: rejection.body_text(),
    })
}

/// The session cookie of a site.
pub(super) struct Cookie<'a> {
    site: &'a Site,
    sent: Option<&'a str>,
}

impl<'a> Cookie<'a> {
    /// As the request has it.
    pub(super) fn of(site: &'a Site, headers: &'a HeaderMap) -> Self {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let sent = pairs
            .find(|(name, _)| name.strip_prefix(PREFIX).is_some_and(|id| id == site.id()))
            .map(|(_, token)| token);
        Self { site, sent }
    }

    /// The session's token.
    pub(super) fn token(&self) -> Option<&'a str> {
        self.sent
    }

    /// The answer, with the cookie if it is another one than was sent.
    pub(super) fn set(&self, token: &str, answer: impl IntoResponse) -> Response {
        let answer = answer.into_response();
        if self.sent == Some(token) { answer } else { self.with(token, "", answer) }
    }

    /// The answer, with the cookie taken away.
    pub(super) fn clear(&self, answer: impl IntoResponse) -> Response {
        self.with("", "; Max-Age=0", answer.into_response())
    }

    fn with(&self, token: &str, more: &str, mut answer: Response) -> Response {
        let id = self.site.id();
        let line = format!("{PREFIX}{id}={token}; Path=/; HttpOnly; SameSite=Strict{more}");
        if let Ok(value) = HeaderValue::from_str(&line) {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
        answer
    }
}

const PREFIX: &str = "anykey-session-";
