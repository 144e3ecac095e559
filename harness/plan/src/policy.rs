//! What a relying party asks for and insists on. A scenario names only the members that differ from the default.

use serde::{Deserialize, Serialize};

/// `required`, `preferred` or `discouraged`, for user verification and resident keys (WebAuthn L3, section 5.4.4 and 5.8.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// The ceremony fails without it.
    Required,
    /// Used where it is there.
    Preferred,
    /// Not wanted.
    Discouraged,
}

impl Requirement {
    /// The standard's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

/// AttestationConveyancePreference (WebAuthn L3, section 5.4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conveyance {
    /// The client replaces the statement by `none`.
    None,
    /// The client may replace it.
    Indirect,
    /// As the authenticator made it.
    Direct,
}

impl Conveyance {
    /// The standard's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Indirect => "indirect",
            Self::Direct => "direct",
        }
    }
}

/// AuthenticatorAttachment (WebAuthn L3, section 5.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Part of the client device.
    Platform,
    /// Roaming.
    CrossPlatform,
}

impl Attachment {
    /// The standard's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

/// What the server insists on in an attestation statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Any statement that verifies, `none` and self attestation too.
    Any,
    /// A certificate chain that ends at a trust anchor of the server.
    Anchored,
}

/// What the server does when a signature counter does not rise (WebAuthn L3, section 7.2, step 22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CounterRule {
    /// The login is refused.
    Refuse,
    /// The login is accepted.
    Ignore,
}

/// What the server insists on about backup eligibility (BE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupRule {
    /// Either.
    Any,
    /// Only credentials that may be backed up.
    Required,
    /// Only credentials bound to their device.
    Forbidden,
}

/// What a user proves before the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Login {
    /// A password first, then the key: the allow list names the user's credentials.
    SecondFactor,
    /// The user's name, then the key alone.
    Passwordless,
    /// Nothing: the key says who the user is (discoverable credential, empty allow list).
    Usernameless,
}

/// A relying party's policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policy {
    /// User verification, asked of the client and, when `required`, insisted on.
    pub user_verification: Requirement,
    /// Resident key, asked of the client at registration.
    pub resident_key: Requirement,
    /// Attestation conveyance, asked of the client.
    pub attestation: Conveyance,
    /// What is insisted on in the statement.
    pub trust: Trust,
    /// Attachment asked for, if any.
    pub attachment: Option<Attachment>,
    /// COSE algorithm numbers offered, best first; no other is taken.
    pub algorithms: Vec<i32>,
    /// AAGUIDs (lower-case UUID text) accepted; empty means all.
    pub aaguid_allow: Vec<String>,
    /// AAGUIDs (lower-case UUID text) refused.
    pub aaguid_deny: Vec<String>,
    /// The counter rule.
    pub counter: CounterRule,
    /// The backup rule.
    pub backup_eligibility: BackupRule,
    /// Credentials that the user has are listed at registration, and refused a second time.
    pub exclude_credentials: bool,
    /// How users log in.
    pub login: Login,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            user_verification: Requirement::Preferred,
            resident_key: Requirement::Discouraged,
            attestation: Conveyance::None,
            trust: Trust::Any,
            attachment: None,
            algorithms: vec![-7, -8, -257],
            aaguid_allow: Vec::new(),
            aaguid_deny: Vec::new(),
            counter: CounterRule::Refuse,
            backup_eligibility: BackupRule::Any,
            exclude_credentials: true,
            login: Login::SecondFactor,
        }
    }
}
