//! Authelia, driven through the JSON API that its portal uses, as its reverse proxy would.
//!
//! Known to this module: users come from a file and a policy from the configuration, so each policy is a process of its own;
//! keys are registered and removed only after a one-time code, which comes by the notifier; the client never hears the reason
//! of a refusal, the log has it; a user who gave a password, or showed a passkey, is at level 1 and not at level 2.

mod attached;
mod binary;
mod built_in;
mod configuration;
mod error;
mod journal;
mod managed;
mod notifier;
mod policy;
mod process;
mod program;
mod server;
mod session;
mod site;
mod target;
mod wire;
mod wish;

pub use attached::AutheliaAttachment;
pub use built_in::BUILT_IN;
pub use error::AutheliaError;
pub use target::{AutheliaSettings, AutheliaTarget};

#[cfg(test)]
mod tests;
