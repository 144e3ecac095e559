//! The lenient reader: takes any well-formed CBOR, canonical or not, except strings of indefinite length
//! where a string is asked for.

use minicbor::Decoder;
use minicbor::data::Type;

use super::check;
use super::error::{CborError, ErrorKind};
use super::item::{Item, Kind};

/// Reads items one after the other from a slice and borrows from it.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    decoder: Decoder<'a>,
}

/// A map key as CTAP uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// An integer that fits 64 bits with sign.
    Int(i64),
    /// A text string.
    Text(&'a str),
    /// Anything else; CTAP defines no such key.
    Other(Item<'a>),
}

impl From<i64> for Key<'_> {
    fn from(key: i64) -> Self {
        Self::Int(key)
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(key: &'a str) -> Self {
        Self::Text(key)
    }
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { decoder: Decoder::new(bytes) }
    }

    /// Offset of the next item.
    #[must_use]
    pub fn position(&self) -> usize {
        self.decoder.position()
    }

    /// The bytes not yet read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.decoder.input().get(self.position()..).unwrap_or_default()
    }

    /// Fails if bytes are left.
    pub fn end(&self) -> Result<(), CborError> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(CborError::new(ErrorKind::Trailing, self.position()))
        }
    }

    /// The kind of the next item, which stays unread.
    pub fn peek(&self) -> Result<Kind, CborError> {
        let at = self.position();
        let kind = self.decoder.datatype().map_err(|error| CborError::from_minicbor(&error, at))?;
        Kind::from_minicbor(kind).ok_or(CborError::new(ErrorKind::Malformed, at))
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64, CborError> {
        self.take(Decoder::u64)
    }

    /// An unsigned integer that fits a smaller type.
    pub fn uint_as<T: TryFrom<u64>>(&mut self) -> Result<T, CborError> {
        let at = self.position();
        T::try_from(self.uint()?).map_err(|_| CborError::new(ErrorKind::Range, at))
    }

    /// An integer that fits 64 bits with sign.
    pub fn int(&mut self) -> Result<i64, CborError> {
        let at = self.position();
        let value = self.any_int()?;
        i64::try_from(value).map_err(|_| CborError::new(ErrorKind::Range, at))
    }

    /// An integer of any size that CBOR has.
    pub fn any_int(&mut self) -> Result<i128, CborError> {
        self.take(Decoder::int).map(i128::from)
    }

    /// An integer that fits a smaller type.
    pub fn int_as<T: TryFrom<i64>>(&mut self) -> Result<T, CborError> {
        let at = self.position();
        T::try_from(self.int()?).map_err(|_| CborError::new(ErrorKind::Range, at))
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, CborError> {
        self.take(Decoder::bool)
    }

    /// A byte string of definite length.
    pub fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        self.take(Decoder::bytes)
    }

    /// A text string of definite length.
    pub fn text(&mut self) -> Result<&'a str, CborError> {
        let at = self.position();
        check::text(&mut self.decoder, at)
    }

    /// `null`.
    pub fn null(&mut self) -> Result<(), CborError> {
        self.take(Decoder::null)
    }

    /// A simple value other than the named ones.
    pub fn simple(&mut self) -> Result<u8, CborError> {
        self.take(Decoder::simple)
    }

    /// A tag; the tagged item is the next one.
    pub fn tag(&mut self) -> Result<u64, CborError> {
        self.take(Decoder::tag).map(|tag| tag.as_u64())
    }

    /// A floating-point number of any width.
    pub fn float(&mut self) -> Result<f64, CborError> {
        let at = self.position();
        match self.decoder.datatype().map_err(|error| CborError::from_minicbor(&error, at))? {
            Type::F16 => match self.raw()? {
                [_, hi, lo] => Ok(f64::from(half(u16::from_be_bytes([*hi, *lo])))),
                _ => Err(CborError::new(ErrorKind::Truncated, at)),
            },
            Type::F32 => self.take(Decoder::f32).map(f64::from),
            _ => self.take(Decoder::f64),
        }
    }

    /// Any item, unread inside.
    pub fn item(&mut self) -> Result<Item<'a>, CborError> {
        let at = self.position();
        check::skip(&mut self.decoder)?;
        Ok(Item::from_checked(self.decoder.input().get(at..self.position()).unwrap_or_default()))
    }

    /// The raw bytes of any item.
    pub fn raw(&mut self) -> Result<&'a [u8], CborError> {
        self.item().map(|item| item.raw())
    }

    /// The raw bytes of a map; anything else is a type error.
    pub fn raw_map(&mut self) -> Result<&'a [u8], CborError> {
        match self.peek()? {
            Kind::Map => self.raw(),
            _ => Err(CborError::new(ErrorKind::Type, self.position())),
        }
    }

    /// Enters a map.
    pub fn map(&mut self) -> Result<MapReader<'_, 'a>, CborError> {
        let len = self.take(Decoder::map)?;
        Ok(MapReader { reader: self, len, seen: 0 })
    }

    /// Enters an array.
    pub fn array(&mut self) -> Result<ArrayReader<'_, 'a>, CborError> {
        let len = self.take(Decoder::array)?;
        Ok(ArrayReader { reader: self, len, seen: 0 })
    }

    /// A map key; any item will do.
    pub(super) fn key(&mut self) -> Result<Key<'a>, CborError> {
        let mut probe = self.clone();
        let key = match self.peek()? {
            Kind::Text => probe.text().map(Key::Text),
            Kind::Unsigned | Kind::Negative => probe.int().map(Key::Int),
            _ => return self.item().map(Key::Other),
        };
        match key {
            Ok(key) => {
                *self = probe;
                Ok(key)
            }
            // An integer beyond 64 bits with sign, or text in chunks.
            Err(_) => self.item().map(Key::Other),
        }
    }

    fn take<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'a>) -> Result<T, minicbor::decode::Error>,
    ) -> Result<T, CborError> {
        let at = self.position();
        read(&mut self.decoder).map_err(|error| CborError::from_minicbor(&error, at))
    }
}

