//! What a scenario sets on Authelia beyond the policy: its table `[server]`.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::target::{TargetError, own_words};

/// The members of `[server]` that are Authelia's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Wish {
    /// `webauthn` is what Authelia makes of an empty one: nothing of the scenario's policy is set but the kind of login.
    pub(super) defaults: bool,
    /// Options of `webauthn` as the configuration spells them. They go before those that follow from the policy.
    pub(super) webauthn: Map<String, Value>,
    /// Options of `identity_validation.elevated_session`.
    pub(super) elevated_session: Map<String, Value>,
    /// Options of `regulation`.
    pub(super) regulation: Map<String, Value>,
    /// Options of `server.endpoints.rate_limits`.
    pub(super) rate_limits: Map<String, Value>,
    /// How often the user gives a wrong password before the right one.
    pub(super) wrong_passwords: u32,
    /// What is done before a key is registered.
    pub(super) elevation: Elevation,
    /// The user's page is opened before, as the portal does: it makes the row of preferences that some rules look at.
    pub(super) preferences: bool,
    /// What is done after a passkey.
    pub(super) then: Then,
    /// The level of authentication that counts as logged in, where it is not the one of the login: 1 is one_factor, 2 is
    /// two_factor.
    pub(super) level: Option<u8>,
    /// How keys are named.
    pub(super) names: Names,
    /// Each key is given another name after it was registered.
    pub(super) rename: bool,
}

/// What is done before a key is registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Elevation {
    /// The user types the one-time code.
    #[default]
    Code,
    /// The user types the one-time code for the first key, and goes on without one for others.
    FirstKey,
    /// Nothing.
    None,
    /// The user types a code that was not sent.
    WrongCode,
}

/// What is done after a passkey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    /// Nothing.
    #[default]
    Nothing,
    /// The user types the password.
    Password,
}

/// How keys are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Names {
    /// Each has a name of its own.
    #[default]
    Distinct,
    /// Every one has the same, in other letters each time.
    Same,
}

impl Wish {
    /// Reads a scenario's settings.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] for what is no setting.
    pub(super) fn read(settings: &Map<String, Value>) -> Result<Self, TargetError> {
        own_words(settings, "[server]", "Authelia")
    }

    /// Nothing in the configuration has to be changed for it, and no site behind Authelia is needed.
    pub(super) fn leaves_configuration(&self) -> bool {
        let tables = [&self.webauthn, &self.elevated_session, &self.regulation, &self.rate_limits];
        tables.iter().all(|table| table.is_empty()) && self.level.is_none()
    }
}
