//! Round trips, twin decoding by an unrelated CBOR crate, truncation at every byte, and arbitrary bytes.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod authdata;
mod cbor;
mod cose;
mod describe;
mod entities;
mod get_info;
mod messages;
mod pin;
mod status;
mod tpm;
mod twin;
mod u2f;
