//! One browser on 2FAuth's routes: the cookie that must come back as a header, and what an answer means.

use std::sync::atomic::{AtomicU32, Ordering};

use http::HeaderName;
use serde_json::Value;
use url::form_urlencoded;

use crate::http::{Agent, Answer, Body, Endpoint, Method, header};
use crate::target::TargetError;

/// The cookie whose value each request that changes something must have in a header.
const TOKEN_COOKIE: &str = "XSRF-TOKEN";
const TOKEN: HeaderName = HeaderName::from_static("x-xsrf-token");
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Addresses for tests of networks (RFC 2544): nobody has them.
const NETWORK: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const HOSTS: u32 = 1 << 17;

/// One browser.
#[derive(Debug)]
pub(super) struct Web {
    agent: Agent,
    /// The address that it gives itself: 2FAuth counts logins by address, and where it trusts a proxy, this one.
    address: String,
}

impl Web {
    /// A browser without cookies.
    pub(super) fn new(at: &Endpoint) -> Self {
        Self { agent: at.agent(), address: next_address() }
    }

    /// Sends one request and takes the answer, if it is one that says something of the request.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] for no answer, a rate limit, or a session that is not taken.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, TargetError> {
        self.ask_with(method, path, &[], body).await
    }

    /// The same with further headers.
    pub(super) async fn ask_with(
        &mut self,
        method: Method,
        path: &str,
        more: &[(HeaderName, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, TargetError> {
        let address = self.address.clone();
        let mut headers = vec![(header::ACCEPT, "application/json"), (FORWARDED, address.as_str())];
        if self.agent.jar().value(TOKEN_COOKIE).is_none() {
            let answer = self.agent.send(Method::GET, "refresh-csrf", &headers, Body::Empty).await?;
            if answer.status != 200 {
                return Err(TargetError::unexpected("200 with a CSRF token", &Method::GET, &answer));
            }
        }
        // It changes with many answers.
        let token = self.agent.jar().value(TOKEN_COOKIE).map(decoded);
        headers.extend(token.iter().map(|token| (TOKEN, token.as_str())));
        headers.extend_from_slice(more);
        let body = body.map_or(Body::Empty, Body::Json);
        let answer = self.agent.send(method.clone(), path, &headers, body).await?;
        match answer.status {
            419 => Err(unknown("2FAuth does not take the session's CSRF token (HTTP 419)".to_owned())),
            429 => Err(unknown(limited(&answer))),
            500.. => Err(TargetError::unexpected("an answer below 500", &method, &answer)),
            _ => Ok(answer),
        }
    }
}

/// A refusal, in the server's own words.
pub(super) fn refused(answer: &Answer) -> TargetError {
    TargetError::refused(answer, reason(answer))
}

pub(super) fn unknown(why: String) -> TargetError {
    TargetError::Unknown(why)
}

/// `message`, or better the first of `errors`, which is not shortened.
pub(super) fn reason(answer: &Answer) -> Option<String> {
    let said = answer.json().ok()?;
    let first = said["errors"].as_object().and_then(|errors| errors.values().next());
    let first = first.and_then(|texts| texts[0].as_str());
    first.or_else(|| said["message"].as_str()).map(str::to_owned)
}

/// A lock-out is not a word on keys.
fn limited(answer: &Answer) -> String {
    let said = reason(answer).unwrap_or_default();
    let wait = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = wait.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
    format!(
        "2FAuth limits the rate{wait} (HTTP 429: {said}): it takes ten logins a minute from one address, which is lifted by \
         TRUSTED_PROXIES=* (each user agent of the bench then counts for itself), and locks users after LOGIN_THROTTLE failures"
    )
}

/// A cookie's value as the page's script reads it.
fn decoded(value: &str) -> String {
    let pair = format!("v={}", value.replace('+', "%2B"));
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// No two browsers of a run have the same, as long as there are fewer than 131,072; runs begin anywhere.
fn next_address() -> String {
    static BROWSERS: AtomicU32 = AtomicU32::new(0);
    static BEGIN: std::sync::LazyLock<u32> = std::sync::LazyLock::new(rand::random);
    let number = BEGIN.wrapping_add(BROWSERS.fetch_add(1, Ordering::Relaxed)) % HOSTS;
    std::net::Ipv4Addr::from(NETWORK + number).to_string()
}
