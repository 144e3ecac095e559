//! What a scenario sets on defguard beyond the policy: its table `[server]`.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::target::{TargetError, own_words};

/// The members of `[server]` that are defguard's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Wish {
    /// How a user who has a key already gets into the session that registers another.
    pub(super) enrol: Enrol,
    /// How a key is taken from its user.
    pub(super) removal: Removal,
    /// What a login without a key gives in the key's place.
    pub(super) without_key: WithoutKey,
}

/// How a user who has a key already gets into the session that registers another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Enrol {
    /// With the password and a recovery code.
    #[default]
    RecoveryCode,
    /// With the password alone, which is not enough.
    Password,
}

/// How a key is taken from its user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Removal {
    /// An admin deletes it.
    #[default]
    Admin,
    /// Its user deletes it.
    User,
    /// An admin takes all factors of the user away.
    Mfa,
}

/// What a login without a key gives in the key's place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WithoutKey {
    /// Nothing: the password alone.
    #[default]
    Nothing,
    /// A recovery code that was not used before.
    RecoveryCode,
    /// A recovery code that was used before, in another session.
    UsedCode,
}

impl Wish {
    /// Reads a scenario's settings.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] for what is no setting.
    pub(super) fn read(settings: &Map<String, Value>) -> Result<Self, TargetError> {
        own_words(settings, "[server]", "defguard")
    }
}
