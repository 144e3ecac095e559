//! A request, as far as every handler looks at it.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use url::Url;

use crate::dialect::cookie;

/// The name of the session's cookie.
pub(super) const COOKIE: &str = "authelia_session";

/// What a request says of itself and of who sent it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    /// The cookie.
    pub(super) token: Option<String>,
    /// The client, as the proxy tells it.
    pub(super) address: String,
    /// The origin that was asked for, as the proxy tells it.
    pub(super) origin: Option<Url>,
}

impl Asked {
    pub(super) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let told = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let first = |list: String| list.split(',').next().unwrap_or_default().trim().to_owned();
        // Without the proxy's word the scheme is https, whatever the connection is.
        let scheme = told("x-forwarded-proto").unwrap_or_else(|| "https".to_owned());
        let host = told("x-forwarded-host").or_else(|| told("host"));
        Self {
            method: method.to_string(),
            path: path.to_owned(),
            token: cookie(headers, COOKIE).map(str::to_owned),
            address: told("x-forwarded-for").map_or_else(|| "127.0.0.1".to_owned(), first),
            origin: host.and_then(|host| Url::parse(&format!("{scheme}://{host}")).ok()),
        }
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The host of the origin, which is the RP ID.
    pub(super) fn rp_id(&self) -> &str {
        self.origin.as_ref().and_then(Url::host_str).unwrap_or_default()
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.method, parts.uri.path(), &parts.headers))
    }
}
