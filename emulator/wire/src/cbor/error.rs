//! What can be wrong with a piece of CBOR.

use core::fmt;

/// Why an item could not be read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CborError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Offset of the offending item in the bytes given to the reader or the check.
    pub at: usize,
}

/// What is wrong with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input ends inside an item.
    Truncated,
    /// A well-formed item of another type than the reader asked for.
    Type,
    /// An integer outside the range that the reader asked for.
    Range,
    /// A text string that is not UTF-8.
    Utf8,
    /// A reserved head, a `break` outside an indefinite-length item, or a chunk of another type.
    Malformed,
    /// Nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or in lenient reading than
    /// [`MAX_LENIENT_DEPTH`](super::MAX_LENIENT_DEPTH).
    TooDeep,
    /// Not canonical: an integer or a length that is not in its shortest form.
    NotShortest,
    /// Not canonical: an indefinite-length string, array or map.
    Indefinite,
    /// Not canonical: a tag.
    Tag,
    /// Not canonical: map keys out of order.
    Unsorted,
    /// Not canonical: a map key that occurs twice.
    Duplicate,
    /// Bytes after the item.
    Trailing,
}

impl CborError {
    /// Names a fault at an offset.
    #[must_use]
    pub const fn new(kind: ErrorKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// Translates an error of the underlying decoder; `at` is where the item began.
    pub(super) fn from_minicbor(error: &minicbor::decode::Error, at: usize) -> Self {
        let kind = if error.is_end_of_input() {
            ErrorKind::Truncated
        } else if error.is_type_mismatch() {
            ErrorKind::Type
        } else {
            ErrorKind::Range
        };
        Self { kind, at }
    }
}

impl fmt::Display for CborError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::Truncated => "input ends inside an item",
            ErrorKind::Type => "unexpected type",
            ErrorKind::Range => "integer out of range",
            ErrorKind::Utf8 => "text is not UTF-8",
            ErrorKind::Malformed => "malformed item",
            ErrorKind::TooDeep => "nested too deeply",
            ErrorKind::NotShortest => "not in its shortest form",
            ErrorKind::Indefinite => "indefinite length",
            ErrorKind::Tag => "tag",
            ErrorKind::Unsorted => "map keys out of order",
            ErrorKind::Duplicate => "duplicate map key",
            ErrorKind::Trailing => "trailing bytes",
        };
        write!(f, "{what} at byte {}", self.at)
    }
}

impl core::error::Error for CborError {}

/// The output slice is too short for what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the output buffer is too short")
    }
}

impl core::error::Error for Overflow {}
