//! CTAP2, U2F, COSE and TPM structures, both directions; no_std, no allocation.
//!
//! This crate owns the bytes: what a message looks like on the wire. It knows nothing of keys, stores,
//! users, transports or policy. A client encodes requests and decodes responses; a key decodes requests and
//! encodes responses; both use the same types. Decoding borrows from the message; encoding writes into a
//! slice and fails with [`Overflow`] when it is full.
//!
//! Decoding is lenient about canonical form and keeps unknown members, so that a bench can see nonsense;
//! [`cbor::check`] is the strict pass that a key puts before it.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;
#[cfg(test)]
mod tests;

pub mod authdata;
pub mod cbor;
pub mod cose;
pub mod ctap2;
pub mod describe;
mod error;
mod status;
pub mod tpm;
pub mod u2f;

pub use crate::cbor::Overflow;
pub use crate::cose::Alg;
pub use crate::error::{DecodeError, Named, Why};
pub use crate::status::Status;

/// Which message family a request belongs to: CTAPHID_MSG carries CTAP1, CTAPHID_CBOR carries CTAP2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// U2F raw messages (ISO 7816 APDUs).
    Ctap1,
    /// A command byte followed by CBOR.
    Ctap2,
}

/// The largest message in bytes that CTAPHID can carry:
/// 57 in the initialization packet and 59 in each of 128 continuation packets.
pub const MAX_MESSAGE: usize = 7609;
