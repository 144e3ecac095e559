//! A bench policy in Keycloak's words, or the reason why Keycloak has no such policy.

use plan::Policy;
use plan::policy::{Attachment, BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};
use serde_json::{Map, Value, json};

use super::wish::{Flow, Registers, Wish};
use crate::target::TargetError;

/// The algorithms that Keycloak knows, by COSE number.
const ALGORITHMS: [(i32, &str); 8] = [
    (-7, "ES256"),
    (-8, "Ed25519"),
    (-35, "ES384"),
    (-36, "ES512"),
    (-257, "RS256"),
    (-258, "RS384"),
    (-259, "RS512"),
    (-65535, "RS1"),
];

/// Keycloak's word for a setting that is not made.
pub(super) const NOT_SPECIFIED: &str = "not specified";

/// The prefix of the policy for second factors.
const SECOND_FACTOR: &str = "webAuthnPolicy";
/// The prefix of the policy for passwordless logins.
const PASSWORDLESS: &str = "webAuthnPolicyPasswordless";
/// Fields that older servers do not know: they refuse the whole realm.
const NEWER: [&str; 2] = ["ResidentKey", "Mediation"];

/// What the running server brings to a policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    /// It has the setting `ResidentKey` (from 26.7).
    pub(super) resident_key: bool,
    /// It trusts the attestation roots that the case wants.
    pub(super) trusts: bool,
}

/// The prefix of the settings: Keycloak keeps two policies, one for second factors and one for passwordless logins.
pub(super) fn prefix(login: Login) -> &'static str {
    match login {
        Login::SecondFactor => SECOND_FACTOR,
        Login::Passwordless | Login::Usernameless => PASSWORDLESS,
    }
}

/// The settings of a realm that is to have `policy`. All of them, since those that are left out get Keycloak's defaults.
///
/// # Errors
/// [`TargetError::Unsupported`] for a rule that Keycloak lacks.
pub(super) fn settings(
    policy: &Policy,
    wish: &Wish,
    server: Server,
) -> Result<Map<String, Value>, TargetError> {
    if wish.defaults {
        return Ok(Map::new());
    }
    // What a scenario sets itself is Keycloak's own, and needs no translation.
    if wish.policy.is_empty() {
        expressible(policy, server)?;
    }
    let prefix = match wish.registers {
        None => prefix(policy.login),
        Some(Registers::SecondFactor) => SECOND_FACTOR,
        Some(Registers::Passwordless) => PASSWORDLESS,
    };
    let mut algorithms = Vec::new();
    for number in &policy.algorithms {
        match ALGORITHMS.iter().find(|(known, _)| known == number) {
            Some((_, name)) => algorithms.push(*name),
            None => return Err(lacks(format!("it has no signature algorithm {number}"))),
        }
    }
    let mut members = vec![
        ("RpEntityName", json!("AnyKey")),
        ("SignatureAlgorithms", json!(algorithms)),
        ("RpId", json!("")),
        ("AttestationConveyancePreference", json!(policy.attestation.word())),
        ("AuthenticatorAttachment", json!(policy.attachment.map_or(NOT_SPECIFIED, Attachment::word))),
        ("UserVerificationRequirement", json!(policy.user_verification.word())),
        ("CreateTimeout", json!(0)),
        ("AvoidSameAuthenticatorRegister", json!(policy.exclude_credentials)),
        ("AcceptableAaguids", json!(policy.aaguid_allow)),
        ("ExtraOrigins", json!([])),
    ];
    // From 26.7 the older setting is deprecated, and the newer one goes before it. The older one cannot prefer.
    if server.resident_key {
        members.push(("ResidentKey", json!(policy.resident_key.word())));
        members.push(("RequireResidentKey", json!(NOT_SPECIFIED)));
    } else {
        members.push(("RequireResidentKey", json!(require_resident_key(policy.resident_key))));
    }
    let mut all: Map<String, Value> =
        members.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)).collect();
    if wish.flow == Flow::Passkeys {
        all.insert(format!("{PASSWORDLESS}PasskeysEnabled"), json!(true));
    }
    // Where the older one is set, the newer one must not go before it.
    if server.resident_key && wish.policy.contains_key("RequireResidentKey") {
        all.insert(format!("{prefix}ResidentKey"), json!(NOT_SPECIFIED));
    }
    for (name, value) in &wish.policy {
        if NEWER.contains(&name.as_str()) && !server.resident_key {
            return Err(lacks(format!("before 26.7 its policy has no `{name}`")));
        }
        all.insert(format!("{prefix}{name}"), value.clone());
    }
    Ok(all)
}

fn require_resident_key(wanted: Requirement) -> &'static str {
    match wanted {
        Requirement::Required => "Yes",
        Requirement::Preferred => NOT_SPECIFIED,
        Requirement::Discouraged => "No",
    }
}

/// The settings that a server says differently from what it was told.
pub(super) fn differences(wanted: &Map<String, Value>, got: &Value) -> Vec<String> {
    // An empty list of algorithms stands for Keycloak's defaults, and is told as those.
    let defaults = |name: &str, value: &Value| name.ends_with("SignatureAlgorithms") && *value == json!([]);
    let different =
        wanted.iter().filter(|(name, value)| got[name.as_str()] != **value && !defaults(name, value));
    different.map(|(name, value)| format!("{name} is {} instead of {value}", got[name.as_str()])).collect()
}

fn expressible(policy: &Policy, server: Server) -> Result<(), TargetError> {
    if !policy.aaguid_deny.is_empty() {
        return Err(lacks("it can list the AAGUIDs it accepts, not those it refuses"));
    }
    if policy.counter == CounterRule::Ignore {
        return Err(lacks("its counter check cannot be switched off"));
    }
    if policy.backup_eligibility != BackupRule::Any {
        return Err(lacks("it has no rule about backup eligibility"));
    }
    match (policy.trust, policy.attestation) {
        (Trust::Any, Conveyance::None) if policy.aaguid_allow.is_empty() => Ok(()),
        (Trust::Any, Conveyance::None) => Err(lacks("its list of AAGUIDs needs attestation")),
        (Trust::Anchored, Conveyance::None) => {
            Err(lacks("it checks no chain when it asks for no attestation"))
        }
        // It has one rule for both: certificates have to come from its trust store, self attestation is taken. With the roots of the
        // run there, and no others, they differ in what is taken without a certificate; what is known says so.
        (Trust::Any | Trust::Anchored, _) if !server.trusts => {
            Err(lacks("its trust store is read at its start, and was given other attestation roots"))
        }
        (Trust::Any | Trust::Anchored, _) => Ok(()),
    }
}

fn lacks(reason: impl Into<String>) -> TargetError {
    TargetError::Unsupported(format!("Keycloak: {}", reason.into()))
}
