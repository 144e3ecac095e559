//! The realm of one policy: its flows, its clients, its keys.

use plan::policy::Login;
use serde_json::{Map, Value, json};

use super::flow::{self, ENROL_STEPS, WHOAMI_STEPS, login_steps};
use super::wish::{Enrol, Registers, Wish};

/// The client at which keys are registered: its flow asks for the password only, so that a user with and without keys
/// comes to the registration page the same way.
pub(super) const ENROL: &str = "anykey-enrol";
/// The client at which users log in with their keys: its flow is the realm's.
pub(super) const LOGIN: &str = "anykey-login";
/// The client that knows whether the user agent is logged in: its flow looks at the session cookie only.
pub(super) const WHOAMI: &str = "anykey-whoami";
/// The path to which Keycloak sends the user agent back; nothing is asked for there.
pub(super) const DONE: &str = "anykey/done";

/// The required action that registers a key.
pub(super) fn action(login: Login, wish: &Wish) -> &'static str {
    match (wish.registers, login) {
        (Some(Registers::SecondFactor), _) | (None, Login::SecondFactor) => "webauthn-register",
        (Some(Registers::Passwordless), _) | (None, Login::Passwordless | Login::Usernameless) => {
            "webauthn-register-passwordless"
        }
    }
}

/// The representation of a new realm. `tag` makes the flow ids unique on the server.
pub(super) fn representation(
    name: &str,
    tag: &str,
    login: Login,
    wish: &Wish,
    done: &str,
    settings: &Map<String, Value>,
) -> Value {
    let mut realm = json!({
        "realm": name,
        "enabled": true,
        "sslRequired": "none",
        "eventsEnabled": true,
        "bruteForceProtected": wish.brute_force,
        "failureFactor": 2,
        // Cases of several users come fast.
        "quickLoginCheckMilliSeconds": 1,
        "registrationAllowed": wish.enrol == Enrol::SelfRegistration,
        // One cheap iteration: passwords are not what is tested, and Argon2 would be most of the time.
        "passwordPolicy": "hashIterations(1) and hashAlgorithm(pbkdf2-sha256)",
        // RSA keys take a second or two to make, these do not.
        "defaultSignatureAlgorithm": "ES256",
        "components": {"org.keycloak.keys.KeyProvider": [
            key("ecdsa-generated", json!({"priority": ["100"]})),
            key("aes-generated", json!({"priority": ["100"]})),
            key("hmac-generated", json!({"priority": ["100"], "algorithm": ["HS512"]})),
        ]},
    });
    let Some(members) = realm.as_object_mut() else { return realm };
    if !wish.is_stock() {
        let flows = [
            flow::represented(tag, ENROL, ENROL_STEPS),
            flow::represented(tag, LOGIN, login_steps(wish.flow, login)),
            flow::represented(tag, WHOAMI, WHOAMI_STEPS),
        ];
        members.insert("authenticationFlows".into(), json!(flows.concat()));
        members.insert("browserFlow".into(), json!(LOGIN));
        let own = |name| flow::id(tag, name);
        let clients = [
            client(ENROL, done, Some(&own(ENROL))),
            client(LOGIN, done, None),
            client(WHOAMI, done, Some(&own(WHOAMI))),
        ];
        members.insert("clients".into(), json!(clients));
    }
    members.extend(settings.clone());
    realm
}

/// A user who may go straight to the key: with all that Keycloak's profile page would ask for.
pub(super) fn user(name: &str, password: &str, required: Option<&str>) -> Value {
    json!({
        "username": name,
        "enabled": true,
        "email": format!("{name}@example.test"),
        "emailVerified": true,
        "firstName": "AnyKey",
        "lastName": "Test",
        "credentials": [{"type": "password", "value": password, "temporary": false}],
        "requiredActions": required.into_iter().collect::<Vec<_>>(),
    })
}

fn key(provider: &str, config: Value) -> Value {
    json!({"name": provider, "providerId": provider, "config": config})
}

/// `flow`: the id of a flow of the client's own.
pub(super) fn client(name: &str, done: &str, flow: Option<&str>) -> Value {
    let mut client = json!({
        "clientId": name,
        "publicClient": true,
        "standardFlowEnabled": true,
        "directAccessGrantsEnabled": false,
        "redirectUris": [done],
    });
    if let Some(flow) = flow {
        client["authenticationFlowBindingOverrides"] = json!({"browser": flow});
    }
    client
}
