//! Commands, error codes, keepalive states and capability flags.

use core::fmt;

/// A CTAPHID command without the bit that marks an initialization packet; every value is representable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Command(pub u8);

/// The payload of an ERROR message; every value is representable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u8);

/// The payload of a KEEPALIVE message; every value is representable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keepalive(pub u8);

macro_rules! named {
    ($type:ident { $($constant:ident = $value:literal $name:literal $doc:literal;)* }) => {
        impl $type {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// The name that the specification gives, `None` for a value without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($name),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{name} (0x{:02x})", self.0),
                    None => write!(f, "0x{:02x}", self.0),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

named! {
    Command {
        PING = 0x01 "CTAPHID_PING" "Sends the payload back.";
        MSG = 0x03 "CTAPHID_MSG" "A U2F message.";
        LOCK = 0x04 "CTAPHID_LOCK" "Keeps other channels away for some seconds.";
        INIT = 0x06 "CTAPHID_INIT" "Allocates a channel, or resynchronizes one.";
        WINK = 0x08 "CTAPHID_WINK" "Lets the device show itself to the user.";
        CBOR = 0x10 "CTAPHID_CBOR" "A CTAP2 message.";
        CANCEL = 0x11 "CTAPHID_CANCEL" "Cancels the CTAP2 request of the channel.";
        KEEPALIVE = 0x3b "CTAPHID_KEEPALIVE" "From the device: still at work.";
        ERROR = 0x3f "CTAPHID_ERROR" "From the device: the request was not taken.";
        VENDOR_FIRST = 0x40 "CTAPHID_VENDOR_FIRST" "The first value of the vendors' range.";
        VENDOR_LAST = 0x7f "CTAPHID_VENDOR_LAST" "The last value of the vendors' range.";
    }
}

named! {
    ErrorCode {
        INVALID_CMD = 0x01 "ERR_INVALID_CMD" "The command is not known or not supported.";
        INVALID_PAR = 0x02 "ERR_INVALID_PAR" "A parameter is not valid.";
        INVALID_LEN = 0x03 "ERR_INVALID_LEN" "The length of the message is not valid.";
        INVALID_SEQ = 0x04 "ERR_INVALID_SEQ" "A packet out of sequence.";
        MSG_TIMEOUT = 0x05 "ERR_MSG_TIMEOUT" "The rest of a message did not come in time.";
        CHANNEL_BUSY = 0x06 "ERR_CHANNEL_BUSY" "The device is busy, for this or another channel.";
        LOCK_REQUIRED = 0x0a "ERR_LOCK_REQUIRED" "The command needs the lock.";
        INVALID_CHANNEL = 0x0b "ERR_INVALID_CHANNEL" "The channel was not allocated.";
        OTHER = 0x7f "ERR_OTHER" "Another error.";
    }
}

named! {
    Keepalive {
        PROCESSING = 0x01 "STATUS_PROCESSING" "The device is at work.";
        UPNEEDED = 0x02 "STATUS_UPNEEDED" "The device waits for the user.";
    }
}

/// The capability flags of an INIT reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Capabilities(pub u8);

impl Capabilities {
    /// WINK is understood.
    pub const WINK: Self = Self(0x01);
    /// CBOR is understood.
    pub const CBOR: Self = Self(0x04);
    /// MSG is *not* understood.
    pub const NMSG: Self = Self(0x08);

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
