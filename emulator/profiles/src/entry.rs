//! A device model with what is known about it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use authenticator::profile::Profile;
use miette::Diagnostic;

use crate::problem::ProfileError;
use crate::schema::parse;
use crate::words::Words;

/// A device model, where it comes from, and the text that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The model.
    pub profile: Profile,
    /// One line about it.
    pub summary: String,
    /// Where its facts come from.
    pub source: Source,
    /// The TOML text it was read from.
    pub text: Cow<'static, str>,
}

impl Entry {
    /// The model's name.
    pub fn name(&self) -> &str {
        self.profile.name.as_str()
    }
}

/// Where the facts of a model come from. Every file has to say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind of evidence.
    pub kind: Kind,
    /// What was taken from where, and what was not.
    pub note: String,
    /// Documents that can be read.
    pub links: Vec<String>,
}

/// The kind of evidence behind a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `metadata-statement`: published in the FIDO metadata service.
    MetadataStatement,
    /// `vendor-documentation`: what the maker publishes.
    VendorDocumentation,
    /// `observed`: answers of a real key.
    Observed,
    /// `own-design`: no product, a model of ours.
    OwnDesign,
}

impl Words for Kind {
    const WHAT: &'static str = "kind of source";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("metadata-statement", Self::MetadataStatement),
        ("vendor-documentation", Self::VendorDocumentation),
        ("observed", Self::Observed),
        ("own-design", Self::OwnDesign),
    ];
}

/// Why a profile file gave nothing.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum LoadError {
    /// The file could not be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file was read, and something is wrong with it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wrong(#[from] ProfileError),
}

/// Reads a model of a user's own.
pub fn load_file(path: impl AsRef<Path>) -> Result<Entry, LoadError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path)
        .map_err(|error| LoadError::Unreadable { path: path.to_owned(), error })?;
    Ok(parse(&path.display().to_string(), text)?)
}
