//! Reading of TOML tables that notes every problem and goes on.
//!
//! A field is known because it was asked for: [`Fields::finish`] reports every other one, with the nearest known name.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;
use crate::words::Words;

/// The text of a file and what was found wrong with it so far.
pub(crate) struct Notes<'t> {
    text: &'t str,
    pub(crate) problems: Vec<Problem>,
    /// Dotted names of the fields that have a problem of their own.
    bad: Vec<String>,
}

impl<'t> Notes<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new(), bad: Vec::new() }
    }

    /// Notes a problem of `field`, a dotted name.
    pub(crate) fn note(
        &mut self,
        field: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.bad.push(field.into());
        self.problems.push(Problem::new(self.text, span, message.into(), help));
    }

    /// The field, or the table around it, has a problem of its own: what it says cannot be compared with other fields.
    pub(crate) fn is_bad(&self, field: &str) -> bool {
        self.bad.iter().any(|bad| {
            field.strip_prefix(bad.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// A value with its place.
#[derive(Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// One table, being read.
pub(crate) struct Fields<'d, 'i> {
    table: &'d DeTable<'i>,
    /// Dotted name of the table with a dot at its end; empty for the file itself.
    path: String,
    /// Where a missing field is reported: the table's head.
    span: Range<usize>,
    known: Vec<&'static str>,
}

impl<'d, 'i> Fields<'d, 'i> {
    pub(crate) fn root(table: &'d DeTable<'i>) -> Self {
        Self { table, path: String::new(), span: 0..0, known: Vec::new() }
    }

    /// The field is written in the file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Notes that a field's value will not do.
    pub(crate) fn refuse(
        &self,
        notes: &mut Notes<'_>,
        name: &str,
        span: Range<usize>,
        message: &str,
        help: &str,
    ) {
        notes.note(format!("{}{name}", self.path), span, message, Some(help.to_owned()));
    }

    fn get(&mut self, name: &'static str) -> Option<&'d Spanned<DeValue<'i>>> {
        self.known.push(name);
        self.table.get(name)
    }

    /// Notes that a field is missing.
    pub(crate) fn missing(&self, notes: &mut Notes<'_>, name: &str, help: impl Into<String>) {
        let field = format!("{}{name}", self.path);
        let message = format!("`{field}` is missing");
        notes.note(field, self.span.clone(), message, Some(help.into()));
    }

    fn wrong(&self, notes: &mut Notes<'_>, name: &str, value: &Spanned<DeValue<'_>>, want: &str) {
        let field = format!("{}{name}", self.path);
        let message = format!("`{field}` is {want}, found {}", article(value.get_ref().type_str()));
        notes.note(field, value.span(), message, None);
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, notes: &mut Notes<'_>, name: &'static str) -> Option<Placed<&'d str>> {
        let value = self.get(name)?;
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                let field = format!("{}{name}", self.path);
                notes.note(field.clone(), value.span(), format!("`{field}` is empty"), None);
                None
            }
            Some(text) => Some(Placed { value: text, span: value.span() }),
            None => {
                self.wrong(notes, name, value, "a text");
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, notes: &mut Notes<'_>, name: &'static str) -> Option<bool> {
        let value = self.get(name)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(notes, name, value, "`true` or `false`");
        }
        flag
    }

    /// A whole number in `range`.
    pub(crate) fn number<T: TryFrom<i64>>(
        &mut self,
        notes: &mut Notes<'_>,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong(notes, name, value, "a whole number");
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let fits = number.filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        if fits.is_none() {
            let field = format!("{}{name}", self.path);
            let message = format!("`{field}` is {} to {}, found {integer}", range.start(), range.end());
            notes.note(field, value.span(), message, None);
        }
        fits
    }

    /// A list of whole numbers in `range`, none twice.
    pub(crate) fn numbers<T: TryFrom<i64> + PartialEq>(
        &mut self,
        notes: &mut Notes<'_>,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<Vec<T>> {
        let value = self.get(name)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(notes, name, value, "a list of whole numbers");
            return None;
        };
        let field = format!("{}{name}", self.path);
        let mut numbers = Vec::new();
        for item in array.iter() {
            let Some(integer) = item.get_ref().as_integer() else {
                self.wrong(notes, name, item, "a list of whole numbers");
                continue;
            };
            let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
            match number.filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok()) {
                None => {
                    let message =
                        format!("`{field}` lists {} to {}, found {integer}", range.start(), range.end());
                    notes.note(field.clone(), item.span(), message, None);
                }
                Some(number) if numbers.contains(&number) => {
                    notes.note(field.clone(), item.span(), format!("{integer} is listed twice"), None);
                }
                Some(number) => numbers.push(number),
            }
        }
        Some(numbers)
    }

    /// One word of a kind.
    pub(crate) fn word<T: Words>(&mut self, notes: &mut Notes<'_>, name: &'static str) -> Option<T> {
        let text = self.text(notes, name)?;
        one_word(notes, format!("{}{name}", self.path), &text)
    }

    /// A list of words of a kind, none twice; the words that are fine, `None` if there is no list.
    pub(crate) fn words<T: Words>(&mut self, notes: &mut Notes<'_>, name: &'static str) -> Option<Vec<T>> {
        let texts = self.texts(notes, name)?;
        let mut words: Vec<T> = Vec::new();
        for text in texts {
            let field = format!("{}{name}", self.path);
            let Some(word) = one_word(notes, field.clone(), &text) else { continue };
            if words.contains(&word) {
                notes.note(field, text.span, format!("`{}` is listed twice", text.value), None);
            } else {
                words.push(word);
            }
        }
        Some(words)
    }

    /// A list of texts.
    pub(crate) fn texts(
        &mut self,
        notes: &mut Notes<'_>,
        name: &'static str,
    ) -> Option<Vec<Placed<&'d str>>> {
        let value = self.get(name)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(notes, name, value, "a list of texts");
            return None;
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Placed { value: text, span: item.span() }),
                None => self.wrong(notes, name, item, "a list of texts"),
            }
        }
        Some(texts)
    }

    /// A table below this one.
    pub(crate) fn table(&mut self, notes: &mut Notes<'_>, name: &'static str) -> Option<Fields<'d, 'i>> {
        let value = self.get(name)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(notes, name, value, &format!("a table `[{name}]`"));
            return None;
        };
        // The name where it is written: the span of a table's content may cover much more.
        let span = self.table.get_key_value(name).map_or_else(|| value.span(), |(key, _)| key.span());
        Some(Fields { table, path: format!("{}{name}.", self.path), span, known: Vec::new() })
    }

    /// Reports the fields that nobody asked for.
    pub(crate) fn finish(self, notes: &mut Notes<'_>) {
        for key in self.table.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref())) {
            let help = match nearest(key.get_ref(), self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", self.known.join(", ")),
            };
            let field = format!("{}{}", self.path, key.get_ref());
            notes.note(field.clone(), key.span(), format!("unknown field `{field}`"), Some(help));
        }
    }
}

fn one_word<T: Words>(notes: &mut Notes<'_>, field: String, text: &Placed<&str>) -> Option<T> {
    let word = T::of(text.value);
    if word.is_none() {
        let help = match nearest(text.value, T::WORDS.iter().map(|(word, _)| *word)) {
            Some(near) => format!("did you mean `{near}`? known: {}", T::list()),
            None => format!("known: {}", T::list()),
        };
        notes.note(field, text.span.clone(), format!("unknown {} `{}`", T::WHAT, text.value), Some(help));
    }
    word
}

/// The candidate most like `name`, if one is like it at all.
pub(crate) fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let name = name.to_lowercase().replace('_', "-");
    candidates
        .map(|candidate| {
            (strsim::jaro_winkler(&name, &candidate.to_lowercase().replace('_', "-")), candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        // Of equals the first.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
