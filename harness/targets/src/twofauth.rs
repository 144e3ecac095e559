//! 2FAuth, driven through the requests that its own pages make.
//!
//! Known to this module: a key takes the password's place, so a login names the user and asks for nothing else; the policy is
//! in environment variables, so another policy is another process; a refused login is HTTP 401 without a reason, a refused
//! registration HTTP 422 with one; ten requests a minute per client address is hard-coded for all logins.

mod account;
mod built_in;
mod deeds;
mod environment;
mod error;
mod ground;
mod home;
mod mail;
mod policy;
mod process;
mod reading;
mod recovery;
mod server;
mod session;
mod site;
mod target;
mod web;
mod wish;

pub use built_in::BUILT_IN;
pub use error::TwofauthError;
pub use reading::READING;
pub use target::{TwofauthSettings, TwofauthTarget};

#[cfg(test)]
mod tests;
