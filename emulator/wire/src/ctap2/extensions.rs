//! Inputs and outputs of extensions, which travel as maps with text keys:
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-defined-extensions>.

use super::message::{RawMap, members};

/// The levels of credProtect.
pub mod cred_protect {
    /// userVerificationOptional, the default.
    pub const USER_VERIFICATION_OPTIONAL: u64 = 1;
    /// userVerificationOptionalWithCredentialIDList.
    pub const USER_VERIFICATION_OPTIONAL_WITH_CREDENTIAL_ID_LIST: u64 = 2;
    /// userVerificationRequired.
    pub const USER_VERIFICATION_REQUIRED: u64 = 3;
}

members! {
    /// Inputs of authenticatorMakeCredential.
    pub struct MakeInputs "extensions" by texts {
        /// A blob to be kept with the credential.
        optional "credBlob" cred_blob: &'a [u8] = "extensions.credBlob";
        /// The protection level, 1 to 3.
        optional "credProtect" cred_protect: u64 = "extensions.credProtect";
        /// Secrets will be asked for later.
        optional "hmac-secret" hmac_secret: bool = "extensions.hmac-secret";
        /// The minimum PIN length is asked for.
        optional "minPinLength" min_pin_length: bool = "extensions.minPinLength";
    }
}

members! {
    /// Outputs of authenticatorMakeCredential.
    pub struct MakeOutputs "extensions" by texts {
        /// The blob was kept.
        optional "credBlob" cred_blob: bool = "extensions.credBlob";
        /// The protection level.
        optional "credProtect" cred_protect: u64 = "extensions.credProtect";
        /// Secrets can be asked for.
        optional "hmac-secret" hmac_secret: bool = "extensions.hmac-secret";
        /// The minimum PIN length in code points.
        optional "minPinLength" min_pin_length: u64 = "extensions.minPinLength";
    }
}

members! {
    /// Inputs of authenticatorGetAssertion.
    pub struct GetInputs "extensions" by texts {
        /// The blob is asked for.
        optional "credBlob" cred_blob: bool = "extensions.credBlob";
        /// Salts for secrets.
        optional "hmac-secret" hmac_secret: HmacSecret<'a> = "extensions.hmac-secret";
    }
}

members! {
    /// Outputs of authenticatorGetAssertion.
    pub struct GetOutputs "extensions" by texts {
        /// The blob, empty if there is none.
        optional "credBlob" cred_blob: &'a [u8] = "extensions.credBlob";
        /// One secret or two, encrypted.
        optional "hmac-secret" hmac_secret: &'a [u8] = "extensions.hmac-secret";
    }
}

members! {
    /// The salts of hmac-secret.
    pub struct HmacSecret "hmac-secret" by ints {
        /// The platform's key agreement key, a COSE_Key.
        required 0x01 key_agreement: RawMap<'a> = "hmac-secret.keyAgreement";
        /// One salt of 32 bytes or two, encrypted.
        required 0x02 salt_enc: &'a [u8] = "hmac-secret.saltEnc";
        /// The MAC over `saltEnc` by the shared secret.
        required 0x03 salt_auth: &'a [u8] = "hmac-secret.saltAuth";
        /// The PIN/UV auth protocol; 1 where it is missing.
        optional 0x04 pin_uv_auth_protocol: u64 = "hmac-secret.pinUvAuthProtocol";
    }
}
