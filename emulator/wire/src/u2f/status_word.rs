//! ISO 7816 status words, the last two bytes of a U2F response.

use core::fmt;

/// A status word; every value is representable, named or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(pub u16);

macro_rules! status_words {
    ($($constant:ident = $value:literal $doc:literal;)*) => {
        impl StatusWord {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// The name that the U2F specification or ISO 7816 gives, `None` for a value that is not listed here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some(concat!("SW_", stringify!($constant))),)*
                    _ => None,
                }
            }
        }
    };
}

status_words! {
    NO_ERROR = 0x9000 "Success.";
    WRONG_LENGTH = 0x6700 "The length of the request is wrong.";
    CONDITIONS_NOT_SATISFIED = 0x6985 "A touch is needed.";
    COMMAND_NOT_ALLOWED = 0x6986 "The command is not allowed.";
    WRONG_DATA = 0x6a80 "The key handle is not of this device or this application.";
    INCORRECT_P1P2 = 0x6a86 "A parameter byte is wrong.";
    INS_NOT_SUPPORTED = 0x6d00 "The instruction is not supported.";
    CLA_NOT_SUPPORTED = 0x6e00 "The class is not supported.";
    UNKNOWN = 0x6f00 "No precise diagnosis.";
}

impl StatusWord {
    /// The two bytes of the message.
    #[must_use]
    pub const fn bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:04x})", self.0),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
