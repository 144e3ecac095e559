//! A server that is described in a file: requests, where the options are in the answers, what accepted and refused look
//! like. The format is documented in docs/targets.md.
//!
//! Known to this module: the format. Unknown to it: every server.

mod ask;
mod clean;
mod connect;
mod description;
mod error;
mod load;
mod perform;
mod policy;
mod rule;
mod session;
mod site;
mod start;
mod target;
mod template;
mod trace;
mod values;

pub use description::Description;
pub use error::DeclaredError;
pub use target::{DeclaredSettings, DeclaredTarget};
pub use trace::{Step, Trace};

#[cfg(test)]
mod tests;
