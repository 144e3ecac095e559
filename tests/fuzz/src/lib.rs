//! The bodies of the fuzz targets: each takes any bytes and panics where a promise is broken.
//!
//! One for each decoder, [`commands`] for sequences of commands, and [`usbip`] for what a server takes from a network. `tests/fuzz/run` drives them with libFuzzer; the
//! suites replay [`seeds`] and what was found before, without it.

pub mod attestation_object;
pub mod authdata;
pub mod cbor;
pub mod ceremonies;
pub mod client_data;
pub mod commands;
pub mod cose;
pub mod describe;
pub mod device;
pub mod dictionaries;
pub mod host;
pub mod messages;
pub mod profile;
pub mod scenario;
pub mod seeds;
mod shown;
mod twin;
pub mod u2f;
pub mod usbip;

/// A target: `targets/NAME.rs` runs it with libFuzzer.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As `cargo fuzz list` shows it.
    pub name: &'static str,
    /// Panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 17] = [
    Target { name: "attestation_object", run: attestation_object::parse },
    Target { name: "authdata", run: authdata::parse },
    Target { name: "cbor_read", run: cbor::read },
    Target { name: "cbor_write", run: cbor::write },
    Target { name: "ceremonies", run: ceremonies::verify },
    Target { name: "client_data", run: client_data::parse },
    Target { name: "commands", run: commands::sequence },
    Target { name: "cose", run: cose::key },
    Target { name: "describe", run: describe::any },
    Target { name: "device", run: device::any },
    Target { name: "dictionaries", run: dictionaries::read },
    Target { name: "host", run: host::any },
    Target { name: "messages", run: messages::decode },
    Target { name: "profile", run: profile::parse },
    Target { name: "scenario", run: scenario::load },
    Target { name: "u2f", run: u2f::messages },
    Target { name: "usbip", run: usbip::any },
];
