//! A bench policy in Authelia's words, or the reason why Authelia has no such policy.

use plan::Policy;
use plan::policy::{Attachment, BackupRule, CounterRule, Login, Trust};
use serde_json::{Map, Value, json};

use super::wish::Wish;
use crate::target::TargetError;

/// The algorithms that Authelia offers, always all of them, by COSE number.
const ALGORITHMS: [i32; 10] = [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8];

/// The options `webauthn` of a configuration with that policy.
///
/// # Errors
/// [`TargetError::Unsupported`] for a rule that Authelia lacks.
pub(super) fn webauthn(policy: &Policy, wish: &Wish) -> Result<Map<String, Value>, TargetError> {
    let mut options = Map::new();
    if policy.login == Login::Usernameless {
        options.insert("enable_passkey_login".to_owned(), json!(true));
    }
    if !wish.defaults {
        // What a scenario sets itself is Authelia's own, and needs no translation.
        if wish.webauthn.is_empty() {
            expressible(policy)?;
        }
        let attachment = policy.attachment.map_or("", Attachment::word);
        let criteria = json!({
            "attachment": attachment,
            "discoverability": policy.resident_key.word(),
            "user_verification": policy.user_verification.word(),
        });
        options.insert("selection_criteria".to_owned(), criteria);
        options.insert("attestation_conveyance_preference".to_owned(), policy.attestation.word().into());
        let filtering = json!({
            "permitted_aaguids": policy.aaguid_allow,
            "prohibited_aaguids": policy.aaguid_deny,
            "prohibit_backup_eligibility": policy.backup_eligibility == BackupRule::Forbidden,
        });
        options.insert("filtering".to_owned(), filtering);
    }
    lay_over(&mut options, &wish.webauthn);
    Ok(options)
}

/// Puts options over others; tables are merged.
pub(super) fn lay_over(options: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match (options.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(over)) => lay_over(inner, over),
            _ => drop(options.insert(name.clone(), value.clone())),
        }
    }
}

/// Whether Authelia has such a policy at all.
pub(super) fn expressible(policy: &Policy) -> Result<(), TargetError> {
    if policy.login == Login::Passwordless {
        return Err(lacks("a user who types a name types the password too"));
    }
    // Its list is a wider one than that of the policy; only what the default policy offers is no restriction.
    if policy.algorithms != Policy::default().algorithms {
        let strange = policy.algorithms.iter().find(|alg| !ALGORITHMS.contains(alg));
        return Err(match strange {
            Some(strange) => lacks(&format!("it has no signature algorithm {strange}")),
            None => lacks("the algorithms that it offers cannot be chosen"),
        });
    }
    if policy.trust == Trust::Anchored {
        return Err(lacks(
            "it trusts the makers in FIDO's metadata alone, whose root certificate is part of the program",
        ));
    }
    if policy.counter == CounterRule::Ignore {
        return Err(lacks("its counter check cannot be switched off"));
    }
    if policy.backup_eligibility == BackupRule::Required {
        return Err(lacks("it can refuse keys that may be backed up, and cannot insist on them"));
    }
    if !policy.exclude_credentials {
        return Err(lacks("it always lists the keys that a user has"));
    }
    if !policy.aaguid_allow.is_empty() && !policy.aaguid_deny.is_empty() {
        return Err(lacks(
            "it has a list of AAGUIDs that it takes or one of those that it refuses, not both",
        ));
    }
    Ok(())
}

pub(super) fn lacks(reason: &str) -> TargetError {
    TargetError::Unsupported(format!("Authelia: {reason}"))
}
