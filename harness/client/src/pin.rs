//! PIN and built-in user verification as a browser plans and asks for them.

pub(crate) mod client_pin;
pub(crate) mod plan;
pub(crate) mod protocol;
mod verify;

pub use client_pin::PinRetries;
pub(crate) use plan::Way;
pub(crate) use verify::{LEAST_PIN, Proof, Purpose};
