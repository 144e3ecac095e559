//! `[supports]` and `[[lacks]]`.

use plan::Policy;
use plan::load::{Members, json, nearest};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::declared::policy::{ANCHORS, Lack, Supports, Words, object};

/// What of policies can be set.
pub(super) fn supports(m: &mut Members<'_, '_>) -> Supports {
    let mut supports = Supports::default();
    if m.value("supports").is_some_and(|value| value.get_ref().as_str() == Some("all")) {
        supports.members = members().into_iter().map(|member| (member, Words::Any)).collect();
    } else if let Some((table, _)) = m.table("supports") {
        for (key, value) in table {
            let member: &str = key.get_ref();
            if let Some(help) = unknown(member) {
                m.problem(key.span(), format!("a policy has no member `{member}`"), help);
            }
            match words(value) {
                Some(words) => drop(supports.members.insert(member.to_owned(), words)),
                None => m.problem(
                    value.span(),
                    format!("`{member}` is true, a list of values, or a table from the bench's words to the server's"),
                    None,
                ),
            }
        }
    }
    for (table, span) in m.tables("lacks") {
        let mut inner = Members::new(table, span, "what a server `lacks`");
        let when = inner.table("when").map(|(table, _)| conditions(&mut inner, table));
        let why = inner.required("why");
        if when.as_ref().is_none_or(Vec::is_empty) {
            inner.missing("when");
        }
        if let (Some(when), Some(why)) = (when, why) {
            supports.lacks.push(Lack { when, why });
        }
        m.problems.extend(inner.done());
    }
    supports
}

fn conditions(m: &mut Members<'_, '_>, table: &DeTable<'_>) -> Vec<(String, Value)> {
    let mut read = Vec::new();
    for (key, value) in table {
        let member: &str = key.get_ref();
        if let Some(help) = unknown(member) {
            m.problem(key.span(), format!("a policy has no member `{member}`"), help);
        }
        read.push((member.to_owned(), json(value)));
    }
    read
}

fn words(value: &Spanned<DeValue<'_>>) -> Option<Words> {
    let word = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match json(value) {
        Value::Bool(true) => Some(Words::Any),
        Value::Array(list) => {
            Some(Words::Map(list.into_iter().map(|value| (word(value.clone()), Some(value))).collect()))
        }
        Value::Object(map) => {
            let to = |value: Value| if value == Value::Bool(false) { None } else { Some(value) };
            Some(Words::Map(map.into_iter().map(|(bench, value)| (bench, to(value))).collect()))
        }
        _ => None,
    }
}

/// Why there is no such member: the outer `None` says that there is one.
fn unknown(member: &str) -> Option<Option<String>> {
    let all = members();
    if all.iter().any(|known| known == member) {
        return None;
    }
    Some(nearest(member, all.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?")))
}

fn members() -> Vec<String> {
    let mut all: Vec<String> = object(&Policy::default()).into_iter().map(|(name, _)| name).collect();
    all.push(ANCHORS.to_owned());
    all
}
