//! The one policy that defguard has: nothing of it can be set.

use plan::Policy;
use plan::policy::{BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};

use crate::target::TargetError;

/// What it offers: ES256 and RS256.
const ALGORITHMS: [i32; 2] = [-7, -257];

/// Whether a scenario with that policy means something here. User verification is always required, which is the same as preferred
/// for a key that verifies its user.
pub(super) fn check(policy: &Policy, verifies_user: bool) -> Result<(), TargetError> {
    let lacks = |what: &str| Err(TargetError::Unsupported(what.to_owned()));
    if policy.login != Login::SecondFactor {
        return lacks("a login without a password");
    }
    if policy.user_verification == Requirement::Discouraged {
        return lacks("a way not to ask for user verification, which it always requires");
    }
    if policy.user_verification == Requirement::Preferred && !verifies_user {
        return lacks("keys that do not verify their user");
    }
    if policy.resident_key == Requirement::Required {
        return lacks("resident credentials that are required");
    }
    if policy.attestation != Conveyance::None || policy.trust != Trust::Any {
        return lacks("attestation, which it does not ask for");
    }
    if policy.attachment.is_some() {
        return lacks("a setting for the attachment of keys");
    }
    if !policy.aaguid_allow.is_empty() || !policy.aaguid_deny.is_empty() {
        return lacks("lists of AAGUIDs");
    }
    if policy.backup_eligibility != BackupRule::Any {
        return lacks("a setting for credentials that may be backed up");
    }
    if policy.counter != CounterRule::Refuse {
        return lacks("a setting that ignores counters");
    }
    if !policy.exclude_credentials {
        return lacks("a way not to list the credentials that the user has");
    }
    let default = policy.algorithms == Policy::default().algorithms;
    if !default && policy.algorithms != ALGORITHMS {
        return lacks("other algorithms than ES256 and RS256");
    }
    Ok(())
}