/// Walks the entries of a map: [`next`](Self::next) reads a key, then [`value`](Self::value) must be used to
/// read exactly one item.
#[derive(Debug)]
pub struct MapReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    len: Option<u64>,
    seen: u64,
}

impl<'a> MapReader<'_, 'a> {
    /// The next key, `None` after the last entry.
    #[allow(clippy::should_implement_trait)] // fallible, and lends the reader between two steps
    pub fn next(&mut self) -> Result<Option<Key<'a>>, CborError> {
        if !check::more(&mut self.reader.decoder, self.len, self.seen)? {
            return Ok(None);
        }
        self.seen += 1;
        self.reader.key().map(Some)
    }

    /// The number of entries at the beginning, `None` where the map has an indefinite length.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.len
    }

    /// The reader, standing at the value of the key just read.
    pub fn value(&mut self) -> &mut Reader<'a> {
        self.reader
    }
}

/// Walks the elements of an array: while [`next`](Self::next) gives a reader, exactly one item is read from it.
#[derive(Debug)]
pub struct ArrayReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    len: Option<u64>,
    seen: u64,
}

impl<'a> ArrayReader<'_, 'a> {
    /// The number of elements at the beginning, `None` where the array has an indefinite length.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.len
    }

    /// The reader, standing at the next element, `None` after the last one.
    #[allow(clippy::should_implement_trait)] // fallible, and lends the reader between two steps
    pub fn next(&mut self) -> Result<Option<&mut Reader<'a>>, CborError> {
        if !check::more(&mut self.reader.decoder, self.len, self.seen)? {
            return Ok(None);
        }
        self.seen += 1;
        Ok(Some(self.reader))
    }

    /// The bytes not yet read, which begin with the elements that are left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }
}

/// A half-precision number (IEEE 754 binary16).
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = bits & 0x3ff;
    let magnitude = match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => (f32::from(fraction) * f32::from_bits(0x3380_0000)).to_bits(),
        0x1f => 0x7f80_0000 | u32::from(fraction) << 13,
        _ => (exponent + 112) << 23 | u32::from(fraction) << 13,
    };
    f32::from_bits(sign | magnitude)
}

impl Kind {
    fn from_minicbor(kind: Type) -> Option<Self> {
        Some(match kind {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => Self::Unsigned,
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => Self::Negative,
            Type::Bytes | Type::BytesIndef => Self::Bytes,
            Type::String | Type::StringIndef => Self::Text,
            Type::Array | Type::ArrayIndef => Self::Array,
            Type::Map | Type::MapIndef => Self::Map,
            Type::Tag => Self::Tag,
            Type::Bool => Self::Bool,
            Type::Null => Self::Null,
            Type::Undefined => Self::Undefined,
            Type::Simple => Self::Simple,
            Type::F16 | Type::F32 | Type::F64 => Self::Float,
            Type::Break | Type::Unknown(_) => return None,
        })
    }
}
