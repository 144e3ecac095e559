//! A relying party's policy in 2FAuth's settings, which are few.

use plan::Policy;
use plan::policy::{BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};

use super::wish::Wish;
use crate::target::TargetError;

/// The algorithms that 2FAuth offers: ES256, RS256, and EdDSA where PHP has sodium.
const ALGORITHMS: [i32; 3] = [-7, -257, -8];

/// What an environment decides: another setup is another process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Setup {
    /// `WEBAUTHN_USER_VERIFICATION`.
    pub(super) user_verification: &'static str,
    /// `WEBAUTHN_ID`.
    pub(super) rp_id: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { user_verification: Requirement::Preferred.word(), rp_id: None }
    }
}

/// The setup for `policy`.
///
/// # Errors
/// [`TargetError::Unsupported`] for a rule that 2FAuth lacks.
pub(super) fn setup(policy: &Policy, wish: &Wish) -> Result<Setup, TargetError> {
    let mut algorithms = policy.algorithms.clone();
    algorithms.sort_unstable();
    let mut offered = ALGORITHMS.to_vec();
    offered.sort_unstable();
    let default = Policy::default();
    let lacks = [
        (policy.login != Login::Passwordless, "its users log in with their e-mail address and the key"),
        (policy.resident_key == Requirement::Required, "it asks for no resident key"),
        (policy.attestation != Conveyance::None, "it asks for no attestation"),
        (policy.trust != Trust::Any, "it has no trust anchors"),
        (policy.attachment.is_some(), "it asks for no attachment"),
        (algorithms != offered, "its algorithms are fixed"),
        (policy.aaguid_allow != default.aaguid_allow, "it has no list of AAGUIDs"),
        (policy.aaguid_deny != default.aaguid_deny, "it has no list of AAGUIDs"),
        (policy.counter != CounterRule::Refuse, "its counter check cannot be switched off"),
        (policy.backup_eligibility != BackupRule::Any, "it has no rule about backup eligibility"),
        (!policy.exclude_credentials, "it always refuses a key that is registered"),
    ];
    match lacks.iter().find(|(lacking, _)| *lacking) {
        Some((_, why)) => Err(TargetError::Unsupported(format!("2FAuth: {why}"))),
        None => Ok(Setup { user_verification: policy.user_verification.word(), rp_id: wish.rp_id.clone() }),
    }
}
