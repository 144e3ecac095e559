//! Small parts that several sections have.

use std::path::Path;

use http::HeaderName;
use plan::load::{Members, json};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::call::{Defaults, calls};
use super::names::Names;
use crate::declared::description::{Given, Rows};
use crate::declared::rule::Rule;
use crate::declared::template::{Template, Text};

/// Rules of a member, a table or several, of which any has to hold.
pub(super) fn rules(m: &mut Members<'_, '_>, name: &'static str) -> Option<Vec<Rule>> {
    m.value(name)?;
    let mut read = Vec::new();
    for (table, span) in m.tables(name) {
        let mut inner = Members::new(table, span, format!("`{name}`"));
        read.push(rule_members(&mut inner));
        m.problems.extend(inner.done());
    }
    Some(read)
}

/// The members of a rule.
pub(super) fn rule_members(m: &mut Members<'_, '_>) -> Rule {
    Rule {
        status: statuses(m),
        equals: conditions(m, "equals"),
        has: pointers(m, "has"),
        lacks: pointers(m, "lacks"),
        contains: list(m, "contains"),
    }
}

fn statuses(m: &mut Members<'_, '_>) -> Vec<(u16, u16)> {
    let Some(value) = m.value("status") else { return Vec::new() };
    let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut read = Vec::new();
    for item in items {
        let text = match json(item) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let (from, to) = text.split_once('-').unwrap_or((&text, &text));
        match (from.trim().parse(), to.trim().parse()) {
            (Ok(from), Ok(to)) => read.push((from, to)),
            _ => m.problem(item.span(), format!("`{text}` is no status: 200, or \"200-299\""), None),
        }
    }
    read
}

/// A text, or a list of them.
pub(super) fn list(m: &mut Members<'_, '_>, name: &'static str) -> Vec<String> {
    match m.value(name).map(|value| value.get_ref().as_str().map(str::to_owned)) {
        Some(Some(text)) => vec![text],
        Some(None) => m.words(name, |text| Ok(text.to_owned())),
        None => Vec::new(),
    }
}

/// A JSON pointer, or a list of them.
pub(super) fn pointers(m: &mut Members<'_, '_>, name: &'static str) -> Vec<String> {
    let read = list(m, name);
    let at = m.place(name);
    for wrong in read.iter().filter(|text| !is_pointer(text)) {
        m.problem(at.clone(), no_pointer(wrong), None);
    }
    read
}

/// A JSON pointer.
pub(super) fn pointer(m: &mut Members<'_, '_>, name: &'static str) -> Option<String> {
    m.parsed(name, |text| if is_pointer(text) { Ok(text.to_owned()) } else { Err(no_pointer(text)) })
}

/// Values by JSON pointer.
pub(super) fn conditions(m: &mut Members<'_, '_>, name: &'static str) -> Vec<(String, Value)> {
    let Some((table, _)) = m.table(name) else { return Vec::new() };
    let mut read = Vec::new();
    for (key, value) in table {
        let pointer: &str = key.get_ref();
        if !is_pointer(pointer) {
            m.problem(key.span(), no_pointer(pointer), None);
        }
        read.push((pointer.to_owned(), json(value)));
    }
    read
}

/// RFC 6901: empty, or begins with `/`.
pub(super) fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

pub(super) fn no_pointer(text: &str) -> String {
    format!("`{text}` is no JSON pointer, which looks like /result/value/0")
}

/// Headers of requests.
pub(super) fn headers(m: &mut Members<'_, '_>, names: &Names) -> Vec<(HeaderName, Text)> {
    let at = m.place("headers");
    let mut read = Vec::new();
    for (name, text) in names.texts(m, "headers") {
        match name.parse() {
            Ok(name) => read.push((name, text)),
            Err(_) => m.problem(at.clone(), format!("`{name}` is no name of a header"), None),
        }
    }
    read
}

/// Texts that are given from outside. `secret`: they do not stand in the file.
pub(super) fn given(
    m: &mut Members<'_, '_>,
    name: &'static str,
    folder: &Path,
    secret: bool,
) -> Vec<(String, Given)> {
    let Some((table, _)) = m.table(name) else { return Vec::new() };
    let mut read = Vec::new();
    for (key, value) in table {
        let one = match value.get_ref() {
            DeValue::Table(table) => {
                let mut inner = Members::new(table, value.span(), format!("`{}`", key.get_ref()));
                let given = Given {
                    env: inner.optional("env"),
                    file: inner.optional::<String>("file").map(|path| folder.join(path)),
                    random: secret && inner.optional("random").unwrap_or(false),
                    or: if secret { None } else { inner.optional("or") },
                    what: inner.optional("what"),
                };
                m.problems.extend(inner.done());
                given
            }
            DeValue::String(text) if !secret => {
                Given { env: None, file: None, random: false, or: Some(text.to_string()), what: None }
            }
            _ if secret => {
                let what = "a secret does not stand here: name what holds it, { env = \"NAME\" } or { file = \"PATH\" }";
                m.problem(value.span(), what.to_owned(), None);
                continue;
            }
            _ => {
                m.problem(value.span(), format!("`{}` is a text or a table", key.get_ref()), None);
                continue;
            }
        };
        read.push((key.get_ref().to_string(), one));
    }
    read
}

/// Requests, and the rows in the answer of the last one.
pub(super) fn rows(
    m: &mut Members<'_, '_>,
    section: &str,
    names: &Names,
    defaults: &Defaults,
) -> Option<Rows> {
    let calls = calls(m, "ask", &format!("{section}.ask"), &mut names.clone(), defaults);
    if calls.is_empty() {
        m.missing("ask");
        return None;
    }
    Some(Rows {
        calls,
        each: pointer(m, "each"),
        only: templates(m, "only", names),
        unless: templates(m, "unless", names),
    })
}

/// Values to be filled in, by JSON pointer.
fn templates(m: &mut Members<'_, '_>, name: &'static str, names: &Names) -> Vec<(String, Template)> {
    let pointers = conditions(m, name);
    let Some((table, _)) = m.table(name) else { return Vec::new() };
    let value = |pointer: &String| table.iter().find(|(key, _)| key.get_ref().as_ref() == pointer.as_str());
    let mut read = Vec::new();
    for (pointer, _) in pointers {
        if let Some((_, value)) = value(&pointer) {
            read.push((pointer, names.template(value, &mut m.problems)));
        }
    }
    read
}

/// A table of the file, read with its own members.
pub(super) fn section<'a, 'i, T>(
    m: &mut Members<'a, 'i>,
    name: &'static str,
    read: impl FnOnce(&mut Members<'a, 'i>) -> Option<T>,
) -> Option<T> {
    let (table, span): (&'a DeTable<'i>, _) = m.table(name)?;
    let mut inner = Members::new(table, span, format!("`{name}`"));
    let value = read(&mut inner);
    m.problems.extend(inner.done());
    value
}
