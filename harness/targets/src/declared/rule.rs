//! What an answer looks like.

use std::fmt;

use serde_json::Value;

use crate::http::Answer;

/// An answer, read once.
#[derive(Debug)]
pub(super) struct Read<'a> {
    pub(super) answer: &'a Answer,
    /// The body, if it is JSON.
    pub(super) json: Option<Value>,
}

/// Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rule {
    /// One of these statuses, from and to; empty: any.
    pub(super) status: Vec<(u16, u16)>,
    /// What stands at JSON pointers; a list: one of its members.
    pub(super) equals: Vec<(String, Value)>,
    /// JSON pointers where something other than null stands.
    pub(super) has: Vec<String>,
    /// JSON pointers where nothing stands, or null.
    pub(super) lacks: Vec<String>,
    /// Texts that the body contains, upper and lower case alike.
    pub(super) contains: Vec<String>,
}

impl<'a> Read<'a> {
    pub(super) fn of(answer: &'a Answer) -> Self {
        Self { answer, json: serde_json::from_slice(&answer.body).ok() }
    }

    /// What stands at a pointer; null counts as nothing.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.json.as_ref()?.pointer(pointer).filter(|value| !value.is_null())
    }
}

impl Rule {
    /// Whether the answer looks like that.
    pub(super) fn fits(&self, read: &Read<'_>) -> bool {
        let status = read.answer.status;
        (self.status.is_empty() || self.status.iter().any(|(from, to)| (*from..=*to).contains(&status)))
            && self.equals.iter().all(|(pointer, wanted)| is(read.at(pointer), wanted))
            && self.has.iter().all(|pointer| read.at(pointer).is_some())
            && self.lacks.iter().all(|pointer| read.at(pointer).is_none())
            && self
                .contains
                .iter()
                .all(|text| read.answer.text().to_lowercase().contains(&text.to_lowercase()))
    }
}

/// Whether a value is the wanted one, or one of the wanted list; null is nothing.
pub(super) fn is(value: Option<&Value>, wanted: &Value) -> bool {
    let value = value.unwrap_or(&Value::Null);
    match wanted {
        Value::Array(all) if !value.is_array() => all.contains(value),
        one => value == one,
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let status = |(from, to): &(u16, u16)| match from == to {
            true => from.to_string(),
            false => format!("{from}-{to}"),
        };
        if !self.status.is_empty() {
            parts.push(format!("HTTP {}", self.status.iter().map(status).collect::<Vec<_>>().join(" or ")));
        }
        parts.extend(self.equals.iter().map(|(pointer, value)| match value {
            Value::Array(all) => {
                let all: Vec<String> = all.iter().map(Value::to_string).collect();
                format!("`{pointer}` is {}", all.join(" or "))
            }
            one => format!("`{pointer}` is {one}"),
        }));
        parts.extend(self.has.iter().map(|pointer| format!("`{pointer}` is there")));
        parts.extend(self.lacks.iter().map(|pointer| format!("`{pointer}` is not there")));
        parts.extend(self.contains.iter().map(|text| format!("the body contains `{text}`")));
        f.write_str(&if parts.is_empty() { "any answer".to_owned() } else { parts.join(", ") })
    }
}
