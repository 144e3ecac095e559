//! Scenario files to scenarios, strictly: every problem of every file at once, each with its place.

mod members;
mod policy;
mod problem;
mod scenario;
mod set;
mod step;
mod tamper;

pub use members::{Members, json, nearest};
pub use problem::{FileError, LoadError, Problem};
pub use set::{Source, scenarios};

#[cfg(test)]
mod tests;
