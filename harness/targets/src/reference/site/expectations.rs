//! From policy and flaws to what the verification is to expect.

use plan::Policy;
use plan::policy::{BackupRule, CounterRule, Requirement, Trust};
use webauthn::verify::{self, AttestationPolicy, Check, Checks, Expectations, OriginMatch, Variants};

use super::Site;
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaw;

/// The AAGUID lists of a policy as bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Aaguids {
    allow: Vec<[u8; 16]>,
    deny: Vec<[u8; 16]>,
}

impl Aaguids {
    pub(super) fn of(policy: &Policy) -> Result<Self, String> {
        let all = |list: &[String]| list.iter().map(|text| aaguid(text)).collect::<Result<Vec<_>, _>>();
        Ok(Self { allow: all(&policy.aaguid_allow)?, deny: all(&policy.aaguid_deny)? })
    }
}

impl Site {
    /// For both ceremonies; `skip` is what the flaws leave out.
    pub(super) fn expectations(&self, challenge: [u8; 32], skip: Checks) -> Expectations {
        let settings = &self.settings;
        let origin = if self.has(Flaw::OriginPrefixMatch) { OriginMatch::Prefix } else { OriginMatch::Exact };
        Expectations {
            user_verification: match settings.policy.user_verification {
                Requirement::Required => true,
                Requirement::Preferred => false,
                Requirement::Discouraged => self.has(Flaw::UvDemandedWhenDiscouraged),
            },
            backup_eligibility: match settings.policy.backup_eligibility {
                BackupRule::Any => verify::BackupRule::Any,
                BackupRule::Required => verify::BackupRule::Required,
                BackupRule::Forbidden => verify::BackupRule::Forbidden,
            },
            algorithms: settings.policy.algorithms.clone(),
            attestation: self.attestation_policy(),
            skip,
            variants: Variants { origin, ..Variants::default() },
            ..Expectations::new(challenge, settings.origin.clone(), settings.rp_id.clone())
        }
    }

    fn attestation_policy(&self) -> AttestationPolicy {
        let anchored = self.settings.policy.trust == Trust::Anchored;
        let optional = !anchored || self.has(Flaw::NoAttestationAccepted);
        let judged = anchored && !self.has(Flaw::AttestationTrustIgnored);
        let formats = ["none", "packed", "tpm"].map(str::to_owned).to_vec();
        AttestationPolicy {
            formats: self.has(Flaw::U2fAttestationRefused).then_some(formats),
            accept_none: optional,
            accept_self: optional,
            anchors: judged.then(|| self.settings.anchors.clone()),
            aaguid_allow: self.aaguids.allow.clone(),
            aaguid_deny: self.aaguids.deny.clone(),
            ..AttestationPolicy::default()
        }
    }

    /// Checks of a registration that the flaws leave out.
    pub(super) fn skipped_at_registration(&self) -> Checks {
        self.skipped(&[
            (Flaw::UvNotCheckedAtRegistration, Check::UserVerified),
            (Flaw::UpNotCheckedAtRegistration, Check::UserPresent),
            (Flaw::TypeNotCheckedAtRegistration, Check::Type),
            (Flaw::ChallengeNotCheckedAtRegistration, Check::Challenge),
            (Flaw::OriginNotCheckedAtRegistration, Check::Origin),
            (Flaw::RpIdHashIgnoredAtRegistration, Check::RpIdHash),
            (Flaw::TrailingBytesAccepted, Check::TrailingBytes),
            (Flaw::LongCredentialIdAccepted, Check::CredentialIdLength),
            (Flaw::AlgorithmNotOfferedAccepted, Check::Algorithm),
            (Flaw::BackupEligibilityIgnored, Check::BackupEligibility),
            (Flaw::AaguidAllowIgnored, Check::AaguidAllowed),
            (Flaw::AaguidDenyIgnored, Check::AaguidDenied),
            (Flaw::AttestationSignatureIgnored, Check::AttestationSignature),
            (Flaw::AttestationAlgorithmIgnored, Check::AttestationAlgorithm),
            (Flaw::AttestationCertificateIgnored, Check::AttestationCertificate),
            (Flaw::CertificateAaguidIgnored, Check::AttestationAaguid),
            (Flaw::TpmExtraDataIgnored, Check::TpmExtraData),
            (Flaw::TpmPublicAreaIgnored, Check::TpmPublicArea),
            (Flaw::TpmNameIgnored, Check::TpmName),
            (Flaw::TpmMagicIgnored, Check::TpmCertInfo),
            (Flaw::UnknownFormatTakenAsNone, Check::AttestationFormat),
            (Flaw::NoneWithStatementAccepted, Check::AttestationStatement),
            (Flaw::BsWithoutBeAccepted, Check::BackupFlags),
            (Flaw::CrossOriginAccepted, Check::CrossOrigin),
        ])
    }

    /// Checks of a login that the flaws and the counter rule leave out. The policy on backup eligibility is one of registration.
    pub(super) fn skipped_at_login(&self) -> Checks {
        let mut skip = self.skipped(&[
            (Flaw::UvNotCheckedAtLogin, Check::UserVerified),
            (Flaw::UpNotCheckedAtLogin, Check::UserPresent),
            (Flaw::TypeNotCheckedAtLogin, Check::Type),
            (Flaw::ChallengeNotCheckedAtLogin, Check::Challenge),
            (Flaw::OriginNotCheckedAtLogin, Check::Origin),
            (Flaw::RpIdHashIgnoredAtLogin, Check::RpIdHash),
            (Flaw::BsWithoutBeAccepted, Check::BackupFlags),
            (Flaw::CrossOriginAccepted, Check::CrossOrigin),
            (Flaw::SignatureNotVerified, Check::Signature),
            (Flaw::CounterIgnored, Check::SignCount),
            (Flaw::BeChangeIgnored, Check::BackupEligibilityChanged),
            (Flaw::UserHandleIgnored, Check::UserHandle),
            (Flaw::UserHandleTrusted, Check::UserHandle),
            (Flaw::MissingUserHandleAccepted, Check::UserHandlePresent),
        ]);
        skip.insert(Check::BackupEligibility);
        if self.settings.policy.counter == CounterRule::Ignore {
            skip.insert(Check::SignCount);
        }
        skip
    }

    fn skipped(&self, table: &[(Flaw, Check)]) -> Checks {
        table.iter().filter(|(flaw, _)| self.has(*flaw)).map(|(_, check)| *check).collect()
    }
}

impl From<verify::Refusal> for Refusal {
    fn from(refusal: verify::Refusal) -> Self {
        Self::failed(refusal.check.name(), refusal.message)
    }
}

/// Lower-case UUID text.
pub(super) fn uuid(aaguid: &[u8; 16]) -> String {
    let hex = hex::encode(aaguid);
    let mut text = String::with_capacity(36);
    for (at, digit) in hex.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

fn aaguid(text: &str) -> Result<[u8; 16], String> {
    let wrong = || format!("`{text}` is no AAGUID, which looks like 00112233-4455-6677-8899-aabbccddeeff");
    let bytes = hex::decode(text.replace('-', "")).map_err(|_| wrong())?;
    let bytes = <[u8; 16]>::try_from(bytes).map_err(|_| wrong())?;
    if uuid(&bytes) == text { Ok(bytes) } else { Err(wrong()) }
}
