//! A scenario: what is done to a server with a key, and what must come of it. Data only; `run` gives it meaning.

mod needs;

use serde_json::{Map, Value};

use crate::event::{Manner, ScenarioInfo};
use crate::policy::{Login, Policy};
use crate::step::{Step, Verb};
use crate::versions::Versions;

pub use needs::{KeyFeature, KeyNeed, Needs, TargetNeed, uuid};

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
