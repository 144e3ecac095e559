//! What a scenario sets on Keycloak beyond the policy: its table `[server]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::target::{TargetError, own_words};

/// The members of `[server]` that are Keycloak's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Wish {
    /// The policy is the one that Keycloak gives a new realm: nothing of the scenario's is set.
    pub(super) defaults: bool,
    /// How users log in.
    pub(super) flow: Flow,
    /// How users come to the page that registers a key.
    pub(super) enrol: Enrol,
    /// The credential that is registered, where it is not the one that the login asks for.
    pub(super) registers: Option<Registers>,
    /// Who removes a credential.
    pub(super) removal: Removal,
    /// How keys are named.
    pub(super) labels: Labels,
    /// Refused logins lock the user.
    pub(super) brute_force: bool,
    /// Fields of the policy as the admin interface spells them, without `webAuthnPolicy` and `webAuthnPolicyPasswordless`. They
    /// go before those that follow from the policy.
    pub(super) policy: BTreeMap<String, Value>,
}

/// How users log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Flow {
    /// As the policy says, every step required.
    #[default]
    Required,
    /// Password, then the key of those who have one.
    Conditional,
    /// User name, then key or password, as the user chooses.
    Choice,
    /// The flow of a new realm, with its disabled WebAuthn step switched on as an alternative.
    Stock,
    /// The flow of a new realm, with passkeys in its login form.
    Passkeys,
}

/// How users come to the page that registers a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Enrol {
    /// The action is required of the user.
    #[default]
    Required,
    /// The action is a default action of the realm.
    DefaultAction,
    /// The same, and users make their accounts themselves.
    SelfRegistration,
    /// The application asks for it: `kc_action`.
    Application,
    /// The same, and only of users without a key.
    ApplicationOnce,
    /// The login wants a key, and the user has none.
    Login,
}

/// One of the two credentials that Keycloak has for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Registers {
    /// `webauthn`.
    SecondFactor,
    /// `webauthn-passwordless`.
    Passwordless,
}

/// Who removes a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Removal {
    /// An admin.
    #[default]
    Admin,
    /// The user, by the action `delete_credential`.
    Action,
    /// The user, in the account console.
    Account,
}

/// How keys are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Labels {
    /// Each has a name of its own.
    #[default]
    Distinct,
    /// Every one has the name that Keycloak's page proposes.
    Proposed,
}

impl Wish {
    /// Reads a scenario's settings.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] for what is no setting.
    pub(super) fn read(settings: &Map<String, Value>) -> Result<Self, TargetError> {
        own_words(settings, "[server]", "Keycloak")
    }

    /// The realm keeps the flows that Keycloak gives it.
    pub(super) fn is_stock(&self) -> bool {
        matches!(self.flow, Flow::Stock | Flow::Passkeys) || self.enrol == Enrol::SelfRegistration
    }
}
