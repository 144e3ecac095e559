//! The checks by name, each of which a caller can leave out.

use std::fmt;

/// Declares the checks with their slugs, requirements and places in the standard.
macro_rules! checks {
    ($($(#[doc = $doc:literal])+ $name:ident = $slug:literal, $section:literal;)+) => {
        /// One check of a ceremony, in the order in which registration (section 7.1) and then authentication (section 7.2) make them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Check {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Check {
            /// All checks, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name as reports write it, `rp-id-hash`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)+
                }
            }

            /// The anchor of the clause within <https://www.w3.org/TR/webauthn-3/>.
            pub fn section(self) -> &'static str {
                match self {
                    $(Self::$name => $section,)+
                }
            }
        }
    };
}

checks! {
    /// The response's `type` is `public-key`.
    ResponseType = "response-type", "dictdef-registrationresponsejson";
    /// The response's `id` is the text form of `rawId`.
    ResponseId = "response-id", "dictdef-registrationresponsejson";
    /// Authentication: the credential is in the allow list, if there was one.
    AllowedCredential = "allowed-credential", "sctn-verifying-assertion";
    /// Authentication: the credential is known at all. Cannot be skipped: nothing could be verified without its key.
    CredentialKnown = "credential-known", "sctn-verifying-assertion";
    /// Authentication: the credential belongs to the user who was identified before the ceremony.
    CredentialOwner = "credential-owner", "sctn-verifying-assertion";
    /// Authentication of a user who was not identified before: there is a user handle.
    UserHandlePresent = "user-handle-present", "sctn-verifying-assertion";
    /// Authentication: the user handle, where there is one, is that of the credential's owner.
    UserHandle = "user-handle", "sctn-verifying-assertion";
    /// The client data is JSON with the members that it needs. Cannot be skipped.
    ClientDataJson = "client-data-json", "sctn-registering-a-new-credential";
    /// The client data's type is that of the ceremony.
    Type = "type", "sctn-registering-a-new-credential";
    /// The client data's challenge is the one that was given.
    Challenge = "challenge", "sctn-registering-a-new-credential";
    /// The client data's origin is expected.
    Origin = "origin", "sctn-validating-origin";
    /// A cross-origin frame is expected, if it is one.
    CrossOrigin = "cross-origin", "sctn-registering-a-new-credential";
    /// The top-level origin, if there is one, is expected.
    TopOrigin = "top-origin", "sctn-validating-origin";
    /// The attestation object is CBOR with its three members. Cannot be skipped.
    AttestationObject = "attestation-object", "sctn-attestation";
    /// Nothing follows the attestation object.
    AttestationObjectEnd = "attestation-object-end", "sctn-attestation";
    /// The authenticator data is at least 37 bytes and holds what its flags say. Cannot be skipped.
    AuthenticatorData = "authenticator-data", "sctn-authenticator-data";
    /// The ED flag is set if extension outputs are there, and they are a CBOR map.
    ExtensionData = "extension-data", "sctn-authenticator-data";
    /// Nothing follows the authenticator data.
    TrailingBytes = "trailing-bytes", "sctn-authenticator-data";
    /// The RP ID's hash is the expected RP ID's.
    RpIdHash = "rp-id-hash", "sctn-registering-a-new-credential";
    /// The user was present (UP).
    UserPresent = "user-present", "sctn-registering-a-new-credential";
    /// The user was verified (UV), where that is required.
    UserVerified = "user-verified", "sctn-registering-a-new-credential";
    /// BS is not set without BE.
    BackupFlags = "backup-flags", "sctn-registering-a-new-credential";
    /// The policy on backup eligibility (BE).
    BackupEligibility = "backup-eligibility", "sctn-credential-backup";
    /// The policy on backup state (BS).
    BackupState = "backup-state", "sctn-credential-backup";
    /// Registration: the attested credential data is there (AT). Cannot be skipped.
    AttestedPresent = "attested-present", "sctn-attested-credential-data";
    /// Registration: the credential's algorithm is one that was offered.
    Algorithm = "algorithm", "sctn-registering-a-new-credential";
    /// Registration: the credential's public key is a COSE key that can be used.
    PublicKey = "public-key", "sctn-attested-credential-data";
    /// Registration: the attestation statement format is one that is taken.
    AttestationFormat = "attestation-format", "sctn-defined-attestation-formats";
    /// Registration: the statement has the syntax of its format.
    AttestationStatement = "attestation-statement", "sctn-defined-attestation-formats";
    /// Registration: the statement's `alg` goes with the key that it is verified with.
    AttestationAlgorithm = "attestation-algorithm", "sctn-packed-attestation";
    /// Registration: the attestation signature verifies.
    AttestationSignature = "attestation-signature", "sctn-defined-attestation-formats";
    /// Registration: the attestation certificate meets the format's requirements.
    AttestationCertificate = "attestation-certificate", "sctn-packed-attestation-cert-requirements";
    /// Registration: the certificate's AAGUID extension, if there is one, is the AAGUID of the authenticator data.
    AttestationAaguid = "attestation-aaguid", "sctn-packed-attestation";
    /// Registration, format tpm: the public area is of the credential's key.
    TpmPublicArea = "tpm-public-area", "sctn-tpm-attestation";
    /// Registration, format tpm: a maker of TPMs is named.
    TpmManufacturer = "tpm-manufacturer", "sctn-tpm-cert-requirements";
    /// Registration, format tpm: a TPM made the attestation data, and it certifies a key.
    TpmCertInfo = "tpm-cert-info", "sctn-tpm-attestation";
    /// Registration, format tpm: the attestation data covers authenticator data and client data.
    TpmExtraData = "tpm-extra-data", "sctn-tpm-attestation";
    /// Registration, format tpm: the key that is certified is that of the public area.
    TpmName = "tpm-name", "sctn-tpm-attestation";
    /// Registration: no attestation is acceptable, if there is none.
    NoAttestation = "no-attestation", "sctn-registering-a-new-credential";
    /// Registration: self attestation is acceptable, if it is one.
    SelfAttestation = "self-attestation", "sctn-registering-a-new-credential";
    /// Registration: the trust path ends at a trust anchor.
    TrustAnchor = "trust-anchor", "sctn-registering-a-new-credential";
    /// Registration: each signature of the trust path verifies.
    TrustSignature = "trust-signature", "sctn-registering-a-new-credential";
    /// Registration: each certificate of the trust path is valid now.
    TrustValidity = "trust-validity", "sctn-registering-a-new-credential";
    /// Registration: each issuer in the trust path may issue.
    TrustIssuer = "trust-issuer", "sctn-registering-a-new-credential";
    /// Registration: the AAGUID is one of those that are accepted, where there is such a list.
    AaguidAllowed = "aaguid-allowed", "sctn-registering-a-new-credential";
    /// Registration: the AAGUID is none of those that are refused.
    AaguidDenied = "aaguid-denied", "sctn-registering-a-new-credential";
    /// Registration: the credential id is at most 1023 bytes.
    CredentialIdLength = "credential-id-length", "sctn-registering-a-new-credential";
    /// Registration: the credential id is not registered yet, for any user.
    CredentialUnique = "credential-unique", "sctn-registering-a-new-credential";
    /// Authentication: backup eligibility is as it was at registration.
    BackupEligibilityChanged = "backup-eligibility-changed", "sctn-verifying-assertion";
    /// Authentication: the assertion signature verifies.
    Signature = "signature", "sctn-verifying-assertion";
    /// Authentication: the signature counter rose, unless it and the stored one are zero.
    SignCount = "sign-count", "sctn-sign-counter";
}

