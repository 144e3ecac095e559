//! Reads a table member by member, so that one wrong member does not hide the next.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::Problem;

/// A table being read. What was not asked for by [`done`](Self::done) is an unknown member.
pub struct Members<'a, 'i> {
    table: &'a DeTable<'i>,
    span: Range<usize>,
    what: String,
    known: Vec<&'static str>,
    /// Members that nobody asked for are no problem.
    open: bool,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'a, 'i> Members<'a, 'i> {
    /// `what` names the table in messages: "a step".
    pub fn new(table: &'a DeTable<'i>, span: Range<usize>, what: impl Into<String>) -> Self {
        Self { table, span, what: what.into(), known: Vec::new(), open: false, problems: Vec::new() }
    }

    /// The value of a member with its place.
    pub fn value(&mut self, name: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(_, value)| value)
    }

    /// A member that may be missing.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.value(name)?;
        match T::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(read) => Some(read),
            Err(e) => {
                let at = e.span().unwrap_or_else(|| value.span());
                self.problem(at, format!("`{name}`: {}", e.message().trim_end()), None);
                None
            }
        }
    }

    /// A member that must be there.
    pub fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if self.value(name).is_none() {
            self.missing(name);
            return None;
        }
        self.optional(name)
    }

    /// A text that `parse` must understand.
    pub fn parsed<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text: String = self.optional(name)?;
        match parse(&text) {
            Ok(read) => Some(read),
            Err(why) => {
                let at = self.value(name).map_or(self.span.clone(), Spanned::span);
                self.problem(at, why, None);
                None
            }
        }
    }

    /// A list of texts that `parse` must understand, each with a place of its own.
    pub fn words<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let mut read = Vec::new();
        for item in self.items(name) {
            match item.get_ref().as_str().map(&parse) {
                Some(Ok(value)) => read.push(value),
                Some(Err(why)) => self.problem(item.span(), why, None),
                None => self.problem(item.span(), format!("`{name}` is a list of texts"), None),
            }
        }
        read
    }

    /// The tables of a member that is a list of tables (or one table), each with its place.
    pub fn tables(&mut self, name: &'static str) -> Vec<(&'a DeTable<'i>, Range<usize>)> {
        let mut read = Vec::new();
        for item in self.items(name) {
            match item.get_ref().as_table() {
                Some(table) => read.push((table, item.span())),
                None => self.problem(item.span(), format!("`{name}` holds tables"), None),
            }
        }
        read
    }

    /// A member of any form as JSON.
    pub fn json(&mut self, name: &'static str) -> Option<Value> {
        self.value(name).map(json)
    }

    /// Members that were not asked for, as JSON: they are known from now on.
    pub fn others(&mut self) -> Map<String, Value> {
        let mut others = Map::new();
        for (key, value) in self.table {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                others.insert(name.to_owned(), json(value));
            }
        }
        self.open = true;
        others
    }

    /// The table of a member.
    pub fn table(&mut self, name: &'static str) -> Option<(&'a DeTable<'i>, Range<usize>)> {
        let value = self.value(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.problem(value.span(), format!("`{name}` is a table"), None);
        }
        table.map(|t| (t, value.span()))
    }

    fn items(&mut self, name: &'static str) -> Vec<&'a Spanned<DeValue<'i>>> {
        let Some(value) = self.value(name) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            DeValue::Table(_) => vec![value],
            _ => {
                self.problem(value.span(), format!("`{name}` is a list"), None);
                Vec::new()
            }
        }
    }

    /// A member is missing.
    pub fn missing(&mut self, name: &str) {
        let what = format!("{} needs `{name}`", self.what);
        self.problem(self.head(), what, None);
    }

    /// Notes a problem.
    pub fn problem(&mut self, at: Range<usize>, what: String, help: Option<String>) {
        self.problems.push(Problem { what, at, help });
    }

    /// Notes a problem of the table as a whole.
    pub fn wrong(&mut self, what: String) {
        self.problem(self.head(), what, None);
    }

    /// Where a member stands, or the table.
    pub fn place(&mut self, name: &'static str) -> Range<usize> {
        self.value(name).map_or_else(|| self.head(), Spanned::span)
    }

    /// Every member that was not asked for is a problem; gives all problems of the table.
    pub fn done(mut self) -> Vec<Problem> {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !self.open && !self.known.contains(&name) {
                let what = format!("{} has no member `{name}`", self.what);
                let help =
                    nearest(name, self.known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                self.problems.push(Problem { what, at: key.span(), help });
            }
        }
        self.problems
    }

    fn head(&self) -> Range<usize> {
        self.span.start..self.span.end.min(self.span.start + 1).max(self.span.start)
    }
}

/// A TOML value as JSON; what JSON lacks is text.
pub fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map_or(Value::Null, Value::from),
        DeValue::Boolean(b) => Value::from(*b),
        DeValue::Array(items) => Value::Array(items.iter().map(json).collect()),
        DeValue::Table(table) => {
            Value::Object(table.iter().map(|(k, v)| (k.get_ref().to_string(), json(v))).collect())
        }
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Float(f) => Value::from(f.as_str()),
        DeValue::Datetime(time) => Value::from(time.to_string()),
    }
}

/// The name that is close enough to be what was meant.
pub fn nearest<'n>(name: &str, all: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    all.map(|other| (strsim::jaro_winkler(name, other), other))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}
