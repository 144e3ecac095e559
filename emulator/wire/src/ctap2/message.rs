//! What a member of a message can be, and the macro that turns a table of members into a codec.

use core::fmt;

use crate::cbor::{CborError, ErrorKind, Item, Key, Overflow, Reader, Unknown, Writer};
use crate::cose::Alg;
use crate::error::{DecodeError, Named, exact};

/// What a member of a message can be.
pub trait Value<'a>: Copy {
    /// The value with nothing in it, for struct update syntax.
    const EMPTY: Self;

    /// Reads one item; `member` names it in errors.
    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError>;

    /// Writes one item in canonical form.
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow>;
}

impl<'a> Value<'a> for bool {
    const EMPTY: Self = false;

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.bool().named(member)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.bool(*self)
    }
}

impl<'a> Value<'a> for u64 {
    const EMPTY: Self = 0;

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.uint().named(member)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.uint(*self)
    }
}

impl<'a> Value<'a> for Alg {
    const EMPTY: Self = Self(0);

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.int_as().named(member).map(Self)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.int(self.0)
    }
}

impl<'a> Value<'a> for &'a str {
    const EMPTY: Self = "";

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.text().named(member)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.text(self)
    }
}

impl<'a> Value<'a> for &'a [u8] {
    const EMPTY: Self = &[];

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.bytes().named(member)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.bytes(self)
    }
}

impl<'a, const N: usize> Value<'a> for &'a [u8; N] {
    const EMPTY: Self = &[0; N];

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        exact(reader.bytes().named(member)?, member)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.bytes(*self)
    }
}

/// A map that is kept as it is encoded, such as extension inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawMap<'a>(&'a [u8]);

impl<'a> RawMap<'a> {
    /// Takes exactly one encoded map.
    pub fn new(map: &'a [u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(map);
        reader.raw_map()?;
        reader.end()?;
        Ok(Self(map))
    }

    /// The encoded bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The entries in the order of the message.
    pub fn iter(&self) -> impl Iterator<Item = (Key<'a>, Item<'a>)> + use<'a> {
        Unknown::beside(self.0, &[]).iter()
    }

    /// The value of a key; of two equal keys the first.
    pub fn find<'k>(&self, key: impl Into<Key<'k>>) -> Option<Item<'a>> {
        let wanted = key.into();
        self.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value)
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl fmt::Debug for RawMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'a> Value<'a> for RawMap<'a> {
    const EMPTY: Self = Self(&[0xa0]);

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        reader.raw_map().named(member).map(Self)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.raw(self.0)
    }
}

/// Enters a map and hands each key with its value to `take`, which must read exactly one item. Returns the
/// encoded map.
pub(crate) fn read_map<'a>(
    reader: &mut Reader<'a>,
    member: &'static str,
    mut take: impl FnMut(Key<'a>, &mut Reader<'a>) -> Result<(), DecodeError>,
) -> Result<&'a [u8], DecodeError> {
    let whole = reader.rest();
    let begin = reader.position();
    let mut map = reader.map().named(member)?;
    while let Some(key) = map.next().named(member)? {
        let before = map.value().position();
        take(key, map.value())?;
        if map.value().position() == before {
            return Err(CborError::new(ErrorKind::Malformed, before)).named(member);
        }
    }
    Ok(whole.get(..reader.position() - begin).unwrap_or_default())
}

/// Makes a struct of members with its codec.
///
/// The table lists the members in canonical key order:
/// `required|optional KEY field: Type = "specName";`. `by ints` or `by texts` says what the keys are.
macro_rules! members {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $label:literal by $keys:ident {
            $($(#[$doc:meta])* $presence:ident $key:literal $field:ident: $type:ty = $member:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis struct $name<'a> {
            $($(#[$doc])* $vis $field: $crate::ctap2::message::members!(@$presence $type),)*
            /// Members without a name here; kept by decoding, not written by encoding.
            $vis unknown: $crate::cbor::Unknown<'a>,
        }

        impl<'a> $name<'a> {
            /// The keys of the members and their names as the specification spells them.
            $vis const MEMBERS: &'static [($crate::cbor::Key<'static>, &'static str)] = &[
                $(($crate::ctap2::message::members!(@key $keys $key), $member),)*
            ];

            /// No optional member, and required ones that are empty, for struct update syntax.
            $vis const EMPTY: Self = Self {
                $($field: $crate::ctap2::message::members!(@empty $presence $type),)*
                unknown: $crate::cbor::Unknown::NONE,
            };

            /// Decodes a map that fills `bytes`, canonical or not. Of equal keys the last one counts.
            $vis fn decode(bytes: &'a [u8]) -> Result<Self, $crate::DecodeError> {
                let mut reader = $crate::cbor::Reader::new(bytes);
                let message = <Self as $crate::ctap2::Value>::read(&mut reader, $label)?;
                $crate::Named::named(reader.end(), $label)?;
                Ok(message)
            }
        }

        impl Default for $name<'_> {
            fn default() -> Self {
                Self::EMPTY
            }
        }

        impl<'a> $crate::ctap2::Value<'a> for $name<'a> {
            const EMPTY: Self = Self::EMPTY;

            fn read(
                reader: &mut $crate::cbor::Reader<'a>,
                member: &'static str,
            ) -> Result<Self, $crate::DecodeError> {
                $(let mut $field: Option<$type> = None;)*
                let map = $crate::ctap2::message::read_map(reader, member, |key, value| {
                    $(if key == $crate::cbor::Key::from($key) {
                        $field = Some(<$type as $crate::ctap2::Value>::read(value, $member)?);
                        return Ok(());
                    })*
                    $crate::Named::named(value.item().map(drop), member)
                })?;
                Ok(Self {
                    $($field: $crate::ctap2::message::members!(@take $presence $field $member),)*
                    unknown: $crate::cbor::Unknown::beside(map, Self::MEMBERS),
                })
            }

            fn write(&self, writer: &mut $crate::cbor::Writer<'_>) -> Result<(), $crate::cbor::Overflow> {
                let mut map = writer.entries()?;
                $($crate::ctap2::message::members!(@write $presence map $key self.$field);)*
                map.end()
            }
        }
    };
    (@key ints $key:literal) => { $crate::cbor::Key::Int($key) };
    (@key texts $key:literal) => { $crate::cbor::Key::Text($key) };
    (@required $type:ty) => { $type };
    (@optional $type:ty) => { Option<$type> };
    (@empty required $type:ty) => { <$type as $crate::ctap2::Value>::EMPTY };
    (@empty optional $type:ty) => { None };
    (@take required $field:ident $member:literal) => { $crate::error::required($field, $member)? };
    (@take optional $field:ident $member:literal) => { $field };
    (@write required $map:ident $key:literal $value:expr) => {
        $crate::ctap2::Value::write(&$value, $map.entry($key)?)?
    };
    (@write optional $map:ident $key:literal $value:expr) => {
        if let Some(value) = &$value {
            $crate::ctap2::Value::write(value, $map.entry($key)?)?;
        }
    };
}

pub(crate) use members;
