//! defguard, driven over the API of its web front end.
//!
//! Known to this module: a refused registration is an HTTP 500 with `{"msg":"Internal server error"}`, which is told apart from
//! a crash by the session that still works afterwards; a refused login is HTTP 400; user verification is always required and no
//! policy can be set; the user handle is a new one at each registration; keys are listed without their credential ids.

mod api;
mod built_in;
mod database;
mod error;
mod policy;
mod process;
mod reasons;
mod session;
mod site;
mod target;
mod wish;
mod wizard;

pub use built_in::BUILT_IN;
pub use error::DefguardError;
pub use target::{DefguardSettings, DefguardTarget};

#[cfg(test)]
mod tests;
