//! authenticatorClientPIN (0x06):
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorClientPIN>.

use super::command::{Command, message};
use super::message::{RawMap, Value, members};
use super::number::numbers;
use super::permissions::Permissions;
use crate::cbor::Overflow;
use crate::status::Status;

numbers! {
    /// What authenticatorClientPIN is asked for.
    pub struct SubCommand {
        GET_PIN_RETRIES = 0x01 "getPINRetries" "How many PIN attempts are left.";
        GET_KEY_AGREEMENT = 0x02 "getKeyAgreement" "The authenticator's key agreement key.";
        SET_PIN = 0x03 "setPIN" "A first PIN.";
        CHANGE_PIN = 0x04 "changePIN" "Another PIN.";
        GET_PIN_TOKEN = 0x05 "getPinToken" "A token by PIN, without permissions of the client's choice.";
        GET_PIN_UV_AUTH_TOKEN_USING_UV_WITH_PERMISSIONS = 0x06 "getPinUvAuthTokenUsingUvWithPermissions"
            "A token by built-in user verification.";
        GET_UV_RETRIES = 0x07 "getUVRetries" "How many attempts at built-in user verification are left.";
        GET_PIN_UV_AUTH_TOKEN_USING_PIN_WITH_PERMISSIONS = 0x09 "getPinUvAuthTokenUsingPinWithPermissions"
            "A token by PIN.";
    }
}

members! {
    /// The parameters.
    pub struct Request "authenticatorClientPIN" by ints {
        /// The PIN/UV auth protocol: 1 or 2.
        optional 0x01 pin_uv_auth_protocol: u64 = "pinUvAuthProtocol";
        /// What is asked for.
        required 0x02 sub_command: SubCommand = "subCommand";
        /// The platform's key agreement key, a COSE_Key.
        optional 0x03 key_agreement: RawMap<'a> = "keyAgreement";
        /// The MAC by the shared secret.
        optional 0x04 pin_uv_auth_param: &'a [u8] = "pinUvAuthParam";
        /// The new PIN, padded to 64 bytes and encrypted.
        optional 0x05 new_pin_enc: &'a [u8] = "newPinEnc";
        /// The first 16 bytes of SHA-256 of the PIN, encrypted.
        optional 0x06 pin_hash_enc: &'a [u8] = "pinHashEnc";
        /// The permissions that the token shall have.
        optional 0x09 permissions: Permissions = "permissions";
        /// The RP that the token shall be tied to.
        optional 0x0a rp_id: &'a str = "rpId";
    }
}

impl Request<'_> {
    /// Writes the message with its command byte into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Command::CLIENT_PIN.0, |writer| self.write(writer))
    }
}

members! {
    /// The response; each subcommand gives one member, or none.
    pub struct Response "authenticatorClientPIN response" by ints {
        /// The authenticator's key agreement key, a COSE_Key with alg -25.
        optional 0x01 key_agreement: RawMap<'a> = "keyAgreement";
        /// The token, encrypted.
        optional 0x02 pin_uv_auth_token: &'a [u8] = "pinUvAuthToken";
        /// PIN attempts left.
        optional 0x03 pin_retries: u64 = "pinRetries";
        /// A power cycle is needed before the PIN can be tried again.
        optional 0x04 power_cycle_state: bool = "powerCycleState";
        /// Attempts at built-in user verification left.
        optional 0x05 uv_retries: u64 = "uvRetries";
    }
}

impl Response<'_> {
    /// Writes the message with the status OK into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Status::OK.0, |writer| self.write(writer))
    }
}
