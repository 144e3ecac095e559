//! A scenario: what is done to a server with a key, and what must come of it. Data only; `run` gives it meaning.

use core::fmt;
use core::str::FromStr;

use serde_json::{Map, Value};

use crate::event::{Manner, ScenarioInfo};
use crate::policy::{Login, Policy};
use crate::step::{Step, Verb};
use crate::versions::Versions;

/// A scenario as its file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The slug, `login.replayed-assertion`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The requirement, one sentence with MUST.
    pub requires: String,
    /// The clause, short form: `webauthn-3#sctn-verifying-assertion`.
    pub spec: String,
    /// The flaws of the reference server that make it fail.
    pub catches: Vec<String>,
    /// The scenario that differs only in the tested bit and must pass, for those that expect a refusal.
    pub twin: Option<String>,
    /// The matrix column's head, for scenarios that walk a policy.
    pub column: Option<String>,
    /// What key and server must be able to.
    pub needs: Needs,
    /// The one server that the scenario is for, if not every one.
    pub server: Option<ServerWish>,
    /// The only manner that makes sense, if not both.
    pub manner: Option<Manner>,
    /// The server's policy.
    pub policy: Policy,
    /// The policy says how users log in; otherwise the scenario is about keys, and any login that names the user will do.
    pub login_is_said: bool,
    /// Where the keys differ from their profile.
    pub key: KeyWish,
    /// Which attestation roots the server is given.
    pub anchors: Anchors,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// The file that it came from.
    pub source: String,
}

/// What key and server must be able to; otherwise the case is unsupported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Of the key.
    pub key: Vec<KeyNeed>,
    /// Of the server.
    pub target: Vec<TargetNeed>,
}

/// The one server that a scenario is for.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerWish {
    /// The target's name.
    pub name: String,
    /// The versions that it is for; others do not support it.
    pub versions: Option<Versions>,
    /// How the server is set up beyond the policy, in words of its own.
    pub settings: Map<String, Value>,
}

/// Something that a key has, or (`!uv`) has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyNeed {
    /// What.
    pub feature: KeyFeature,
    /// It must be there; otherwise it must be missing.
    pub present: bool,
}

/// What a key may be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyFeature {
    /// Speaks CTAP2.
    Ctap2,
    /// Speaks U2F.
    U2f,
    /// Stores resident credentials.
    Rk,
    /// Verifies its user by built-in means that are ready.
    Uv,
    /// Is part of the client device.
    Platform,
    /// Has a signature counter that rises.
    Counter,
    /// Makes credentials that may be backed up.
    BackupEligible,
    /// Attests at all, so that there is a signature.
    Attestation,
    /// Attests with a certificate (`packed`, `tpm` or `fido-u2f`).
    Certificate,
    /// Attests with the credential's own key.
    SelfAttestation,
    /// Is of the model with this AAGUID.
    Model([u8; 16]),
}

/// What a server may be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetNeed {
    /// Its policy can be set.
    Policy,
    /// Password, then key.
    SecondFactor,
    /// User name, then key.
    Passwordless,
    /// Key alone.
    Usernameless,
    /// Lists a user's credentials.
    Credentials,
}

/// Where the keys of a scenario differ from their profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyWish {
    /// How the counter moves.
    pub counter: Option<CounterWish>,
    /// Backup flags.
    pub backup: Option<BackupWish>,
    /// Attestation of makeCredential; U2F registration always carries `fido-u2f`.
    pub attestation: Option<AttestationWish>,
    /// What is wrong with the attestation certificate.
    pub certificate: Option<CertificateWish>,
}

/// See `authenticator::profile::Counter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterWish {
    /// One for the whole key.
    Global,
    /// One per resident credential.
    PerCredential,
    /// Always 0.
    Zero,
}

/// See `authenticator::profile::Backup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupWish {
    /// BE = 0, BS = 0.
    Ineligible,
    /// BE = 1, BS = 0.
    Eligible,
    /// BE = 1, BS = 1.
    BackedUp,
}

/// See `authenticator::profile::Attestation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationWish {
    /// `none`.
    None,
    /// `packed`, self.
    PackedSelf,
    /// `packed` with a certificate.
    Packed,
    /// `tpm`; the key then speaks no U2F, as a TPM does not.
    Tpm,
}

/// One thing that is wrong with a certificate which the right root issued. See `softkeys::Slip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateWish {
    /// It names the AAGUID of another model.
    OtherAaguid,
    /// That of a TPM's key: its Extended Key Usage does not say so.
    NoAikUsage,
    /// That of a TPM's key: it has a subject.
    AikWithSubject,
    /// That of a TPM's key: it does not say which TPM it is.
    NoTpmName,
}

/// Which attestation roots the server is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchors {
    /// The root that the keys' certificates come from.
    #[default]
    Own,
    /// Another root.
    Other,
}

impl Scenario {
    /// The clause as a URL.
    pub fn spec_url(&self) -> String {
        spec_url(&self.spec).unwrap_or_else(|| self.spec.clone())
    }

    /// What reports show of it.
    pub fn info(&self) -> ScenarioInfo {
        ScenarioInfo {
            id: self.id.clone(),
            title: self.title.clone(),
            requires: self.requires.clone(),
            spec: self.spec_url(),
            column: self.column.clone(),
            catches: self.catches.clone(),
            twin: self.twin.clone(),
        }
    }

