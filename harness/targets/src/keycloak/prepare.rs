//! Makes the realm of a policy, and looks whether Keycloak took it.

use plan::policy::Login;
use serde_json::{Map, Value, json};

use super::admin::Admin;
use super::flow::{ENROL_STEPS, Step, WHOAMI_STEPS, login_steps};
use super::policy;
use super::realm::{self, ENROL, LOGIN, WHOAMI, action, client};
use super::wish::{Enrol, Flow, Wish};
use crate::target::TargetError;

/// The flow of a new realm.
const BROWSER: &str = "browser";

/// A realm that is to be.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// How users log in.
    pub(super) login: Login,
    /// What the scenario sets.
    pub(super) wish: &'a Wish,
    /// The policy's fields.
    pub(super) settings: &'a Map<String, Value>,
    /// Where Keycloak sends user agents back to.
    pub(super) done: &'a str,
}

/// Makes it.
pub(super) async fn prepare(admin: &Admin, plan: &Plan<'_>) -> Result<(), TargetError> {
    let Plan { name, login, wish, settings, done } = plan;
    let representation = realm::representation(name, name, *login, wish, done, settings);
    admin.create_realm(&representation).await?;
    if wish.is_stock() {
        let enrol = flow(admin, name, ENROL, ENROL_STEPS).await?;
        let whoami = flow(admin, name, WHOAMI, WHOAMI_STEPS).await?;
        let own = match wish.flow {
            Flow::Required => Some(flow(admin, name, LOGIN, login_steps(wish.flow, *login)).await?),
            _ => None,
        };
        let clients = [(ENROL, Some(enrol)), (LOGIN, own), (WHOAMI, Some(whoami))];
        for (id, flow) in clients {
            admin.create(name, "clients", &client(id, done, flow.as_deref())).await?;
        }
    }
    if wish.flow == Flow::Stock {
        require(admin, name, BROWSER, "webauthn-authenticator", "ALTERNATIVE").await?;
    }
    if matches!(wish.enrol, Enrol::DefaultAction | Enrol::SelfRegistration) {
        let path = format!("authentication/required-actions/{}", action(*login, wish));
        let mut row = admin.of_realm(name, &path).await?;
        row["defaultAction"] = json!(true);
        admin.put(name, &path, &row).await?;
    }
    look(admin, name, settings).await
}

/// A policy that Keycloak does not take is answered like one that it takes: look.
pub(super) async fn look(
    admin: &Admin,
    realm: &str,
    settings: &Map<String, Value>,
) -> Result<(), TargetError> {
    let differences = policy::differences(settings, &admin.realm(realm).await?);
    if differences.is_empty() {
        return Ok(());
    }
    Err(TargetError::Unknown(format!("Keycloak did not take the policy: {}", differences.join("; "))))
}

/// Adds a flow to a realm that has Keycloak's own, and gives its id.
async fn flow(admin: &Admin, realm: &str, name: &str, steps: &[Step]) -> Result<String, TargetError> {
    let new = json!({"alias": name, "providerId": "basic-flow", "topLevel": true, "builtIn": false, "description": ""});
    let id = admin.create(realm, "authentication/flows", &new).await?;
    for step in steps {
        let Step::One(provider, need) = step else { continue };
        let path = format!("authentication/flows/{name}/executions/execution");
        admin.create(realm, &path, &json!({"provider": provider})).await?;
        require(admin, realm, name, provider, need.word()).await?;
    }
    Ok(id)
}

/// Sets how much a step of a flow is needed.
async fn require(
    admin: &Admin,
    realm: &str,
    flow: &str,
    provider: &str,
    need: &str,
) -> Result<(), TargetError> {
    let path = format!("authentication/flows/{flow}/executions");
    let rows = admin.of_realm(realm, &path).await?;
    let row = rows.as_array().and_then(|rows| rows.iter().find(|row| row["providerId"] == provider));
    let Some(mut row) = row.cloned() else {
        return Err(TargetError::Unsupported(format!(
            "Keycloak: its flow `{flow}` has no step `{provider}`"
        )));
    };
    row["requirement"] = json!(need);
    admin.put(realm, &path, &row).await
}
