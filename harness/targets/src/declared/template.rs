//! Texts with places that are filled in: `${name}`, `${name/pointer}`, `${name?}`, `${name|filter}`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// What names stand for.
pub(super) type Scope = BTreeMap<String, Value>;

/// A text with places that are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Plain(String),
    Slot(Slot),
}

/// A place to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The variable.
    pub(super) name: String,
    /// A JSON pointer into its value; empty: the whole.
    pub(super) pointer: String,
    /// May be missing.
    optional: bool,
    filters: Vec<Filter>,
}

/// What is made of a value on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    /// Text to the base64url of its UTF-8 bytes.
    Base64Url,
    /// Base64url to base64 with padding.
    Base64,
    /// Base64url to hexadecimal digits.
    Hex,
    /// Any value to its JSON text.
    Json,
    /// Upper case to lower case.
    Lower,
    /// Without hyphens, as some servers write UUIDs.
    Bare,
    /// A list to its members with spaces between.
    Spaces,
    /// A list to its members with commas between.
    Commas,
}

const FILTERS: [(&str, Filter); 8] = [
    ("base64url", Filter::Base64Url),
    ("base64", Filter::Base64),
    ("hex", Filter::Hex),
    ("json", Filter::Json),
    ("lower", Filter::Lower),
    ("bare", Filter::Bare),
    ("spaces", Filter::Spaces),
    ("commas", Filter::Commas),
];

/// JSON whose texts are filled in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Template {
    /// Filled in. A text that is one place alone becomes what it stands for, whatever its type.
    Text(Text),
    /// As it is.
    Plain(Value),
    /// A list.
    List(Vec<Template>),
    /// An object. A member that is one place alone, may be missing and is, is left out.
    Object(Vec<(String, Template)>),
}

impl Text {
    /// Reads a text; `$${` stands for `${`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            if let Some(before) = before.strip_suffix('$') {
                plain.push_str(before);
                plain.push_str("${");
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            plain.push_str(before);
            let inner = after.get(2..).unwrap_or_default();
            let end = inner.find('}').ok_or_else(|| format!("`{after}` has no `}}`"))?;
            if !plain.is_empty() {
                parts.push(Part::Plain(std::mem::take(&mut plain)));
            }
            parts.push(Part::Slot(Slot::parse(inner.get(..end).unwrap_or_default())?));
            rest = inner.get(end + 1..).unwrap_or_default();
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        Ok(Self(parts))
    }

    /// The places.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(slot),
            Part::Plain(_) => None,
        })
    }

    /// What a text that is one place alone stands for, or the text; `None`: a place alone that is missing and may be.
    ///
    /// # Errors
    /// The name of what is missing.
    pub(super) fn value(&self, scope: &Scope) -> Result<Option<Value>, String> {
        match self.0.as_slice() {
            [Part::Slot(slot)] => slot.value(scope),
            _ => self.text(scope).map(|text| Some(Value::String(text))),
        }
    }

    /// The text; what is missing and may be is empty.
    ///
    /// # Errors
    /// The name of what is missing.
    pub(super) fn text(&self, scope: &Scope) -> Result<String, String> {
        self.joined(scope, |value| value)
    }

    /// The text as a path: what is filled in is one segment, or one value of a query.
    ///
    /// # Errors
    /// The name of what is missing.
    pub(super) fn path(&self, scope: &Scope) -> Result<String, String> {
        self.joined(scope, |value| segment(&value))
    }

    /// The text, or `None` where it is one place alone that is missing and may be.
    ///
    /// # Errors
    /// The name of what is missing.
    pub(super) fn if_there(&self, scope: &Scope) -> Result<Option<String>, String> {
        Ok(self.value(scope)?.map(|value| plain(&value)))
    }

    fn joined(&self, scope: &Scope, encode: impl Fn(String) -> String) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::Slot(slot) => {
                    text.push_str(&slot.value(scope)?.map(|v| encode(plain(&v))).unwrap_or_default())
                }
            }
        }
        Ok(text)
    }
}

impl Slot {
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split('|');
        let whole = words.next().unwrap_or_default();
        let (whole, optional) = match whole.strip_suffix('?') {
            Some(whole) => (whole, true),
            None => (whole, false),
        };
        let (name, pointer) = whole.find('/').map_or((whole, ""), |at| whole.split_at(at));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(format!("`${{{text}}}`: a name is of a-z, 0-9 and `-`"));
        }
        let filter = |word: &str| {
            let found = FILTERS.iter().find(|(name, _)| *name == word).map(|(_, filter)| *filter);
            found.ok_or_else(|| {
                let all: Vec<&str> = FILTERS.iter().map(|(name, _)| *name).collect();
                format!("there is no filter `{word}`; there are {}", all.join(", "))
            })
        };
        let filters = words.map(filter).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), pointer: pointer.to_owned(), optional, filters })
    }

    fn value(&self, scope: &Scope) -> Result<Option<Value>, String> {
        let found = scope.get(&self.name).and_then(|value| value.pointer(&self.pointer));
        let Some(found) = found.filter(|value| !value.is_null()) else {
            return if self.optional { Ok(None) } else { Err(format!("{}{}", self.name, self.pointer)) };
        };
        let value = self.filters.iter().fold(found.clone(), |value, filter| filter.apply(value));
        Ok(Some(value))
    }
}

impl Filter {
    /// What cannot be decoded stays as it is: a tampered response is sent as it was made.
    fn apply(self, value: Value) -> Value {
        let decoded = |value: &Value| URL_SAFE_NO_PAD.decode(plain(value)).ok();
        Value::String(match self {
            Self::Base64Url => URL_SAFE_NO_PAD.encode(plain(&value)),
            Self::Base64 => decoded(&value).map_or_else(|| plain(&value), |bytes| STANDARD.encode(bytes)),
            Self::Hex => decoded(&value).map_or_else(|| plain(&value), hex::encode),
            Self::Json => value.to_string(),
            Self::Lower => plain(&value).to_lowercase(),
            Self::Bare => match value {
                Value::Array(all) => return Value::Array(all.into_iter().map(|v| self.apply(v)).collect()),
                other => plain(&other).replace('-', ""),
            },
            Self::Spaces => members(&value).join(" "),
            Self::Commas => members(&value).join(","),
        })
    }
}

impl Template {
    /// Filled in; `None`: left out.
    ///
    /// # Errors
    /// The name of what is missing.
    pub(super) fn value(&self, scope: &Scope) -> Result<Option<Value>, String> {
        Ok(Some(match self {
            Self::Text(text) => return text.value(scope),
            Self::Plain(value) => value.clone(),
            Self::List(items) => {
                let mut list = Vec::new();
                for item in items {
                    list.extend(item.value(scope)?);
                }
                Value::Array(list)
            }
            Self::Object(members) => {
                let mut object = Map::new();
                for (name, member) in members {
                    if let Some(value) = member.value(scope)? {
                        object.insert(name.clone(), value);
                    }
                }
                Value::Object(object)
            }
        }))
    }
}

/// A value as text: texts without quotes, everything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn members(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().map(plain).collect(),
        one => vec![plain(one)],
    }
}

/// A text as one segment of a path or one value of a query.
fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => encoded.push(char::from(byte)),
            // A dot too: a segment of dots alone would be resolved away.
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