    /// Whether the scenario runs in this manner.
    pub fn allows(&self, manner: Manner) -> bool {
        self.manner.is_none_or(|only| only == manner)
    }

    /// Whether the server gets another policy on the way.
    pub fn changes_policy(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.verb, Verb::SetPolicy(_)))
    }

    /// How users log in where the server has what `has` says: a scenario that does not say it is content with the key in the
    /// password's place.
    pub fn login(&self, has: impl Fn(Login) -> bool) -> Login {
        let said = self.policy.login;
        match !self.login_is_said && !has(said) && has(Login::Passwordless) {
            true => Login::Passwordless,
            false => said,
        }
    }

    /// Whether the scenario is for that server.
    pub fn is_for(&self, server: &str) -> bool {
        self.server.as_ref().is_none_or(|only| only.name == server)
    }

    /// The accounts that its steps name, each once, in order.
    pub fn accounts(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.steps.iter().filter_map(Step::who) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The URL of a clause: `webauthn-3#...`, `ctap-2.2#...`, `fido-u2f-raw#...`, or a URL as it is; `None` for anything else.
pub fn spec_url(short: &str) -> Option<String> {
    if short.starts_with("https://") {
        return Some(short.to_owned());
    }
    let (document, anchor) = short.split_once('#')?;
    let (_, base) = SPECS.iter().find(|(name, _)| *name == document)?;
    (!anchor.is_empty()).then(|| format!("{base}#{anchor}"))
}

/// The documents that a `spec` may name.
pub const SPECS: [(&str, &str); 3] = [
    ("webauthn-3", "https://www.w3.org/TR/webauthn-3/"),
    (
        "ctap-2.2",
        "https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html",
    ),
    (
        "fido-u2f-raw",
        "https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html",
    ),
];

impl KeyFeature {
    /// Every word with its meaning; besides, `aaguid=UUID` names a model.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("ctap2", Self::Ctap2),
        ("u2f", Self::U2f),
        ("rk", Self::Rk),
        ("uv", Self::Uv),
        ("platform", Self::Platform),
        ("counter", Self::Counter),
        ("backup-eligible", Self::BackupEligible),
        ("attestation", Self::Attestation),
        ("certificate", Self::Certificate),
        ("self-attestation", Self::SelfAttestation),
    ];

    /// For a reason: "the key has no user verification of its own".
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Ctap2 => "CTAP2",
            Self::U2f => "U2F",
            Self::Rk => "resident credentials",
            Self::Uv => "user verification of its own",
            Self::Platform => "place in the client device",
            Self::Counter => "signature counter that rises",
            Self::BackupEligible => "credentials that may be backed up",
            Self::Attestation => "attestation",
            Self::Certificate => "attestation certificate",
            Self::SelfAttestation => "self attestation",
            Self::Model(_) => "AAGUID that the scenario is about",
        }
    }
}

impl TargetNeed {
    /// Every word with its meaning.
    pub const ALL: [(&'static str, Self); 5] = [
        ("policy", Self::Policy),
        ("second-factor", Self::SecondFactor),
        ("passwordless", Self::Passwordless),
        ("usernameless", Self::Usernameless),
        ("credentials", Self::Credentials),
    ];

    /// The word that files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, need)| *need == self).map_or("", |(word, _)| word)
    }

    /// For a reason: "the server has no login without a user name".
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Policy => "policy that the bench may set",
            Self::SecondFactor => "login with a password and then a key",
            Self::Passwordless => "login with a user name and a key",
            Self::Usernameless => "login with a key alone",
            Self::Credentials => "list of a user's credentials",
        }
    }
}

impl FromStr for KeyNeed {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let (present, name) = match word.strip_prefix('!') {
            Some(name) => (false, name),
            None => (true, word),
        };
        let feature = match name.strip_prefix(AAGUID) {
            Some(text) => KeyFeature::Model(aaguid(text)?),
            None => named(&KeyFeature::WORDS, name, "key feature")?,
        };
        Ok(Self { feature, present })
    }
}

impl FromStr for TargetNeed {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        named(&Self::ALL, word, "server feature")
    }
}

impl fmt::Display for KeyNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.present { "" } else { "!" };
        match self.feature {
            KeyFeature::Model(aaguid) => write!(f, "{not}{AAGUID}{}", uuid(aaguid)),
            feature => {
                let word = KeyFeature::WORDS
                    .iter()
                    .find(|(_, other)| *other == feature)
                    .map_or("", |(word, _)| word);
                write!(f, "{not}{word}")
            }
        }
    }
}

/// An AAGUID as lower-case UUID text.
pub fn uuid(aaguid: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in aaguid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Reads lower-case UUID text.
fn aaguid(text: &str) -> Result<[u8; 16], String> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let read = u128::from_str_radix(&digits, 16).map(u128::to_be_bytes).ok();
    let wrong = || format!("`{text}` is no AAGUID, which looks like 00112233-4455-6677-8899-aabbccddeeff");
    read.filter(|bytes| uuid(*bytes) == text).ok_or_else(wrong)
}

const AAGUID: &str = "aaguid=";

fn named<T: Copy>(all: &[(&'static str, T)], word: &str, what: &str) -> Result<T, String> {
    if let Some((_, found)) = all.iter().find(|(name, _)| *name == word) {
        return Ok(*found);
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    Err(format!("`{word}` is no {what}; there are {}", names.join(", ")))
}
