//! What a relying party expects of a ceremony.

use std::time::SystemTime;

use thiserror::Error;

use super::check::{Check, Checks};

/// A check did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{check}: {message}")]
pub struct Refusal {
    /// Which.
    pub check: Check,
    /// What was expected and what was there.
    pub message: String,
}

/// What a relying party expects, and which checks it leaves out.
#[derive(Clone, Debug)]
pub struct Expectations {
    /// The challenge that was given.
    pub challenge: Vec<u8>,
    /// Origins of its own pages.
    pub origins: Vec<String>,
    /// The RP ID.
    pub rp_id: String,
    /// The user has to be present; not so only for a registration with conditional mediation.
    pub user_presence: bool,
    /// The user has to be verified.
    pub user_verification: bool,
    /// The page may be in a cross-origin frame.
    pub cross_origin: bool,
    /// Origins of pages in which it may be framed.
    pub top_origins: Vec<String>,
    /// Backup eligibility.
    pub backup_eligibility: BackupRule,
    /// Backup state.
    pub backup_state: BackupRule,
    /// Registration: COSE algorithms that were offered.
    pub algorithms: Vec<i32>,
    /// Registration: what is taken as attestation.
    pub attestation: AttestationPolicy,
    /// Checks that are left out.
    pub skip: Checks,
    /// Checks that are made, and made wrong.
    pub variants: Variants,
}

/// What is insisted on about a backup flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BackupRule {
    /// Nothing.
    #[default]
    Any,
    /// It is set.
    Required,
    /// It is not set.
    Forbidden,
}

/// What is taken as attestation.
#[derive(Clone, Debug)]
pub struct AttestationPolicy {
    /// Formats that are taken; `None`: all that are known here.
    pub formats: Option<Vec<String>>,
    /// A statement of format `none` is acceptable.
    pub accept_none: bool,
    /// Self attestation is acceptable.
    pub accept_self: bool,
    /// A trust path has to end at one of these (DER); `None`: trust paths are not judged.
    pub anchors: Option<Vec<Vec<u8>>>,
    /// When certificates have to be valid.
    pub now: SystemTime,
    /// AAGUIDs that are accepted; empty: all.
    pub aaguid_allow: Vec<[u8; 16]>,
    /// AAGUIDs that are refused.
    pub aaguid_deny: Vec<[u8; 16]>,
}

impl Default for AttestationPolicy {
    fn default() -> Self {
        Self {
            formats: None,
            accept_none: true,
            accept_self: true,
            anchors: None,
            now: SystemTime::now(),
            aaguid_allow: Vec::new(),
            aaguid_deny: Vec::new(),
        }
    }
}

/// Ways to make a check wrong, as servers have made it wrong. The default of each is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    /// How origins are compared.
    pub origin: OriginMatch,
    /// How challenges are compared.
    pub challenge: ChallengeMatch,
    /// How the signature counter is compared.
    pub sign_count: SignCountMatch,
}

/// How an origin is compared with an expected one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OriginMatch {
    /// Equal.
    #[default]
    Exact,
    /// Wrong: it begins with the expected one (`https://example.org.evil.test`).
    Prefix,
    /// Wrong: its host ends with the expected one's (`https://evil-example.org`).
    Suffix,
    /// Wrong: the host alone (another scheme, another port).
    Host,
}

/// How a challenge is compared with the one that was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChallengeMatch {
    /// Equal.
    #[default]
    Exact,
    /// Wrong: compared as far as the shorter one goes, so that an empty one is always right.
    CommonPrefix,
}

/// How a signature counter is compared with the stored one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SignCountMatch {
    /// It has to rise, unless both are zero.
    #[default]
    Rises,
    /// Wrong: it may stay the same.
    MayStay,
}

impl Expectations {
    /// Presence required, verification not, no frames, any backup flags, ES256 / Ed25519 / RS256, any attestation, no check left out.
    pub fn new(challenge: impl Into<Vec<u8>>, origin: impl Into<String>, rp_id: impl Into<String>) -> Self {
        Self {
            challenge: challenge.into(),
            origins: vec![origin.into()],
            rp_id: rp_id.into(),
            user_presence: true,
            user_verification: false,
            cross_origin: false,
            top_origins: Vec::new(),
            backup_eligibility: BackupRule::Any,
            backup_state: BackupRule::Any,
            algorithms: vec![-7, -8, -257],
            attestation: AttestationPolicy::default(),
            skip: Checks::NONE,
            variants: Variants::default(),
        }
    }

    /// Refuses unless the check holds or is left out. `message` says what was expected and what was there.
    pub(super) fn insist(
        &self,
        check: Check,
        holds: bool,
        message: impl FnOnce() -> String,
    ) -> Result<(), Refusal> {
        if holds || self.skip.contains(check) { Ok(()) } else { Err(Refusal { check, message: message() }) }
    }

    /// As [`Expectations::insist`], for a result: passes a value on, or nothing when the check failed and is left out.
    pub(super) fn pass<T>(&self, check: Check, result: Result<T, String>) -> Result<Option<T>, Refusal> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(_) if self.skip.contains(check) => Ok(None),
            Err(message) => Err(Refusal { check, message }),
        }
    }
}

impl BackupRule {
    pub(super) fn holds(self, set: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Required => set,
            Self::Forbidden => !set,
        }
    }
}

impl OriginMatch {
    /// Whether `origin` passes for `expected`.
    pub fn matches(self, origin: &str, expected: &str) -> bool {
        match self {
            Self::Exact => origin == expected,
            Self::Prefix => origin.starts_with(expected),
            Self::Suffix => host(origin).ends_with(host(expected)),
            Self::Host => host(origin) == host(expected),
        }
    }
}

/// The host within an origin's serialisation, without its port.
fn host(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => rest,
    }
}

impl ChallengeMatch {
    /// Whether `challenge` passes for `expected`, both base64url.
    pub fn matches(self, challenge: &str, expected: &str) -> bool {
        match self {
            Self::Exact => challenge == expected,
            Self::CommonPrefix => challenge.bytes().zip(expected.bytes()).all(|(a, b)| a == b),
        }
    }
}

impl SignCountMatch {
    /// Whether the counter passes.
    pub fn matches(self, sign_count: u32, stored: u32) -> bool {
        match self {
            Self::Rises => (sign_count == 0 && stored == 0) || sign_count > stored,
            Self::MayStay => sign_count >= stored,
        }
    }
}
