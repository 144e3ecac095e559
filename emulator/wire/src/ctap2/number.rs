//! Numbers that the specification gives names to.

/// Makes a number of one kind with its names; every value is representable, named or not.
macro_rules! numbers {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($constant:ident = $value:literal $text:literal $doc:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(pub u64);

        impl $name {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// Every number that has a name, in ascending order.
            pub const NAMED: &'static [Self] = &[$(Self($value)),*];

            /// The name that the specification gives, `None` for a value without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{name} (0x{:02x})", self.0),
                    None => write!(f, "0x{:02x}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }

        impl<'a> $crate::ctap2::Value<'a> for $name {
            const EMPTY: Self = Self(0);

            fn read(
                reader: &mut $crate::cbor::Reader<'a>,
                member: &'static str,
            ) -> Result<Self, $crate::DecodeError> {
                <u64 as $crate::ctap2::Value>::read(reader, member).map(Self)
            }

            fn write(&self, writer: &mut $crate::cbor::Writer<'_>) -> Result<(), $crate::cbor::Overflow> {
                writer.uint(self.0)
            }
        }
    };
}

pub(crate) use numbers;
