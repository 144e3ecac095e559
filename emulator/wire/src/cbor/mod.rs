//! The CBOR subset of CTAP2: a borrowed reader, a slice writer, and the canonical-form check.
//!
//! The heads are read and written by `minicbor`; this module adds what CTAP2 asks for on top:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#message-encoding>.

mod check;
mod error;
mod item;
mod read;
mod write;

pub use check::{MAX_DEPTH, MAX_LENIENT_DEPTH, check, check_exact};
pub use error::{CborError, ErrorKind, Overflow};
pub use item::{Item, Kind, Unknown};
pub use read::{ArrayReader, Key, MapReader, Reader};
pub use write::{MapWriter, Writer};
