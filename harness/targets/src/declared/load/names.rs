//! The names that a text may use at its place in the file.

use std::collections::BTreeSet;
use std::ops::Range;

use plan::Policy;
use plan::load::{Members, Problem, nearest};
use toml::Spanned;
use toml::de::DeValue;

use crate::declared::policy::{ANCHORS, object};
use crate::declared::template::{Slot, Template, Text};

/// The names that are known here.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// From here on there are these, too.
    pub(super) fn add<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.0.extend(names.into_iter().map(str::to_owned));
    }

    /// These and others.
    pub(super) fn with<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut all = self.clone();
        all.add(names);
        all
    }

    /// These and those of others.
    pub(super) fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// Whether there is such a name.
    pub(super) fn contain(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// A text of the file, its places checked.
    pub(super) fn parse(&self, text: &str, at: Range<usize>, problems: &mut Vec<Problem>) -> Option<Text> {
        let mut problem = |what: String, help: Option<String>| {
            problems.push(Problem { what, at: at.clone(), help });
        };
        let read = match Text::parse(text) {
            Ok(read) => read,
            Err(what) => {
                problem(what, None);
                return None;
            }
        };
        for slot in read.slots() {
            if let Some((what, help)) = self.wrong(slot) {
                problem(what, help);
            }
        }
        Some(read)
    }

    fn wrong(&self, slot: &Slot) -> Option<(String, Option<String>)> {
        if !self.contain(&slot.name) {
            let near = nearest(&slot.name, self.0.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", self.0.iter().cloned().collect::<Vec<_>>().join(", ")),
            };
            return Some((format!("nothing is named `{}` here", slot.name), Some(help)));
        }
        if !matches!(slot.name.as_str(), "policy" | "bench-policy") {
            return None;
        }
        let member = slot.pointer.split('/').nth(1)?;
        let mut members: Vec<String> = object(&Policy::default()).into_iter().map(|(name, _)| name).collect();
        members.push(ANCHORS.to_owned());
        if members.iter().any(|known| known == member) {
            return None;
        }
        let help =
            nearest(member, members.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        Some((format!("a policy has no member `{member}`"), help))
    }

    /// A member that is a text.
    pub(super) fn text(&self, m: &mut Members<'_, '_>, name: &'static str) -> Option<Text> {
        let value = m.value(name)?;
        match value.get_ref().as_str() {
            Some(text) => self.parse(text, value.span(), &mut m.problems),
            None => {
                m.problem(value.span(), format!("`{name}` is a text"), None);
                None
            }
        }
    }

    /// Any value, its texts checked.
    pub(super) fn template(&self, value: &Spanned<DeValue<'_>>, problems: &mut Vec<Problem>) -> Template {
        match value.get_ref() {
            DeValue::String(text) => {
                self.parse(text, value.span(), problems).map_or(Template::Plain("".into()), Template::Text)
            }
            DeValue::Array(items) => {
                Template::List(items.iter().map(|item| self.template(item, problems)).collect())
            }
            DeValue::Table(table) => {
                let member = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                    let name: &std::borrow::Cow<'_, str> = name.get_ref();
                    (name.to_string(), self.template(value, problems))
                };
                Template::Object(table.iter().map(member).collect())
            }
            _ => Template::Plain(plan::load::json(value)),
        }
    }

    /// A table of texts.
    pub(super) fn texts(&self, m: &mut Members<'_, '_>, name: &'static str) -> Vec<(String, Text)> {
        let Some((table, _)) = m.table(name) else { return Vec::new() };
        let mut read = Vec::new();
        for (key, value) in table {
            match value.get_ref().as_str() {
                Some(text) => {
                    let text = self.parse(text, value.span(), &mut m.problems);
                    read.extend(text.map(|text| (key.get_ref().to_string(), text)));
                }
                None => m.problem(value.span(), format!("`{name}` holds texts"), None),
            }
        }
        read
    }
}
