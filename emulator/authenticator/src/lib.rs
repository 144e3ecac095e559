//! The device's mind: a sans-I/O CTAP2 and U2F step machine; no_std, no allocation.

#![no_std]

pub mod platform;
pub mod profile;
