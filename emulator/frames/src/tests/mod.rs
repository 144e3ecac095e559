//! Both ends against each other, and the device alone against packets that break the rules; time is stepped by hand.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod bench;
mod channels;
mod keepalive;
mod names;
mod noise;
mod sequence;
mod transfer;
