//! The named flaws of the reference server: each is one missing or wrong check, and nothing else.
//!
//! A flaw that is on changes what the server decides in one situation only, so that a scenario which fails with it proves
//! that it looks at that decision. What each does stands in the table (`flaws/table.rs`); where it takes effect is found by
//! searching for its variant.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

mod table;

pub use table::Flaw;

/// What is known of a flaw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The flaw.
    pub flaw: Flaw,
    /// `uv-not-checked-at-login`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One sentence: what the server does wrong.
    pub description: &'static str,
    /// In which ceremony it shows.
    pub ceremony: Ceremony,
    /// The check (as it stands in the answers' `error.check`) that is missing or wrong.
    pub check: &'static str,
    /// The anchor of the clause in WebAuthn Level 3, without `#`.
    pub anchor: &'static str,
}

/// In which ceremony a flaw shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ceremony {
    /// Registration (WebAuthn L3, section 7.1).
    Registration,
    /// Login (WebAuthn L3, section 7.2).
    Login,
    /// Both.
    Both,
}

/// No flaw has that name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no flaw is named `{name}`{}; `anykey flaws` lists them", nearest.map(|f| format!(" (did you mean `{f}`?)")).unwrap_or_default())]
pub struct UnknownFlaw {
    /// What was asked for.
    pub name: String,
    /// The flaw with the most similar name, if one is similar.
    pub nearest: Option<Flaw>,
}

impl Flaw {
    /// All flaws, in the table's order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        table::TABLE.iter().map(|about| about.flaw)
    }

    /// The flaw of that name.
    ///
    /// # Errors
    /// There is none; the error names the nearest.
    pub fn find(id: &str) -> Result<Self, UnknownFlaw> {
        if let Some(about) = table::TABLE.iter().find(|about| about.id == id) {
            return Ok(about.flaw);
        }
        let nearest = table::TABLE
            .iter()
            .map(|about| (likeness(id, about.id), about.flaw))
            .filter(|(likeness, _)| *likeness >= LIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, flaw)| flaw);
        Err(UnknownFlaw { name: id.to_owned(), nearest })
    }

    /// What is known of it.
    pub fn about(self) -> &'static About {
        &table::TABLE[self as usize]
    }

    /// `uv-not-checked-at-login`.
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// The URL of the clause that it breaks.
    pub fn spec(self) -> String {
        format!("https://www.w3.org/TR/webauthn-3/#{}", self.about().anchor)
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}

impl std::str::FromStr for Flaw {
    type Err = UnknownFlaw;

    fn from_str(text: &str) -> Result<Self, UnknownFlaw> {
        Self::find(text)
    }
}

impl Serialize for Flaw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Flaw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::find(&id).map_err(serde::de::Error::custom)
    }
}

/// A set of flaws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flaws(u64);

impl Flaws {
    /// No flaw: the server is as it should be.
    pub const NONE: Self = Self(0);

    /// Whether the flaw is on.
    pub fn has(self, flaw: Flaw) -> bool {
        self.0 & bit(flaw) != 0
    }

    /// Whether none is on.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are on, in the table's order.
    pub fn iter(self) -> impl Iterator<Item = Flaw> {
        Flaw::all().filter(move |flaw| self.has(*flaw))
    }
}

impl FromIterator<Flaw> for Flaws {
    fn from_iter<I: IntoIterator<Item = Flaw>>(flaws: I) -> Self {
        Self(flaws.into_iter().fold(0, |set, flaw| set | bit(flaw)))
    }
}

impl From<Flaw> for Flaws {
    fn from(flaw: Flaw) -> Self {
        Self(bit(flaw))
    }
}

impl Serialize for Flaws {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

fn bit(flaw: Flaw) -> u64 {
    1 << (flaw as u64)
}

/// 0 to 1: how similar two names are; a name that is part of the other is similar.
fn likeness(asked: &str, id: &str) -> f64 {
    let part = if asked.len() >= 3 && id.contains(asked) { 0.8 } else { 0.0 };
    strsim::normalized_damerau_levenshtein(asked, id).max(part)
}

/// From which likeness on a name is suggested.
const LIKE: f64 = 0.5;

#[cfg(test)]
mod tests;
