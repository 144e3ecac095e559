//! The realm of one policy: its flows, its clients, its keys.

use plan::policy::Login;
use serde_json::{Map, Value, json};

/// The client at which keys are registered: its flow asks for the password only, so that a user with and without keys
/// comes to the registration page the same way.
pub(super) const ENROL: &str = "anykey-enrol";
/// The client at which users log in with their keys: its flow is the realm's.
pub(super) const LOGIN: &str = "anykey-login";
/// The client that knows whether the user agent is logged in: its flow looks at the session cookie only.
pub(super) const WHOAMI: &str = "anykey-whoami";
/// The path to which Keycloak sends the user agent back; nothing is asked for there.
pub(super) const DONE: &str = "anykey/done";

/// The required action that registers a key, which is also the type of its credential's policy.
pub(super) fn action(login: Login) -> &'static str {
    match login {
        Login::SecondFactor => "webauthn-register",
        Login::Passwordless | Login::Usernameless => "webauthn-register-passwordless",
    }
}

/// The representation of a new realm. `tag` makes the flow ids unique on the server.
pub(super) fn representation(
    name: &str,
    tag: &str,
    login: Login,
    done: &str,
    settings: &Map<String, Value>,
) -> Value {
    let steps: &[&str] = match login {
        Login::SecondFactor => &["auth-username-password-form", "webauthn-authenticator"],
        Login::Passwordless => &["auth-username-form", "webauthn-authenticator-passwordless"],
        Login::Usernameless => &["webauthn-authenticator-passwordless"],
    };
    let mut realm = json!({
        "realm": name,
        "enabled": true,
        "sslRequired": "none",
        "eventsEnabled": true,
        "bruteForceProtected": false,
        // One cheap iteration: passwords are not what is tested, and Argon2 would be most of the time.
        "passwordPolicy": "hashIterations(1) and hashAlgorithm(pbkdf2-sha256)",
        // RSA keys take a second or two to make, these do not.
        "defaultSignatureAlgorithm": "ES256",
        "components": {"org.keycloak.keys.KeyProvider": [
            key("ecdsa-generated", json!({"priority": ["100"]})),
            key("aes-generated", json!({"priority": ["100"]})),
            key("hmac-generated", json!({"priority": ["100"], "algorithm": ["HS512"]})),
        ]},
        "authenticationFlows": [
            flow(tag, ENROL, "REQUIRED", &["auth-username-password-form"]),
            flow(tag, LOGIN, "REQUIRED", steps),
            // The form is never shown: asked not to prompt, Keycloak says that a login is required.
            flow(tag, WHOAMI, "ALTERNATIVE", &["auth-cookie", "auth-username-password-form"]),
        ],
        "browserFlow": LOGIN,
        "clients": [
            client(ENROL, done, Some(tag)),
            client(LOGIN, done, None),
            client(WHOAMI, done, Some(tag)),
        ],
    });
    if let Some(members) = realm.as_object_mut() {
        members.extend(settings.clone());
    }
    realm
}

/// A user who may go straight to the key: with all that Keycloak's profile page would ask for.
pub(super) fn user(name: &str, password: &str, login: Login) -> Value {
    json!({
        "username": name,
        "enabled": true,
        "email": format!("{name}@example.test"),
        "emailVerified": true,
        "firstName": "AnyKey",
        "lastName": "Test",
        "credentials": [{"type": "password", "value": password, "temporary": false}],
        "requiredActions": [action(login)],
    })
}

fn key(provider: &str, config: Value) -> Value {
    json!({"name": provider, "providerId": provider, "config": config})
}

fn flow_id(tag: &str, name: &str) -> String {
    format!("{name}-{tag}")
}

fn flow(tag: &str, name: &str, requirement: &str, steps: &[&str]) -> Value {
    let executions: Vec<Value> = steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            json!({
                "authenticator": step,
                "authenticatorFlow": false,
                "requirement": requirement,
                "priority": 10 * (at + 1),
            })
        })
        .collect();
    json!({
        "id": flow_id(tag, name),
        "alias": name,
        "providerId": "basic-flow",
        "topLevel": true,
        "builtIn": false,
        "authenticationExecutions": executions,
    })
}

/// `own_flow`: the client has a flow of its own, of its name.
fn client(name: &str, done: &str, own_flow: Option<&str>) -> Value {
    let mut client = json!({
        "clientId": name,
        "publicClient": true,
        "standardFlowEnabled": true,
        "directAccessGrantsEnabled": false,
        "redirectUris": [done],
    });
    if let Some(tag) = own_flow {
        client["authenticationFlowBindingOverrides"] = json!({"browser": flow_id(tag, name)});
    }
    client
}
