//! authenticatorCredentialManagement (0x0a), and its prototype (0x41) with the same messages:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorCredentialManagement>.

use super::command::{Command, message};
use super::entities::{Descriptor, RpEntity, UserEntity};
use super::message::{RawMap, Value, members};
use super::number::numbers;
use crate::cbor::Overflow;
use crate::status::Status;

numbers! {
    /// What authenticatorCredentialManagement is asked for.
    pub struct SubCommand {
        GET_CREDS_METADATA = 0x01 "getCredsMetadata" "How many credentials there are, and how many still fit.";
        ENUMERATE_RPS_BEGIN = 0x02 "enumerateRPsBegin" "The first relying party, and how many there are.";
        ENUMERATE_RPS_GET_NEXT_RP = 0x03 "enumerateRPsGetNextRP" "The next relying party.";
        ENUMERATE_CREDENTIALS_BEGIN = 0x04 "enumerateCredentialsBegin"
            "The first credential of a relying party, and how many there are.";
        ENUMERATE_CREDENTIALS_GET_NEXT_CREDENTIAL = 0x05 "enumerateCredentialsGetNextCredential"
            "The next credential.";
        DELETE_CREDENTIAL = 0x06 "deleteCredential" "Forget a credential.";
        UPDATE_USER_INFORMATION = 0x07 "updateUserInformation" "Other names for the account.";
    }
}

members! {
    /// The parameters.
    pub struct Request "authenticatorCredentialManagement" by ints {
        /// What is asked for.
        required 0x01 sub_command: SubCommand = "subCommand";
        /// Its [`Params`], as they are encoded: the MAC covers these bytes.
        optional 0x02 sub_command_params: RawMap<'a> = "subCommandParams";
        /// The PIN/UV auth protocol of the MAC.
        optional 0x03 pin_uv_auth_protocol: u64 = "pinUvAuthProtocol";
        /// The MAC by the pinUvAuthToken over the subcommand and its parameters.
        optional 0x04 pin_uv_auth_param: &'a [u8] = "pinUvAuthParam";
    }
}

impl Request<'_> {
    /// Writes the message with its command byte into `out` and returns its length in bytes. `command` is
    /// [`Command::CREDENTIAL_MANAGEMENT`] or its prototype.
    pub fn message(&self, command: Command, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, command.0, |writer| self.write(writer))
    }
}

members! {
    /// The parameters of a subcommand.
    pub struct Params "subCommandParams" by ints {
        /// SHA-256 of the RP id.
        optional 0x01 rp_id_hash: &'a [u8; 32] = "subCommandParams.rpIDHash";
        /// The credential.
        optional 0x02 credential_id: Descriptor<'a> = "subCommandParams.credentialID";
        /// The account with its new names.
        optional 0x03 user: UserEntity<'a> = "subCommandParams.user";
    }
}

members! {
    /// The response.
    pub struct Response "authenticatorCredentialManagement response" by ints {
        /// How many discoverable credentials there are.
        optional 0x01 existing_resident_credentials_count: u64 = "existingResidentCredentialsCount";
        /// An upper bound of how many still fit.
        optional 0x02 max_possible_remaining_resident_credentials_count: u64
            = "maxPossibleRemainingResidentCredentialsCount";
        /// A relying party.
        optional 0x03 rp: RpEntity<'a> = "rp";
        /// SHA-256 of its id.
        optional 0x04 rp_id_hash: &'a [u8; 32] = "rpIDHash";
        /// How many relying parties there are.
        optional 0x05 total_rps: u64 = "totalRPs";
        /// The account of a credential.
        optional 0x06 user: UserEntity<'a> = "user";
        /// The credential.
        optional 0x07 credential_id: Descriptor<'a> = "credentialID";
        /// Its public key, a COSE_Key.
        optional 0x08 public_key: RawMap<'a> = "publicKey";
        /// How many credentials the relying party has here.
        optional 0x09 total_credentials: u64 = "totalCredentials";
        /// The credential's protection level, 1 to 3.
        optional 0x0a cred_protect: u64 = "credProtect";
        /// The key of the credential's large blob.
        optional 0x0b large_blob_key: &'a [u8] = "largeBlobKey";
        /// The credential may be used for payments of third parties.
        optional 0x0c third_party_payment: bool = "thirdPartyPayment";
    }
}

impl Response<'_> {
    /// Writes the message with the status OK into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Status::OK.0, |writer| self.write(writer))
    }
}
