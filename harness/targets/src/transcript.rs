//! What a server answered, without what is random or secret: the measure of its dialect.
//!
//! An answer is kept once for each method, route and status: names of headers (not their values), of cookies their names and
//! attributes, the media type, and the shape of the JSON. What several answers of a kind have in different ways is merged: a
//! member that some lack has a `?`, texts and numbers are kept as they are only where the protocol has them as constants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::Value;
use url::Url;

use crate::http::Answer;
use crate::locked::locked;

mod file;
mod kind;
mod shape;

pub use file::{FileError, Transcript, Unproven};
pub use kind::Kind;

use kind::Seen;

/// What a transcript has to know of the server.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The paths with their variable segments, `/api/v1/user/{username}`. A path that none fits is kept as it is.
    pub routes: &'static [&'static str],
    /// Members of JSON whose texts are constants of this server's protocol, beside those of WebAuthn.
    pub literals: &'static [&'static str],
}

/// Keeps what comes over the connections that it was given to ([`crate::http::HttpClient::recorded`]). Clones share what is kept.
#[derive(Clone, Debug)]
pub struct Recorder {
    reading: Reading,
    seen: Arc<Mutex<BTreeMap<Kind, Seen>>>,
}

impl Recorder {
    /// Nothing is kept yet.
    pub fn new(reading: Reading) -> Self {
        Self { reading, seen: Arc::default() }
    }

    /// Keeps an answer.
    pub(crate) fn note(&self, method: &Method, url: &Url, answer: &Answer) {
        let route = route(self.reading.routes, url.path());
        let kind = Kind { route, method: method.to_string(), status: answer.status };
        let mut seen = locked(&self.seen);
        seen.entry(kind).or_default().take(answer, self.reading.literals);
    }

    /// What was kept until now, each kind of answer with its record.
    pub fn answers(&self) -> BTreeMap<Kind, Value> {
        let seen = locked(&self.seen);
        seen.iter().map(|(kind, seen)| (kind.clone(), seen.record())).collect()
    }
}

/// The route with the fewest variable segments that fits the path, or the path.
fn route(routes: &[&str], path: &str) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    let variable = |segment: &str| segment.starts_with('{');
    let fits = |route: &&&str| {
        let own: Vec<&str> = route.split('/').collect();
        own.len() == segments.len() && own.iter().zip(&segments).all(|(own, is)| variable(own) || own == is)
    };
    let best =
        routes.iter().filter(fits).min_by_key(|route| route.split('/').filter(|s| variable(s)).count());
    best.map_or(path, |route| route).to_owned()
}

#[cfg(test)]
mod tests;
