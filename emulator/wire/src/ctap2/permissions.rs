//! The permissions of a pinUvAuthToken:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#pinUvAuthToken-permissions>.

use core::fmt;

use super::message::Value;
use crate::cbor::{Overflow, Reader, Writer};
use crate::error::DecodeError;

/// A set of permissions; undefined bits are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(pub u64);

macro_rules! permissions {
    ($($constant:ident = $value:literal $name:literal $doc:literal;)*) => {
        impl Permissions {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// Every permission with its name.
            pub const NAMED: &'static [(Self, &'static str)] = &[$((Self($value), $name)),*];
        }
    };
}

permissions! {
    MC = 0x01 "mc" "MakeCredential.";
    GA = 0x02 "ga" "GetAssertion.";
    CM = 0x04 "cm" "Credential management.";
    BE = 0x08 "be" "Bio enrollment.";
    LBW = 0x10 "lbw" "Large blob write.";
    ACFG = 0x20 "acfg" "Authenticator configuration.";
    PCMR = 0x40 "pcmr" "Persistent credential management, read only.";
}

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Whether all of `other` are here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those of these that `other` has too.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none, undefined ones included.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02x}", self.0)?;
        let mut rest = *self;
        for (permission, name) in Self::NAMED {
            if self.contains(*permission) {
                write!(f, " {name}")?;
            }
            rest = rest.without(*permission);
        }
        if rest.is_empty() { Ok(()) } else { write!(f, " +0x{:x}", rest.0) }
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> Value<'a> for Permissions {
    const EMPTY: Self = Self::NONE;

    fn read(reader: &mut Reader<'a>, member: &'static str) -> Result<Self, DecodeError> {
        <u64 as Value>::read(reader, member).map(Self)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.uint(self.0)
    }
}
