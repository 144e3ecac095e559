//! A borrowed view of any item, for members that this crate has no name for.

use core::fmt;

use super::error::CborError;
use super::read::{Key, Reader};

/// One well-formed CBOR item, unread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    raw: &'a [u8],
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An unsigned integer.
    Unsigned,
    /// A negative integer.
    Negative,
    /// A byte string.
    Bytes,
    /// A text string.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// A tagged item.
    Tag,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// Another simple value.
    Simple,
    /// A floating-point number of any width.
    Float,
}

impl<'a> Item<'a> {
    /// The first item of `bytes`; it must be well-formed, not canonical.
    pub fn first(bytes: &'a [u8]) -> Result<Self, CborError> {
        Reader::new(bytes).item()
    }

    /// `raw` is known to be exactly one well-formed item.
    pub(super) const fn from_checked(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The encoded bytes.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What the item is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        // An item is only made from well-formed bytes, for which peek succeeds.
        self.reader().peek().unwrap_or(Kind::Undefined)
    }

    /// A reader that stands before the item.
    #[must_use]
    pub fn reader(&self) -> Reader<'a> {
        Reader::new(self.raw)
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::describe::Diagnostic(self.raw))
    }
}

/// The entries of a decoded map whose keys the decoder did not know, in the order of the message.
///
/// It keeps the whole map, so nothing is copied and nothing is lost.
#[derive(Clone, Copy)]
pub struct Unknown<'a> {
    map: &'a [u8],
    known: &'static [(Key<'static>, &'static str)],
}

impl<'a> Unknown<'a> {
    /// No entries.
    pub const NONE: Self = Self { map: &[], known: &[] };

    /// The entries of the encoded `map` with other keys than the `known` ones, which are listed with their names.
    #[must_use]
    pub const fn beside(map: &'a [u8], known: &'static [(Key<'static>, &'static str)]) -> Self {
        Self { map, known }
    }

    /// The encoded map with its known entries; empty where nothing was decoded.
    #[must_use]
    pub const fn map(&self) -> &'a [u8] {
        self.map
    }

    /// The unknown entries as key and value. Ends early at an entry that is not well-formed.
    pub fn iter(&self) -> impl Iterator<Item = (Key<'a>, Item<'a>)> + use<'a> {
        let known = self.known;
        entries(self.map).filter(move |(key, _)| !known.iter().any(|(known, _)| known == key))
    }

    /// Whether every key was known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Default for Unknown<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Unknown<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Unknown<'_> {}

impl fmt::Debug for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The entries of an encoded map; none if `map` is something else.
fn entries<'a>(map: &'a [u8]) -> impl Iterator<Item = (Key<'a>, Item<'a>)> + use<'a> {
    let mut reader = Reader::new(map);
    let mut left = reader.map().map_or(Some(0), |map| map.size());
    core::iter::from_fn(move || {
        // Without a length the break ends the map: it is no key.
        if let Some(entries) = &mut left {
            *entries = entries.checked_sub(1)?;
        }
        let key = reader.key().ok()?;
        let value = reader.item().ok()?;
        Some((key, value))
    })
}
