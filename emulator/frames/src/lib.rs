//! CTAPHID packets, both ends; no_std, no allocation:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#usb>.
//!
//! [`Device`] is the key's end and [`Host`] the client's; between them go [`Report`]s of 64 bytes, by whatever bus.
//! This crate knows channels, packets and their timing. It knows nothing of what a message says, and has no clock: time
//! is an argument.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod command;
mod config;
mod device;
mod host;
mod message;
mod outbox;
mod report;
#[cfg(test)]
mod tests;

pub use command::{Capabilities, Command, ErrorCode, Keepalive};
pub use config::Config;
pub use device::{Device, Event};
pub use host::{Host, HostEvent, InitReply};
pub use message::{Reports, TooLong};
pub use report::{Channel, Packet, Report};

/// Time since power-on, as the caller counts it. It never goes back.
pub type Uptime = core::time::Duration;

/// The longest message in bytes: 57 in the initialization packet and 59 in each of 128 continuation packets.
pub const MAX_MESSAGE: usize = report::INIT_DATA + 128 * report::CONT_DATA;
