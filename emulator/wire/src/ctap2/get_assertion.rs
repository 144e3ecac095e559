//! authenticatorGetAssertion (0x02), and the response of authenticatorGetNextAssertion (0x08):
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorGetAssertion>.

use super::command::{Command, message};
use super::entities::{Descriptor, Options, UserEntity};
use super::list::List;
use super::message::{RawMap, Value, members};
use crate::cbor::Overflow;
use crate::status::Status;

members! {
    /// The parameters.
    pub struct Request "authenticatorGetAssertion" by ints {
        /// The RP id.
        required 0x01 rp_id: &'a str = "rpId";
        /// SHA-256 of the client data.
        required 0x02 client_data_hash: &'a [u8; 32] = "clientDataHash";
        /// The credentials that the RP takes; without it, discoverable ones.
        optional 0x03 allow_list: List<'a, Descriptor<'a>> = "allowList";
        /// Extension inputs.
        optional 0x04 extensions: RawMap<'a> = "extensions";
        /// up, uv.
        optional 0x05 options: Options<'a> = "options";
        /// The MAC over the client data hash by the pinUvAuthToken.
        optional 0x06 pin_uv_auth_param: &'a [u8] = "pinUvAuthParam";
        /// The PIN/UV protocol of the MAC.
        optional 0x07 pin_uv_auth_protocol: u64 = "pinUvAuthProtocol";
        /// 1 vendor-facilitated, 2 platform-managed.
        optional 0x08 enterprise_attestation: u64 = "enterpriseAttestation";
        /// The attestation formats that the RP takes, the preferred one first.
        optional 0x09 attestation_formats_preference: List<'a, &'a str> = "attestationFormatsPreference";
    }
}

impl Request<'_> {
    /// Writes the message with its command byte into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Command::GET_ASSERTION.0, |writer| self.write(writer))
    }
}

members! {
    /// The response.
    pub struct Response "authenticatorGetAssertion response" by ints {
        /// The credential that signed; CTAP 2.0 keys may omit it when the allow list has one entry.
        optional 0x01 credential: Descriptor<'a> = "credential";
        /// The authenticator data, encoded.
        required 0x02 auth_data: &'a [u8] = "authData";
        /// The signature over authenticator data and client data hash.
        required 0x03 signature: &'a [u8] = "signature";
        /// The account, with a discoverable credential.
        optional 0x04 user: UserEntity<'a> = "user";
        /// How many credentials fit, this one included.
        optional 0x05 number_of_credentials: u64 = "numberOfCredentials";
        /// The user chose the credential on the authenticator.
        optional 0x06 user_selected: bool = "userSelected";
        /// The key of the credential's large blob.
        optional 0x07 large_blob_key: &'a [u8] = "largeBlobKey";
        /// Extension outputs outside the signed data.
        optional 0x08 unsigned_extension_outputs: RawMap<'a> = "unsignedExtensionOutputs";
        /// An enterprise attestation was returned.
        optional 0x09 ep_att: bool = "epAtt";
        /// The attestation statement, where attestation in assertions was asked for.
        optional 0x0a att_stmt: RawMap<'a> = "attStmt";
    }
}

impl Response<'_> {
    /// Writes the message with the status OK into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Status::OK.0, |writer| self.write(writer))
    }
}
