//! Tests over the public interface, with an independent CBOR decoder and independent signature checks.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod attempts;
pub(crate) mod bench;
mod client;
mod client_pin;
mod config;
mod counters;
mod extensions;
mod faults;
mod get_assertion;
mod get_info;
mod key;
mod lists;
mod make_credential;
mod manage;
mod message;
mod next_assertion;
mod noise;
mod options;
mod policy;
mod reset;
mod token;
mod u2f;
mod verification;
mod waits;
