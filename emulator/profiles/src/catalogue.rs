//! The models that come with AnyKey.

use std::fmt;
use std::sync::LazyLock;

use crate::entry::Entry;
use crate::read::nearest;
use crate::schema::parse;

/// File name and text of each model, in the order in which they are shown.
const FILES: [(&str, &str); 9] = [
    ("passkey.toml", include_str!("../data/passkey.toml")),
    ("yubikey-4.toml", include_str!("../data/yubikey-4.toml")),
    ("no-uv.toml", include_str!("../data/no-uv.toml")),
    ("yubikey-neo.toml", include_str!("../data/yubikey-neo.toml")),
    ("yubikey-5-nfc.toml", include_str!("../data/yubikey-5-nfc.toml")),
    ("epass-fido-nfc.toml", include_str!("../data/epass-fido-nfc.toml")),
    ("titan.toml", include_str!("../data/titan.toml")),
    ("windows-hello.toml", include_str!("../data/windows-hello.toml")),
    ("synced-passkey.toml", include_str!("../data/synced-passkey.toml")),
];

/// How many of them a run takes that names none.
const USUAL: usize = 3;

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    FILES
        .into_iter()
        .map(|(file, text)| match parse(file, text) {
            Ok(entry) => entry,
            // Part of the program, not input: a test reads each of them.
            Err(error) => panic!("a model of the catalogue is wrong: {error}"),
        })
        .collect()
});

/// All models, in the order in which they are shown.
pub fn all() -> &'static [Entry] {
    &ENTRIES
}

/// The models that a run takes that names none: few, and as unlike each other as keys are.
pub fn usual() -> &'static [Entry] {
    &ENTRIES[..USUAL]
}

/// The names of all models.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().iter().map(Entry::name)
}

/// The model of this name.
pub fn find(name: &str) -> Result<&'static Entry, Unknown> {
    all()
        .iter()
        .find(|entry| entry.name() == name)
        .ok_or_else(|| Unknown { name: name.to_owned(), nearest: nearest(name, names()) })
}

/// No model has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The name that was asked for.
    pub name: String,
    /// The known name most like it, if one is like it at all.
    pub nearest: Option<&'static str>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown key `{}`", self.name)?;
        match self.nearest {
            Some(near) => write!(f, "; did you mean `{near}`?"),
            None => write!(f, "; known keys: {}", names().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl std::error::Error for Unknown {}
