//! Servers of our own that speak as others do: same routes, envelopes, status codes, cookies, policies and known deviations, over
//! `webauthn::verify`.
//!
//! Each is a room of its own. Where the real server does otherwise than the standard says, so does the dialect, on purpose; such a
//! place is marked `Differs:` with its evidence. Where dialect and real server differ, the dialect is wrong:
//! `tests/transcripts/NAME.json` has the real server's answers.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware;

use crate::http::DIALECT;
use crate::serving::{Place, Running, guard};

pub(crate) mod authelia;
pub(crate) mod defguard;
mod sessions;
pub(crate) mod twofauth;

pub(crate) use sessions::Sessions;

/// Serves a dialect: on loopback to local names only, and with a header by which a target knows that it is none of the real ones.
pub(crate) fn serve(place: Place, name: &'static str, router: Router) -> Running {
    let marked = middleware::map_response(move |mut answer: axum::response::Response| async move {
        answer.headers_mut().insert(DIALECT, HeaderValue::from_static(name));
        answer
    });
    let mut router = router.layer(DefaultBodyLimit::max(BODY_LIMIT)).layer(marked);
    if place.address().ip().is_loopback() {
        router = router.layer(middleware::from_fn(guard::local_names));
    }
    place.serve(router)
}

/// The value of a cookie that the request has.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// Above the largest response that a client makes.
const BODY_LIMIT: usize = 256 * 1024;

#[cfg(test)]
mod tests;