impl Check {
    /// The check of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.name() == name)
    }

    /// Whether leaving it out has an effect; the others give what later checks need.
    pub fn can_skip(self) -> bool {
        !matches!(
            self,
            Self::CredentialKnown
                | Self::ClientDataJson
                | Self::AttestationObject
                | Self::AuthenticatorData
                | Self::AttestedPresent
        )
    }

    fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of checks.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Checks(u64);

impl Checks {
    /// No check.
    pub const NONE: Self = Self(0);

    /// Whether the check is in the set.
    pub fn contains(self, check: Check) -> bool {
        self.0 & check.bit() != 0
    }

    /// Adds a check.
    pub fn insert(&mut self, check: Check) {
        self.0 |= check.bit();
    }

    /// The set with one more check.
    #[must_use]
    pub fn with(mut self, check: Check) -> Self {
        self.insert(check);
        self
    }

    /// The checks, in order.
    pub fn iter(self) -> impl Iterator<Item = Check> {
        Check::ALL.iter().copied().filter(move |check| self.contains(*check))
    }
}

impl FromIterator<Check> for Checks {
    fn from_iter<T: IntoIterator<Item = Check>>(checks: T) -> Self {
        checks.into_iter().fold(Self::NONE, Self::with)
    }
}

impl<const N: usize> From<[Check; N]> for Checks {
    fn from(checks: [Check; N]) -> Self {
        checks.into_iter().collect()
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
