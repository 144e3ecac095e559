//! The first byte of a request and of a response.

use core::fmt;

use crate::cbor::{Overflow, Writer};
use crate::status::Status;

/// The first byte of a request; every value is representable, named or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Command(pub u8);

macro_rules! commands {
    ($($constant:ident = $value:literal $name:literal;)*) => {
        impl Command {
            $(#[doc = $name] pub const $constant: Self = Self($value);)*

            /// The name that the specification gives, `None` for a value without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    MAKE_CREDENTIAL = 0x01 "authenticatorMakeCredential";
    GET_ASSERTION = 0x02 "authenticatorGetAssertion";
    GET_INFO = 0x04 "authenticatorGetInfo";
    CLIENT_PIN = 0x06 "authenticatorClientPIN";
    RESET = 0x07 "authenticatorReset";
    GET_NEXT_ASSERTION = 0x08 "authenticatorGetNextAssertion";
    BIO_ENROLLMENT = 0x09 "authenticatorBioEnrollment";
    CREDENTIAL_MANAGEMENT = 0x0a "authenticatorCredentialManagement";
    SELECTION = 0x0b "authenticatorSelection";
    LARGE_BLOBS = 0x0c "authenticatorLargeBlobs";
    CONFIG = 0x0d "authenticatorConfig";
    PROTOTYPE_BIO_ENROLLMENT = 0x40 "prototype authenticatorBioEnrollment";
    PROTOTYPE_CREDENTIAL_MANAGEMENT = 0x41 "prototype authenticatorCredentialManagement";
}

impl Command {
    /// The first value of the vendors' range, which ends at [`VENDOR_LAST`](Self::VENDOR_LAST).
    pub const VENDOR_FIRST: Self = Self(0x40);
    /// The last value of the vendors' range.
    pub const VENDOR_LAST: Self = Self(0xbf);

    /// Whether the value lies in the range for vendors; the prototype commands do.
    #[must_use]
    pub const fn is_vendor(self) -> bool {
        Self::VENDOR_FIRST.0 <= self.0 && self.0 <= Self::VENDOR_LAST.0
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:02x})", self.0),
            None => write!(f, "0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Splits a request into its command and its parameters; `None` if it is empty.
#[must_use]
pub fn split_request(bytes: &[u8]) -> Option<(Command, &[u8])> {
    bytes.split_first().map(|(command, parameters)| (Command(*command), parameters))
}

/// Splits a response into its status and its members; `None` if it is empty.
#[must_use]
pub fn split_response(bytes: &[u8]) -> Option<(Status, &[u8])> {
    bytes.split_first().map(|(status, members)| (Status(*status), members))
}

/// Writes a message into `out`: the first byte, then what `body` writes. Returns its length in bytes.
pub fn message(
    out: &mut [u8],
    first: u8,
    body: impl FnOnce(&mut Writer<'_>) -> Result<(), Overflow>,
) -> Result<usize, Overflow> {
    let mut writer = Writer::new(out);
    writer.raw(&[first])?;
    body(&mut writer)?;
    Ok(writer.len())
}
