//! authenticatorConfig (0x0d), which answers with the status alone:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorConfig>.

use super::command::{Command, message};
use super::list::List;
use super::message::{RawMap, Value, members};
use super::number::numbers;
use crate::cbor::Overflow;

numbers! {
    /// What authenticatorConfig is asked for.
    pub struct SubCommand {
        ENABLE_ENTERPRISE_ATTESTATION = 0x01 "enableEnterpriseAttestation" "Allow enterprise attestation.";
        TOGGLE_ALWAYS_UV = 0x02 "toggleAlwaysUv" "Require user verification always, or no longer.";
        SET_MIN_PIN_LENGTH = 0x03 "setMinPINLength" "A longer minimum PIN length.";
        ENABLE_LONG_TOUCH_FOR_RESET = 0x04 "enableLongTouchForReset" "A reset needs a long touch.";
        VENDOR_PROTOTYPE = 0xff "vendorPrototype" "A command of the vendor.";
    }
}

members! {
    /// The parameters.
    pub struct Request "authenticatorConfig" by ints {
        /// What is asked for.
        required 0x01 sub_command: SubCommand = "subCommand";
        /// Its parameters, as they are encoded: the MAC covers these bytes.
        optional 0x02 sub_command_params: RawMap<'a> = "subCommandParams";
        /// The PIN/UV auth protocol of the MAC.
        optional 0x03 pin_uv_auth_protocol: u64 = "pinUvAuthProtocol";
        /// The MAC by the pinUvAuthToken over 32 bytes of 0xff, 0x0d, the subcommand and its parameters.
        optional 0x04 pin_uv_auth_param: &'a [u8] = "pinUvAuthParam";
    }
}

impl Request<'_> {
    /// Writes the message with its command byte into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Command::CONFIG.0, |writer| self.write(writer))
    }
}

members! {
    /// The parameters of setMinPINLength.
    pub struct SetMinPinLength "subCommandParams" by ints {
        /// The new minimum in code points.
        optional 0x01 new_min_pin_length: u64 = "subCommandParams.newMinPINLength";
        /// The RPs that may ask for it.
        optional 0x02 min_pin_length_rpids: List<'a, &'a str> = "subCommandParams.minPinLengthRPIDs";
        /// The PIN must be changed before it gives a token again.
        optional 0x03 force_change_pin: bool = "subCommandParams.forceChangePin";
        /// A PIN complexity policy is to be enforced.
        optional 0x04 pin_complexity_policy: bool = "subCommandParams.pinComplexityPolicy";
    }
}
