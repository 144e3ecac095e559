//! The table of flaws: the only place where one is declared.

use super::{About, Ceremony};

/// Declares the enum and its table in one go, so that no flaw is without an entry.
macro_rules! flaws {
    ($($variant:ident, $id:literal, $ceremony:ident, $check:literal, $anchor:literal, $title:literal, $description:literal;)*) => {
        /// One missing or wrong check of the reference server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Flaw {
            $(#[doc = $description] $variant,)*
        }

        /// In the order of the enum.
        pub(super) const TABLE: &[About] = &[
            $(About {
                flaw: Flaw::$variant,
                id: $id,
                title: $title,
                description: $description,
                ceremony: Ceremony::$ceremony,
                check: $check,
                anchor: $anchor,
            },)*
        ];
    };
}

#[rustfmt::skip]
flaws! {
    UvNotCheckedAtRegistration, "uv-not-checked-at-registration", Registration, "user-verified", "sctn-registering-a-new-credential",
        "User verification not checked at registration",
        "The server asks for user verification and takes a registration without it.";
    UpNotCheckedAtRegistration, "up-not-checked-at-registration", Registration, "user-present", "sctn-registering-a-new-credential",
        "User presence not checked at registration",
        "The server takes a registration whose UP flag is clear.";
    TypeNotCheckedAtRegistration, "type-not-checked-at-registration", Registration, "type", "sctn-registering-a-new-credential",
        "Client data type not checked at registration",
        "The server takes client data of another ceremony as a registration.";
    ChallengeNotCheckedAtRegistration, "challenge-not-checked-at-registration", Registration, "challenge", "sctn-registering-a-new-credential",
        "Challenge not checked at registration",
        "The server takes a registration that answers a challenge it never gave.";
    ChallengeReusableAtRegistration, "challenge-reusable-at-registration", Registration, "challenge", "sctn-cryptographic-challenges",
        "Challenge reusable at registration",
        "The server takes a second registration that answers a challenge which was used.";
    OriginNotCheckedAtRegistration, "origin-not-checked-at-registration", Registration, "origin", "rp-op-registering-a-new-credential-step-origin",
        "Origin not checked at registration",
        "The server takes a registration that was made on a page of any origin.";
    RpIdHashIgnoredAtRegistration, "rp-id-hash-ignored-at-registration", Registration, "rp-id-hash", "sctn-registering-a-new-credential",
        "rpIdHash ignored at registration",
        "The server takes a registration that the key made for another RP ID.";
    TrailingBytesAccepted, "trailing-bytes-accepted", Registration, "trailing-bytes", "sctn-authenticator-data",
        "Bytes after the authenticator data accepted",
        "The server overlooks bytes that follow the last member of the authenticator data.";
    LongCredentialIdAccepted, "long-credential-id-accepted", Registration, "credential-id-length", "sctn-registering-a-new-credential",
        "Long credential id accepted",
        "The server takes a credential id of more than 1023 bytes.";
    AlgorithmNotOfferedAccepted, "algorithm-not-offered-accepted", Registration, "algorithm", "sctn-registering-a-new-credential",
        "Algorithm taken that was not offered",
        "The server takes a credential whose algorithm is not among pubKeyCredParams.";
    BackupEligibilityIgnored, "backup-eligibility-ignored", Registration, "backup-eligibility", "sctn-registering-a-new-credential",
        "Backup eligibility policy ignored",
        "The server takes a credential whose BE flag its policy forbids.";
    DuplicateCredentialAccepted, "duplicate-credential-accepted", Registration, "credential-unique", "sctn-registering-a-new-credential",
        "Credential id of the same user accepted again",
        "The server takes a credential id that the user has already, and puts the new key in place of the old.";
    CredentialTakenOver, "credential-taken-over", Registration, "credential-unique", "sctn-registering-a-new-credential",
        "Credential id of another user accepted",
        "The server takes a credential id of another user and gives the credential to the one who sent it.";
    ExcludeListEmpty, "exclude-list-empty", Registration, "exclude-list", "dom-publickeycredentialcreationoptions-excludecredentials",
        "Exclude list left out",
        "The server does not name the user's credentials in excludeCredentials, so a key registers twice.";
    AaguidAllowIgnored, "aaguid-allow-ignored", Registration, "aaguid-allowed", "sctn-registering-a-new-credential",
        "AAGUID allow list ignored",
        "The server takes a key model that its allow list does not have.";
    AaguidDenyIgnored, "aaguid-deny-ignored", Registration, "aaguid-denied", "sctn-registering-a-new-credential",
        "AAGUID deny list ignored",
        "The server takes a key model that its deny list has.";
    AttachmentNotChecked, "attachment-not-checked", Registration, "attachment", "enum-attachment",
        "Attachment not checked",
        "The server asks for one attachment and takes the other.";
    ResidentKeyNotChecked, "resident-key-not-checked", Registration, "resident-key", "sctn-authenticator-credential-properties-extension",
        "Resident key not checked",
        "The server requires a resident key and takes a credential that credProps does not call one.";
    AttestationSignatureIgnored, "attestation-signature-ignored", Registration, "attestation-signature", "reg-ceremony-verify-attestation",
        "Attestation signature not verified",
        "The server takes an attestation statement whose signature is wrong.";
    AttestationAlgorithmIgnored, "attestation-algorithm-ignored", Registration, "attestation-algorithm", "sctn-packed-attestation",
        "Attestation algorithm not compared",
        "The server takes a packed self attestation whose alg is not the credential's.";
    AttestationCertificateIgnored, "attestation-certificate-ignored", Registration, "attestation-certificate", "sctn-tpm-cert-requirements",
        "Attestation certificate not looked at",
        "The server takes an attestation certificate that does not meet the requirements of its format.";
    CertificateAaguidIgnored, "certificate-aaguid-ignored", Registration, "attestation-aaguid", "sctn-packed-attestation",
        "AAGUID of the certificate not compared",
        "The server takes an attestation certificate that names another AAGUID than the authenticator data.";
    TpmExtraDataIgnored, "tpm-extra-data-ignored", Registration, "tpm-extra-data", "sctn-tpm-attestation",
        "What a TPM certified not compared with the response",
        "The server takes a tpm statement whose extraData is not the digest of authenticator data and client data.";
    TpmPublicAreaIgnored, "tpm-public-area-ignored", Registration, "tpm-public-area", "sctn-tpm-attestation",
        "Public area of a TPM not compared with the key",
        "The server takes a tpm statement whose public area is that of another key than the credential's.";
    TpmNameIgnored, "tpm-name-ignored", Registration, "tpm-name", "sctn-tpm-attestation",
        "Name of the certified key not compared",
        "The server takes a tpm statement that certifies another key than that of its public area.";
    TpmMagicIgnored, "tpm-magic-ignored", Registration, "tpm-cert-info", "sctn-tpm-attestation",
        "Magic number of a TPM not checked",
        "The server takes a tpm statement that does not say of itself that a TPM made it.";
    UnknownFormatTakenAsNone, "unknown-format-taken-as-none", Registration, "attestation-format", "sctn-registering-a-new-credential",
        "Unknown attestation format taken as none",
        "The server takes an attestation statement format that it does not know as if there were none.";
    NoneWithStatementAccepted, "none-with-statement-accepted", Registration, "attestation-statement", "sctn-none-attestation",
        "Format none with a statement accepted",
        "The server takes format none with an attStmt that is not empty.";
    AttestationTrustIgnored, "attestation-trust-ignored", Registration, "trust-anchor", "reg-ceremony-assess-trust",
        "Attestation trust path not checked",
        "The server takes an attestation certificate that leads to none of its trust anchors.";
    NoAttestationAccepted, "no-attestation-accepted", Registration, "no-attestation", "reg-ceremony-assess-trust",
        "Missing attestation accepted",
        "The server insists on a trusted attestation and takes none or self attestation.";
    RefusedCredentialStored, "refused-credential-stored", Registration, "aaguid-denied", "sctn-registering-a-new-credential",
        "Refused credential stored",
        "The server refuses a key model of its deny list and stores the credential all the same.";
    BsWithoutBeAccepted, "bs-without-be-accepted", Both, "backup-flags", "sctn-credential-backup",
        "Backup state without eligibility accepted",
        "The server takes authenticator data with BS set and BE clear.";
    OriginPrefixMatch, "origin-prefix-match", Both, "origin", "sctn-validating-origin",
        "Origin compared by its beginning",
        "The server takes any origin that begins with its own.";
    CrossOriginAccepted, "cross-origin-accepted", Both, "cross-origin", "sctn-validating-origin",
        "Cross-origin frame accepted",
        "The server, which is framed nowhere, takes client data with crossOrigin true.";
    ChallengeOfOtherSessionAccepted, "challenge-of-other-session-accepted", Both, "challenge", "sctn-cryptographic-challenges",
        "Challenge of another session accepted",
        "The server takes in one session the answer to a challenge that it gave in another.";
    UvNotCheckedAtLogin, "uv-not-checked-at-login", Login, "user-verified", "sctn-verifying-assertion",
        "User verification not checked at login",
        "The server asks for user verification and takes a login without it.";
    UpNotCheckedAtLogin, "up-not-checked-at-login", Login, "user-present", "sctn-verifying-assertion",
        "User presence not checked at login",
        "The server takes a login whose UP flag is clear.";
    TypeNotCheckedAtLogin, "type-not-checked-at-login", Login, "type", "sctn-verifying-assertion",
        "Client data type not checked at login",
        "The server takes client data of another ceremony as a login.";
    ChallengeNotCheckedAtLogin, "challenge-not-checked-at-login", Login, "challenge", "sctn-verifying-assertion",
        "Challenge not checked at login",
        "The server takes a login that answers a challenge it never gave.";
    ChallengeReusableAtLogin, "challenge-reusable-at-login", Login, "challenge", "sctn-cryptographic-challenges",
        "Challenge reusable at login",
        "The server takes a login response a second time.";
    ChallengeOfOtherCeremonyAccepted, "challenge-of-other-ceremony-accepted", Login, "challenge", "sctn-cryptographic-challenges",
        "Registration challenge accepted at login",
        "The server takes a login that answers a challenge which it gave for a registration.";
    OriginNotCheckedAtLogin, "origin-not-checked-at-login", Login, "origin", "rp-op-verifying-assertion-step-origin",
        "Origin not checked at login",
        "The server takes a login that was made on a page of any origin.";
    RpIdHashIgnoredAtLogin, "rp-id-hash-ignored-at-login", Login, "rp-id-hash", "rp-op-verifying-assertion-step-rpid-hash",
        "rpIdHash ignored at login",
        "The server takes a login that the key signed for another RP ID.";
    SignatureNotVerified, "signature-not-verified", Login, "signature", "sctn-verifying-assertion",
        "Signature not verified",
        "The server takes a login whose signature is wrong.";
    CounterIgnored, "counter-ignored", Login, "sign-count", "sctn-sign-counter",
        "Signature counter ignored",
        "The server takes a login whose counter is not above the stored one.";
    CounterNotStored, "counter-not-stored", Login, "sign-count", "authn-ceremony-update-credential-record",
        "Signature counter not stored",
        "The server keeps the counter of the registration and compares later logins with that.";
    ZeroCounterRefused, "zero-counter-refused", Login, "sign-count", "sctn-sign-counter",
        "Zero counter refused",
        "The server refuses a key that has no counter, though 0 after 0 says nothing.";
    LoggedInBeforeCounter, "logged-in-before-counter", Login, "sign-count", "sctn-sign-counter",
        "Logged in before the counter is compared",
        "The server refuses a counter that is not above the stored one, but the session is logged in by then.";
    BeChangeIgnored, "be-change-ignored", Login, "backup-eligibility-changed", "sctn-verifying-assertion",
        "Change of backup eligibility ignored",
        "The server takes a login whose BE flag differs from the registered one.";
    UserHandleIgnored, "user-handle-ignored", Login, "user-handle", "sctn-verifying-assertion",
        "User handle ignored",
        "The server logs in the credential's owner though the user handle is another user's.";
    UserHandleTrusted, "user-handle-trusted", Login, "user-handle", "sctn-verifying-assertion",
        "User handle trusted",
        "The server logs in whoever the user handle names, with anybody's credential.";
    MissingUserHandleAccepted, "missing-user-handle-accepted", Login, "user-handle-present", "sctn-verifying-assertion",
        "Missing user handle accepted",
        "The server, which does not know the user beforehand, takes a login without user handle.";
    CredentialOfAnotherUserAccepted, "credential-of-another-user-accepted", Login, "allowed-credential", "sctn-verifying-assertion",
        "Credential of another user accepted",
        "The server logs in the named user with a credential of somebody else.";
    AllowListIgnored, "allow-list-ignored", Login, "allowed-credential", "sctn-verifying-assertion",
        "Allow list ignored",
        "The server takes a credential of the user that is not in the allow list which it gave.";
    DeletedCredentialAccepted, "deleted-credential-accepted", Login, "credential-known", "sctn-verifying-assertion",
        "Deleted credential accepted",
        "The server takes a login with a credential that was removed.";
    UvNotAsked, "uv-not-asked", Both, "user-verified", "dom-publickeycredentialrequestoptions-userverification",
        "User verification not asked for",
        "The server insists on user verification and asks the client to do without.";
    UvDemandedWhenDiscouraged, "uv-demanded-when-discouraged", Both, "user-verified", "enum-userVerificationRequirement",
        "User verification demanded though discouraged",
        "The server discourages user verification and refuses a response without it.";
    U2fAttestationRefused, "u2f-attestation-refused", Registration, "attestation-format", "sctn-fido-u2f-attestation",
        "fido-u2f attestation refused",
        "The server refuses attestation statements of U2F keys.";
    SecondCredentialLost, "second-credential-lost", Registration, "credential-stored", "sctn-registering-a-new-credential",
        "Second credential lost",
        "The server accepts a user's second credential and does not store it.";
}

const _: () = assert!(TABLE.len() <= 64, "`Flaws` is a u64");
