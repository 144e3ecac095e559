//! The reference server: a relying party of the project's own, right unless a flaw is switched on, and the target that drives it.

pub mod answer;
pub mod clock;
pub mod flaws;
mod page;
mod routes;
mod server;
pub mod site;
mod sites;
mod target;

pub use crate::serving::{Running, StartError};
pub use clock::Clock;
pub use flaws::{About, Ceremony, Flaw, Flaws, UnknownFlaw};
pub use server::{Server, Settings};
pub use target::ReferenceTarget;

#[cfg(test)]
mod tests;
