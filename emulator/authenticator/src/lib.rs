//! The device's mind: a sans-I/O CTAP2 and U2F step machine; no_std, no allocation.
//!
//! [`Authenticator`] owns state and nothing else. Time is an argument, the user is an [`Input`], cryptography and storage
//! are a [`Platform`](platform::Platform) handed in per call. It knows neither USB nor files nor device models: a model is
//! a [`Profile`](profile::Profile).
//!
//! Each command is `prepare` (every check, over a view that cannot change anything), zero or more waits for the user, then
//! `complete` (the reply is built, one atomic batch is stored, the reply is returned).

#![no_std]

#[cfg(test)]
extern crate std;

pub mod attestation;
mod command;
mod counter;
mod credential;
mod event;
mod extension;
mod look;
mod machine;
mod pending;
mod pin;
pub mod platform;
pub mod preset;
pub mod profile;
mod prompt;
mod record;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod text;

pub use event::{Ask, Channel, Input, Step, Uptime, UserAct, Waiting};
pub use machine::Authenticator;
pub use wire::{MAX_MESSAGE, Protocol};
