//! authenticatorMakeCredential (0x01):
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorMakeCredential>.

use super::attestation::{NONE, Statement};
use super::command::{Command, message};
use super::entities::{Descriptor, Options, Parameter, RpEntity, UserEntity};
use super::list::List;
use super::message::{RawMap, Value, members};
use crate::cbor::{Key, Overflow, Unknown, Writer};
use crate::error::{DecodeError, required};
use crate::status::Status;

members! {
    /// The parameters.
    pub struct Request "authenticatorMakeCredential" by ints {
        /// SHA-256 of the client data.
        required 0x01 client_data_hash: &'a [u8; 32] = "clientDataHash";
        /// The relying party.
        required 0x02 rp: RpEntity<'a> = "rp";
        /// The account.
        required 0x03 user: UserEntity<'a> = "user";
        /// The algorithms that the RP takes, the preferred one first.
        required 0x04 pub_key_cred_params: List<'a, Parameter<'a>> = "pubKeyCredParams";
        /// Credentials that must not be here.
        optional 0x05 exclude_list: List<'a, Descriptor<'a>> = "excludeList";
        /// Extension inputs.
        optional 0x06 extensions: RawMap<'a> = "extensions";
        /// rk, up, uv.
        optional 0x07 options: Options<'a> = "options";
        /// The MAC over the client data hash by the pinUvAuthToken.
        optional 0x08 pin_uv_auth_param: &'a [u8] = "pinUvAuthParam";
        /// The PIN/UV protocol of the MAC.
        optional 0x09 pin_uv_auth_protocol: u64 = "pinUvAuthProtocol";
        /// 1 vendor-facilitated, 2 platform-managed.
        optional 0x0a enterprise_attestation: u64 = "enterpriseAttestation";
        /// The attestation formats that the RP takes, the preferred one first.
        optional 0x0b attestation_formats_preference: List<'a, &'a str> = "attestationFormatsPreference";
    }
}

impl Request<'_> {
    /// Writes the message with its command byte into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Command::MAKE_CREDENTIAL.0, |writer| self.write(writer))
    }
}

/// The response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    /// `fmt` (0x01) and `attStmt` (0x03); decoding gives [`Statement::Raw`].
    pub att_stmt: Statement<'a>,
    /// `authData` (0x02), encoded.
    pub auth_data: &'a [u8],
    /// `epAtt` (0x04): an enterprise attestation was returned.
    pub ep_att: Option<bool>,
    /// `largeBlobKey` (0x05).
    pub large_blob_key: Option<&'a [u8]>,
    /// `unsignedExtensionOutputs` (0x06).
    pub unsigned_extension_outputs: Option<RawMap<'a>>,
    /// Members without a name here; kept by decoding, not written by encoding.
    pub unknown: Unknown<'a>,
}

members! {
    struct Members "authenticatorMakeCredential response" by ints {
        required 0x01 fmt: &'a str = "fmt";
        required 0x02 auth_data: &'a [u8] = "authData";
        optional 0x03 att_stmt: RawMap<'a> = "attStmt";
        optional 0x04 ep_att: bool = "epAtt";
        optional 0x05 large_blob_key: &'a [u8] = "largeBlobKey";
        optional 0x06 unsigned_extension_outputs: RawMap<'a> = "unsignedExtensionOutputs";
    }
}

impl<'a> Response<'a> {
    /// The keys of the members and their names as the specification spells them.
    pub const MEMBERS: &'static [(Key<'static>, &'static str)] = Members::MEMBERS;

    /// A response of the two required parts.
    #[must_use]
    pub const fn new(att_stmt: Statement<'a>, auth_data: &'a [u8]) -> Self {
        Self {
            att_stmt,
            auth_data,
            ep_att: None,
            large_blob_key: None,
            unsigned_extension_outputs: None,
            unknown: Unknown::NONE,
        }
    }

    /// Decodes the map after the status byte, canonical or not. Only with the format `none` may attStmt be
    /// missing.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let members = Members::decode(bytes)?;
        let att_stmt = match members.att_stmt {
            None if members.fmt == NONE => Statement::None,
            att_stmt => Statement::Raw { fmt: members.fmt, att_stmt: required(att_stmt, "attStmt")? },
        };
        Ok(Self {
            att_stmt,
            auth_data: members.auth_data,
            ep_att: members.ep_att,
            large_blob_key: members.large_blob_key,
            unsigned_extension_outputs: members.unsigned_extension_outputs,
            unknown: members.unknown,
        })
    }

    /// Writes the map after the status byte in canonical form.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        let mut map = writer.entries()?;
        map.entry(0x01)?.text(self.att_stmt.fmt())?;
        map.entry(0x02)?.bytes(self.auth_data)?;
        self.att_stmt.write(map.entry(0x03)?)?;
        map.entry_if(0x04, self.ep_att, |writer, value| writer.bool(value))?;
        map.entry_if(0x05, self.large_blob_key, |writer, value| writer.bytes(value))?;
        map.entry_if(0x06, self.unsigned_extension_outputs, |writer, value| value.write(writer))?;
        map.end()
    }

    /// Writes the message with the status OK into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Status::OK.0, |writer| self.write(writer))
    }
}
