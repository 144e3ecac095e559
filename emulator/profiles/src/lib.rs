//! Device models as data: TOML to `Profile`, with provenance, and the catalogue.
//!
//! * [`names`], [`all`], [`find`], [`usual`]: the models that come with AnyKey.
//! * [`load_file`], [`parse`]: models of a user's own. Every problem of a file is reported at once, with its place.
//! * [`Override`]: single settings changed, from scenario data, under the same rules as a file.
//! * [`Shown`]: a model in words, for JSON and tables.

mod aaguid;
mod catalogue;
mod check;
mod entry;
mod features;
mod overrides;
mod problem;
mod read;
mod schema;
mod shown;
mod words;

pub use aaguid::Aaguid;
pub use catalogue::{Unknown, all, find, names, usual};
pub use entry::{Entry, Kind, LoadError, Source, load_file};
pub use features::{Extension, FeaturesOverride, ShownFeatures};
pub use overrides::{Override, OverrideError};
pub use problem::{Problem, ProfileError};
pub use schema::parse;
pub use shown::{Shown, ShownCtap2, ShownSource, ShownU2f, ShownUsb};
pub use words::{Told, Transport, Version, Word, Words};

#[cfg(test)]
mod tests;
