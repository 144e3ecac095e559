//! Why a message could not be decoded, and the status a key answers with.

use core::fmt;

use crate::cbor::{CborError, ErrorKind, Overflow};
use crate::status::Status;

/// A member of a message that is missing or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// The member as the specification spells it, with its parents (`rp.id`), or what stands for the whole
    /// message (`request`).
    pub member: &'static str,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is required and not there.
    Missing,
    /// It has this length in bytes, which is not allowed.
    Length(usize),
    /// It has this value, which is not known here.
    Value(u16),
    /// It is another type, or not well-formed.
    Cbor(CborError),
}

impl DecodeError {
    /// A required member that is not there.
    #[must_use]
    pub const fn missing(member: &'static str) -> Self {
        Self { member, why: Why::Missing }
    }

    /// A member of a length that is not allowed.
    #[must_use]
    pub const fn length(member: &'static str, len: usize) -> Self {
        Self { member, why: Why::Length(len) }
    }

    /// A member of a value that is not known here.
    #[must_use]
    pub(crate) const fn value(member: &'static str, value: u16) -> Self {
        Self { member, why: Why::Value(value) }
    }

    /// The status that a key answers a request with.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self.why {
            Why::Missing => Status::MISSING_PARAMETER,
            Why::Length(_) => Status::INVALID_LENGTH,
            Why::Value(_) => Status::INVALID_PARAMETER,
            Why::Cbor(CborError { kind: ErrorKind::Type, .. }) => Status::CBOR_UNEXPECTED_TYPE,
            Why::Cbor(_) => Status::INVALID_CBOR,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Missing => write!(f, "{} is missing", self.member),
            Why::Value(value) => write!(f, "{} is {value:#06x}, which is not known here", self.member),
            Why::Length(len) => write!(f, "{} has a length of {len} bytes", self.member),
            Why::Cbor(error) => write!(f, "{}: {error}", self.member),
        }
    }
}

impl core::error::Error for DecodeError {}

impl From<DecodeError> for Status {
    fn from(error: DecodeError) -> Self {
        error.status()
    }
}

impl From<CborError> for Status {
    fn from(error: CborError) -> Self {
        DecodeError { member: "", why: Why::Cbor(error) }.status()
    }
}

impl From<Overflow> for Status {
    /// A reply that does not fit its buffer has no status of its own.
    fn from(_: Overflow) -> Self {
        Self::OTHER
    }
}

/// Names the member that a CBOR error belongs to.
pub trait Named<T> {
    /// Adds the member's name.
    fn named(self, member: &'static str) -> Result<T, DecodeError>;
}

impl<T> Named<T> for Result<T, CborError> {
    fn named(self, member: &'static str) -> Result<T, DecodeError> {
        self.map_err(|error| DecodeError { member, why: Why::Cbor(error) })
    }
}

/// Takes exactly `N` bytes.
pub(crate) fn exact<'a, const N: usize>(
    bytes: &'a [u8],
    member: &'static str,
) -> Result<&'a [u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::length(member, bytes.len()))
}

/// Takes a required member.
pub(crate) fn required<T>(value: Option<T>, member: &'static str) -> Result<T, DecodeError> {
    value.ok_or(DecodeError::missing(member))
}
