//! Authentication flows as trees, and as Keycloak writes them.

use plan::policy::Login;
use serde_json::{Value, json};

use super::wish::Flow;

/// What a flow asks for, one step after the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// An authenticator.
    One(&'static str, Need),
    /// A flow of its own name.
    Sub(&'static str, Need, &'static [Step]),
}

/// How much a step is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Alternative,
    Conditional,
}
use Need::{Alternative, Conditional, Required};

impl Need {
    /// Keycloak's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Required => "REQUIRED",
            Alternative => "ALTERNATIVE",
            Conditional => "CONDITIONAL",
        }
    }
}

const PASSWORD: Step = Step::One("auth-username-password-form", Required);
const NAME: Step = Step::One("auth-username-form", Required);

/// The password only.
pub(super) const ENROL_STEPS: &[Step] = &[PASSWORD];
/// The session cookie; the form is never shown: asked not to prompt, Keycloak says that a login is required.
pub(super) const WHOAMI_STEPS: &[Step] =
    &[Step::One("auth-cookie", Alternative), Step::One("auth-username-password-form", Alternative)];

const KEY_OF_THOSE_WHO_HAVE_ONE: &[Step] =
    &[Step::One("conditional-user-configured", Required), Step::One("webauthn-authenticator", Required)];
const KEY_OR_PASSWORD: &[Step] = &[
    Step::One("webauthn-authenticator-passwordless", Alternative),
    Step::One("auth-password-form", Alternative),
];

/// The steps of the login; those of stock flows are Keycloak's own.
pub(super) fn login_steps(flow: Flow, login: Login) -> &'static [Step] {
    match (flow, login) {
        (Flow::Conditional, _) => {
            &[PASSWORD, Step::Sub("anykey-2fa", Conditional, KEY_OF_THOSE_WHO_HAVE_ONE)]
        }
        (Flow::Choice, _) => &[NAME, Step::Sub("anykey-choice", Required, KEY_OR_PASSWORD)],
        (_, Login::SecondFactor) => &[PASSWORD, Step::One("webauthn-authenticator", Required)],
        (_, Login::Passwordless) => &[NAME, Step::One("webauthn-authenticator-passwordless", Required)],
        (_, Login::Usernameless) => &[Step::One("webauthn-authenticator-passwordless", Required)],
    }
}

/// The id of a flow; `tag` makes it unique on the server.
pub(super) fn id(tag: &str, name: &str) -> String {
    format!("{name}-{tag}")
}

/// A flow and those in it, as a realm's representation has them.
pub(super) fn represented(tag: &str, name: &str, steps: &[Step]) -> Vec<Value> {
    let mut all = Vec::new();
    add(&mut all, tag, name, true, steps);
    all
}

fn add(all: &mut Vec<Value>, tag: &str, name: &str, top: bool, steps: &[Step]) {
    let execution = |(at, step): (usize, &Step)| {
        let (member, value, need) = match step {
            Step::One(provider, need) => ("authenticator", provider, need),
            Step::Sub(flow, need, _) => ("flowAlias", flow, need),
        };
        json!({
            member: value,
            "authenticatorFlow": matches!(step, Step::Sub(..)),
            "requirement": need.word(),
            "priority": 10 * (at + 1),
        })
    };
    all.push(json!({
        "id": id(tag, name),
        "alias": name,
        "providerId": "basic-flow",
        "topLevel": top,
        "builtIn": false,
        "authenticationExecutions": steps.iter().enumerate().map(execution).collect::<Vec<_>>(),
    }));
    for step in steps {
        if let Step::Sub(flow, _, steps) = step {
            add(all, tag, flow, false, steps);
        }
    }
}
