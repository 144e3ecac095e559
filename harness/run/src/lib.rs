//! From scenario and key to verdict: stage, steps, judge.
//!
//! [`run`] takes a [`RunPlan`] and emits events to sinks. A case is one scenario with one key in one manner: it gets a site, accounts,
//! keys and user agents of its own, does the scenario's steps, judges each on the bench's own evidence, and ends in a verdict.

pub mod attached;
mod case;
pub mod catalogue;
mod certificates;
mod describe;
mod evidence;
mod keys;
mod runner;
mod seed;
mod stage;
mod steps;
mod stop;
mod tamper;

pub use catalogue::CatalogueError;
pub use keys::{KeyModel, has};
pub use runner::{RunPlan, run};
pub use stop::Stop;

#[cfg(test)]
mod tests;
