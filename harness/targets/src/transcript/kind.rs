//! One kind of answer.

use std::collections::{BTreeMap, BTreeSet};

use http::header;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::shape::Shape;
use crate::http::{Answer, DIALECT};

/// Which answers are of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind {
    /// The path with its variable segments.
    pub route: String,
    /// The method.
    pub method: String,
    /// The status.
    pub status: u16,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} -> {}", self.method, self.route, self.status)
    }
}

/// What the answers of a kind had.
#[derive(Debug, Default)]
pub(super) struct Seen {
    answers: usize,
    /// Each with the number of answers that had it.
    headers: BTreeMap<String, usize>,
    cookies: BTreeMap<String, usize>,
    types: BTreeSet<String>,
    body: Shape,
    /// There was a body that is no JSON, or none.
    other: BTreeSet<&'static str>,
}

impl Seen {
    pub(super) fn take(&mut self, answer: &Answer, literals: &[&str]) {
        self.answers += 1;
        let names: BTreeSet<&str> = answer.headers.keys().map(|name| name.as_str()).collect();
        for name in names.into_iter().filter(|name| !OF_TRANSPORT.contains(name)) {
            *self.headers.entry(name.to_owned()).or_default() += 1;
        }
        let lines = answer.headers.get_all(header::SET_COOKIE).iter();
        let cookies: BTreeSet<String> =
            lines.map(|line| cookie(&String::from_utf8_lossy(line.as_bytes()))).collect();
        for cookie in cookies {
            *self.cookies.entry(cookie).or_default() += 1;
        }
        self.types.extend(answer.content_type());
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(value) => self.body.take(&value, "", literals),
            Err(_) => {
                self.other.insert(if answer.body.is_empty() { "empty" } else { "text" });
            }
        }
    }

    pub(super) fn record(&self) -> Value {
        let counted = |all: &BTreeMap<String, usize>| {
            let marked = |(name, times): (&String, &usize)| match *times < self.answers {
                true => json!(format!("{name}?")),
                false => json!(name),
            };
            all.iter().map(marked).collect::<Vec<Value>>()
        };
        let mut record = Map::new();
        record.insert("headers".to_owned(), Value::Array(counted(&self.headers)));
        if !self.cookies.is_empty() {
            record.insert("cookies".to_owned(), Value::Array(counted(&self.cookies)));
        }
        let types: Vec<&str> = self.types.iter().map(String::as_str).collect();
        if !types.is_empty() {
            record.insert("type".to_owned(), json!(types.join(" | ")));
        }
        record.insert("body".to_owned(), self.body.record(&self.other));
        Value::Object(record)
    }
}

/// A cookie's name and its attributes, those with the values that are settings: `session; httponly; samesite=lax`.
fn cookie(line: &str) -> String {
    let mut parts = line.split(';').map(str::trim);
    let name = parts.next().and_then(|first| first.split_once('=')).map_or("", |(name, _)| name);
    let mut attributes: Vec<String> = parts
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let key = key.to_ascii_lowercase();
            let is_setting = matches!(key.as_str(), "samesite" | "path");
            if is_setting { format!("{key}={}", value.to_ascii_lowercase()) } else { key }
        })
        .collect();
    attributes.sort();
    attributes.insert(0, name.to_owned());
    attributes.join("; ")
}

/// Headers of the transport, and the one that marks a dialect.
const OF_TRANSPORT: [&str; 6] =
    ["connection", "content-length", "date", "keep-alive", "transfer-encoding", DIALECT];
