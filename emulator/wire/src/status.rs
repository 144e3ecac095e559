//! CTAP status codes:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#error-responses>.

use core::fmt;

/// The first byte of a CTAP2 response; every value is representable, named or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(pub u8);

macro_rules! statuses {
    ($($constant:ident = $value:literal $name:literal $doc:literal;)*) => {
        impl Status {
            $(#[doc = $doc] pub const $constant: Self = Self($value);)*

            /// Every status that has a name, in ascending order.
            pub const NAMED: &'static [Self] = &[$(Self($value)),*];

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

statuses! {
    OK = 0x00 "CTAP2_OK" "Success (also CTAP1_ERR_SUCCESS).";
    INVALID_COMMAND = 0x01 "CTAP1_ERR_INVALID_COMMAND" "Not a valid command.";
    INVALID_PARAMETER = 0x02 "CTAP1_ERR_INVALID_PARAMETER" "An invalid parameter.";
    INVALID_LENGTH = 0x03 "CTAP1_ERR_INVALID_LENGTH" "An invalid message or item length.";
    INVALID_SEQ = 0x04 "CTAP1_ERR_INVALID_SEQ" "An invalid message sequence.";
    TIMEOUT = 0x05 "CTAP1_ERR_TIMEOUT" "The message timed out.";
    CHANNEL_BUSY = 0x06 "CTAP1_ERR_CHANNEL_BUSY" "The channel is busy.";
    LOCK_REQUIRED = 0x0a "CTAP1_ERR_LOCK_REQUIRED" "The command needs the channel lock.";
    INVALID_CHANNEL = 0x0b "CTAP1_ERR_INVALID_CHANNEL" "The command is not allowed on this channel.";
    CBOR_UNEXPECTED_TYPE = 0x11 "CTAP2_ERR_CBOR_UNEXPECTED_TYPE" "A member of the wrong type.";
    INVALID_CBOR = 0x12 "CTAP2_ERR_INVALID_CBOR" "CBOR that cannot be parsed.";
    MISSING_PARAMETER = 0x14 "CTAP2_ERR_MISSING_PARAMETER" "A required member is missing.";
    LIMIT_EXCEEDED = 0x15 "CTAP2_ERR_LIMIT_EXCEEDED" "A limit for the number of items was exceeded.";
    UNSUPPORTED_EXTENSION = 0x16 "CTAP2_ERR_UNSUPPORTED_EXTENSION" "CTAP 2.0 only: an extension is not known.";
    FP_DATABASE_FULL = 0x17 "CTAP2_ERR_FP_DATABASE_FULL" "No room for another fingerprint.";
    LARGE_BLOB_STORAGE_FULL = 0x18 "CTAP2_ERR_LARGE_BLOB_STORAGE_FULL" "No room for the large blobs.";
    CREDENTIAL_EXCLUDED = 0x19 "CTAP2_ERR_CREDENTIAL_EXCLUDED" "A credential of the exclude list is here.";
    PROCESSING = 0x21 "CTAP2_ERR_PROCESSING" "A lengthy operation is in progress.";
    INVALID_CREDENTIAL = 0x22 "CTAP2_ERR_INVALID_CREDENTIAL" "The credential is not valid here.";
    USER_ACTION_PENDING = 0x23 "CTAP2_ERR_USER_ACTION_PENDING" "Waiting for the user.";
    OPERATION_PENDING = 0x24 "CTAP2_ERR_OPERATION_PENDING" "A lengthy operation is in progress.";
    NO_OPERATIONS = 0x25 "CTAP2_ERR_NO_OPERATIONS" "No request is pending.";
    UNSUPPORTED_ALGORITHM = 0x26 "CTAP2_ERR_UNSUPPORTED_ALGORITHM" "None of the algorithms is supported.";
    OPERATION_DENIED = 0x27 "CTAP2_ERR_OPERATION_DENIED" "Not authorized for the operation.";
    KEY_STORE_FULL = 0x28 "CTAP2_ERR_KEY_STORE_FULL" "No room for another credential.";
    NOT_BUSY = 0x29 "CTAP2_ERR_NOT_BUSY" "CTAP 2.0 only: cannot cancel, nothing is running.";
    NO_OPERATION_PENDING = 0x2a "CTAP2_ERR_NO_OPERATION_PENDING" "CTAP 2.0 only: nothing is outstanding.";
    UNSUPPORTED_OPTION = 0x2b "CTAP2_ERR_UNSUPPORTED_OPTION" "An option is not supported.";
    INVALID_OPTION = 0x2c "CTAP2_ERR_INVALID_OPTION" "An option is not valid for the operation.";
    KEEPALIVE_CANCEL = 0x2d "CTAP2_ERR_KEEPALIVE_CANCEL" "Cancelled by the platform.";
    NO_CREDENTIALS = 0x2e "CTAP2_ERR_NO_CREDENTIALS" "No fitting credential is here.";
    USER_ACTION_TIMEOUT = 0x2f "CTAP2_ERR_USER_ACTION_TIMEOUT" "The user did not act in time.";
    NOT_ALLOWED = 0x30 "CTAP2_ERR_NOT_ALLOWED" "The continuation command has nothing to continue.";
    PIN_INVALID = 0x31 "CTAP2_ERR_PIN_INVALID" "The PIN is wrong.";
    PIN_BLOCKED = 0x32 "CTAP2_ERR_PIN_BLOCKED" "No PIN attempts are left.";
    PIN_AUTH_INVALID = 0x33 "CTAP2_ERR_PIN_AUTH_INVALID" "The pinUvAuthParam does not verify.";
    PIN_AUTH_BLOCKED = 0x34 "CTAP2_ERR_PIN_AUTH_BLOCKED" "PIN attempts are blocked until a power cycle.";
    PIN_NOT_SET = 0x35 "CTAP2_ERR_PIN_NOT_SET" "No PIN is set.";
    PUAT_REQUIRED = 0x36 "CTAP2_ERR_PUAT_REQUIRED" "A pinUvAuthToken is required (CTAP 2.0: PIN_REQUIRED).";
    PIN_POLICY_VIOLATION = 0x37 "CTAP2_ERR_PIN_POLICY_VIOLATION" "The new PIN violates the policy.";
    PIN_TOKEN_EXPIRED = 0x38 "CTAP2_ERR_PIN_TOKEN_EXPIRED" "CTAP 2.0 only: the PIN token has expired.";
    REQUEST_TOO_LARGE = 0x39 "CTAP2_ERR_REQUEST_TOO_LARGE" "The request does not fit this device.";
    ACTION_TIMEOUT = 0x3a "CTAP2_ERR_ACTION_TIMEOUT" "The action timed out.";
    UP_REQUIRED = 0x3b "CTAP2_ERR_UP_REQUIRED" "User presence is required.";
    UV_BLOCKED = 0x3c "CTAP2_ERR_UV_BLOCKED" "Built-in user verification is blocked.";
    INTEGRITY_FAILURE = 0x3d "CTAP2_ERR_INTEGRITY_FAILURE" "A checksum did not match.";
    INVALID_SUBCOMMAND = 0x3e "CTAP2_ERR_INVALID_SUBCOMMAND" "The subcommand is not valid or not known.";
    UV_INVALID = 0x3f "CTAP2_ERR_UV_INVALID" "Built-in user verification failed.";
    UNAUTHORIZED_PERMISSION = 0x40 "CTAP2_ERR_UNAUTHORIZED_PERMISSION" "The token lacks the permission.";
    OTHER = 0x7f "CTAP1_ERR_OTHER" "Another error, not named.";
    SPEC_LAST = 0xdf "CTAP2_ERR_SPEC_LAST" "The last value of the specification's range.";
    EXTENSION_FIRST = 0xe0 "CTAP2_ERR_EXTENSION_FIRST" "The first value of the extensions' range.";
    EXTENSION_LAST = 0xef "CTAP2_ERR_EXTENSION_LAST" "The last value of the extensions' range.";
    VENDOR_FIRST = 0xf0 "CTAP2_ERR_VENDOR_FIRST" "The first value of the vendors' range.";
    VENDOR_LAST = 0xff "CTAP2_ERR_VENDOR_LAST" "The last value of the vendors' range.";
}

impl Status {
    /// Whether the command succeeded.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:02x})", self.0),
            None => write!(f, "0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
