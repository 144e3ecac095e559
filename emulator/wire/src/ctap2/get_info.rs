//! authenticatorGetInfo (0x04), with the members of CTAP 2.0 to 2.3:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorGetInfo>.

use super::command::message;
use super::entities::Parameter;
use super::list::List;
use super::message::{RawMap, Value, members};
use crate::cbor::Overflow;
use crate::status::Status;

members! {
    /// The response.
    pub struct Response "authenticatorGetInfo response" by ints {
        /// The protocol versions, such as `FIDO_2_0` and `U2F_V2`.
        required 0x01 versions: List<'a, &'a str> = "versions";
        /// The extensions.
        optional 0x02 extensions: List<'a, &'a str> = "extensions";
        /// The model.
        required 0x03 aaguid: &'a [u8; 16] = "aaguid";
        /// What the authenticator can do and is set to.
        optional 0x04 options: Options<'a> = "options";
        /// The longest message in bytes; 1024 where it is missing.
        optional 0x05 max_msg_size: u64 = "maxMsgSize";
        /// The PIN/UV protocols, the preferred one first.
        optional 0x06 pin_uv_auth_protocols: List<'a, u64> = "pinUvAuthProtocols";
        /// The most credentials in an allow or exclude list.
        optional 0x07 max_credential_count_in_list: u64 = "maxCredentialCountInList";
        /// The longest credential id in bytes.
        optional 0x08 max_credential_id_length: u64 = "maxCredentialIdLength";
        /// The transports.
        optional 0x09 transports: List<'a, &'a str> = "transports";
        /// The algorithms, the preferred one first.
        optional 0x0a algorithms: List<'a, Parameter<'a>> = "algorithms";
        /// The room for large blobs in bytes.
        optional 0x0b max_serialized_large_blob_array: u64 = "maxSerializedLargeBlobArray";
        /// The PIN must be changed before anything else.
        optional 0x0c force_pin_change: bool = "forcePINChange";
        /// The shortest PIN in code points.
        optional 0x0d min_pin_length: u64 = "minPINLength";
        /// The firmware.
        optional 0x0e firmware_version: u64 = "firmwareVersion";
        /// The longest credBlob in bytes.
        optional 0x0f max_cred_blob_length: u64 = "maxCredBlobLength";
        /// The most RP ids that may learn the minimum PIN length.
        optional 0x10 max_rpids_for_set_min_pin_length: u64 = "maxRPIDsForSetMinPINLength";
        /// How often a platform should try built-in verification before it falls back to the PIN.
        optional 0x11 preferred_platform_uv_attempts: u64 = "preferredPlatformUvAttempts";
        /// The user verification methods as bits of the FIDO registry.
        optional 0x12 uv_modality: u64 = "uvModality";
        /// Certifications as a map of texts to integers.
        optional 0x13 certifications: RawMap<'a> = "certifications";
        /// An estimate of how many discoverable credentials still fit.
        optional 0x14 remaining_discoverable_credentials: u64 = "remainingDiscoverableCredentials";
        /// The vendor subcommands of authenticatorConfig.
        optional 0x15 vendor_prototype_config_commands: List<'a, u64> = "vendorPrototypeConfigCommands";
        /// The attestation formats.
        optional 0x16 attestation_formats: List<'a, &'a str> = "attestationFormats";
        /// How often built-in verification was used since the PIN was last entered.
        optional 0x17 uv_count_since_last_pin_entry: u64 = "uvCountSinceLastPinEntry";
        /// A reset needs a long touch.
        optional 0x18 long_touch_for_reset: bool = "longTouchForReset";
        /// An encrypted identifier of the device.
        optional 0x19 enc_identifier: &'a [u8] = "encIdentifier";
        /// The transports over which a reset is taken.
        optional 0x1a transports_for_reset: List<'a, &'a str> = "transportsForReset";
        /// Whether a PIN complexity policy is enforced.
        optional 0x1b pin_complexity_policy: bool = "pinComplexityPolicy";
        /// Where the policy can be read, as UTF-8.
        optional 0x1c pin_complexity_policy_url: &'a [u8] = "pinComplexityPolicyURL";
        /// The longest PIN in code points.
        optional 0x1d max_pin_length: u64 = "maxPINLength";
        /// The encrypted state of the credential store.
        optional 0x1e enc_cred_store_state: &'a [u8] = "encCredStoreState";
        /// The subcommands of authenticatorConfig.
        optional 0x1f authenticator_config_commands: List<'a, u64> = "authenticatorConfigCommands";
    }
}

impl Response<'_> {
    /// Writes the message with the status OK into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        message(out, Status::OK.0, |writer| self.write(writer))
    }
}

members! {
    /// The option ids; the specification says for each what true, false and missing mean.
    pub struct Options "options" by texts {
        /// Enterprise attestation.
        optional "ep" ep: bool = "options.ep";
        /// Discoverable credentials.
        optional "rk" rk: bool = "options.rk";
        /// User presence; true where it is missing.
        optional "up" up: bool = "options.up";
        /// Built-in user verification: present if built in, true if set up.
        optional "uv" uv: bool = "options.uv";
        /// Bound to the platform.
        optional "plat" plat: bool = "options.plat";
        /// Built-in verification gives the authenticatorConfig permission.
        optional "uvAcfg" uv_acfg: bool = "options.uvAcfg";
        /// User verification is always required.
        optional "alwaysUv" always_uv: bool = "options.alwaysUv";
        /// authenticatorCredentialManagement.
        optional "credMgmt" cred_mgmt: bool = "options.credMgmt";
        /// authenticatorConfig.
        optional "authnrCfg" authnr_cfg: bool = "options.authnrCfg";
        /// authenticatorBioEnrollment.
        optional "bioEnroll" bio_enroll: bool = "options.bioEnroll";
        /// authenticatorClientPIN: present if built in, true if a PIN is set.
        optional "clientPin" client_pin: bool = "options.clientPin";
        /// authenticatorLargeBlobs.
        optional "largeBlobs" large_blobs: bool = "options.largeBlobs";
        /// Built-in verification gives the bioEnrollment permission.
        optional "uvBioEnroll" uv_bio_enroll: bool = "options.uvBioEnroll";
        /// A persistent read-only credential management token.
        optional "perCredMgmtRO" per_cred_mgmt_ro: bool = "options.perCredMgmtRO";
        /// The pinUvAuthToken with permissions.
        optional "pinUvAuthToken" pin_uv_auth_token: bool = "options.pinUvAuthToken";
        /// The minimum PIN length can be set.
        optional "setMinPINLength" set_min_pin_length: bool = "options.setMinPINLength";
        /// Credentials that are not discoverable can be made without user verification.
        optional "makeCredUvNotRqd" make_cred_uv_not_rqd: bool = "options.makeCredUvNotRqd";
        /// The prototype of credential management.
        optional "credentialMgmtPreview" credential_mgmt_preview: bool = "options.credentialMgmtPreview";
        /// The prototype of bio enrollment.
        optional "userVerificationMgmtPreview" user_verification_mgmt_preview: bool
            = "options.userVerificationMgmtPreview";
        /// A token got by PIN gives no permission for makeCredential and getAssertion.
        optional "noMcGaPermissionsWithClientPin" no_mc_ga_permissions_with_client_pin: bool
            = "options.noMcGaPermissionsWithClientPin";
    }
}
