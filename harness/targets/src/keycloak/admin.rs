//! Keycloak's admin interface: realms, users, credentials, events.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::error::KeycloakError;
use super::event::Happening;
use crate::admin::AdminLogin;
use crate::http::{Answer, Body, Endpoint, Method, header};
use crate::target::{CredentialRecord, TargetError};

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(15);

/// The admin interface of one server.
#[derive(Debug)]
pub(super) struct Admin {
    at: Endpoint,
    login: AdminLogin,
    token: Mutex<Option<(String, Instant)>>,
}

impl Admin {
    pub(super) fn new(at: Endpoint, login: AdminLogin) -> Self {
        Self { at, login, token: Mutex::new(None) }
    }

    /// Who asks.
    pub(super) fn login(&self) -> &AdminLogin {
        &self.login
    }

    /// The same interface on other connections.
    pub(super) fn with_endpoint(&self, at: Endpoint) -> Self {
        Self::new(at, self.login.clone())
    }

    /// The server's version, which is also the proof that the login is good.
    pub(super) async fn version(&self) -> Result<String, KeycloakError> {
        let bad = |why: String| KeycloakError::Admin { url: self.at.base.to_string(), why };
        let info = self.value("serverinfo").await.map_err(|e| bad(e.to_string()))?;
        match info["systemInfo"]["version"].as_str() {
            Some(version) => Ok(version.to_owned()),
            None => Err(bad("tells no version; may this admin see and make realms?".into())),
        }
    }

    /// The representation of a realm.
    pub(super) async fn realm(&self, realm: &str) -> Result<Value, TargetError> {
        self.value(&format!("realms/{realm}")).await
    }

    /// Makes a realm.
    pub(super) async fn create_realm(&self, representation: &Value) -> Result<(), TargetError> {
        self.send(Method::POST, "realms", Body::Json(representation)).await.map(drop)
    }

    /// Removes a realm.
    pub(super) async fn delete_realm(&self, realm: &str) -> Result<(), TargetError> {
        self.send(Method::DELETE, &format!("realms/{realm}"), Body::Empty).await.map(drop)
    }

    /// The names of all realms.
    pub(super) async fn realms(&self) -> Result<Vec<String>, TargetError> {
        let list = self.value("realms?briefRepresentation=true").await?;
        let rows = list.as_array().ok_or_else(|| unexpected("a list of realms", &list))?;
        Ok(rows.iter().filter_map(|row| row["realm"].as_str()).map(str::to_owned).collect())
    }

    /// Makes something in a realm (`users`, `clients`), and gives its id.
    pub(super) async fn create(&self, realm: &str, kind: &str, new: &Value) -> Result<String, TargetError> {
        let answer = self.send(Method::POST, &format!("realms/{realm}/{kind}"), Body::Json(new)).await?;
        let id = answer.location().and_then(|url| url.path_segments()?.next_back().map(str::to_owned));
        id.ok_or_else(|| {
            TargetError::Unknown(format!("Keycloak made something ({kind}) and did not tell its id"))
        })
    }

    /// Something of a realm.
    pub(super) async fn of_realm(&self, realm: &str, path: &str) -> Result<Value, TargetError> {
        self.value(&format!("realms/{realm}/{path}")).await
    }

    /// Replaces something of a realm.
    pub(super) async fn put(&self, realm: &str, path: &str, value: &Value) -> Result<(), TargetError> {
        self.send(Method::PUT, &format!("realms/{realm}/{path}"), Body::Json(value)).await.map(drop)
    }

    /// Changes the members of a realm that are named; the others stay.
    pub(super) async fn change_realm(
        &self,
        realm: &str,
        members: &Map<String, Value>,
    ) -> Result<(), TargetError> {
        let body = Value::Object(members.clone());
        self.send(Method::PUT, &format!("realms/{realm}"), Body::Json(&body)).await.map(drop)
    }

    /// The id of the user of that name, if there is one.
    pub(super) async fn user(&self, realm: &str, name: &str) -> Result<Option<String>, TargetError> {
        let list = self.value(&format!("realms/{realm}/users?exact=true&username={name}")).await?;
        Ok(list[0]["id"].as_str().map(str::to_owned))
    }

    /// Whether failed logins have locked a user for now.
    pub(super) async fn is_locked(&self, realm: &str, user: &str) -> Result<bool, TargetError> {
        let path = format!("realms/{realm}/attack-detection/brute-force/users/{user}");
        Ok(self.value(&path).await?["disabled"] == Value::Bool(true))
    }

    /// Removes a user.
    pub(super) async fn delete_user(&self, realm: &str, user: &str) -> Result<(), TargetError> {
        self.send(Method::DELETE, &format!("realms/{realm}/users/{user}"), Body::Empty).await.map(drop)
    }

    /// The keys of a user, with Keycloak's own ids of them.
    pub(super) async fn credentials(
        &self,
        realm: &str,
        user: &str,
    ) -> Result<Vec<(String, CredentialRecord)>, TargetError> {
        let list = self.value(&format!("realms/{realm}/users/{user}/credentials")).await?;
        let rows = list.as_array().ok_or_else(|| unexpected("a list of credentials", &list))?;
        let keys = rows.iter().filter(|row| row["type"].as_str().is_some_and(|t| t.starts_with("webauthn")));
        keys.map(|row| record(row).ok_or_else(|| unexpected("a credential", row))).collect()
    }

    /// Removes one credential, by Keycloak's id of it.
    pub(super) async fn delete_credential(
        &self,
        realm: &str,
        user: &str,
        id: &str,
    ) -> Result<(), TargetError> {
        let path = format!("realms/{realm}/users/{user}/credentials/{id}");
        self.send(Method::DELETE, &path, Body::Empty).await.map(drop)
    }

    /// The newest event of one of those types of an authentication session.
    pub(super) async fn event(
        &self,
        realm: &str,
        types: [&str; 2],
        code_id: &str,
    ) -> Result<Option<Happening>, TargetError> {
        let [one, other] = types;
        let events = self.value(&format!("realms/{realm}/events?type={one}&type={other}&max=60")).await?;
        let events = events.as_array().map(Vec::as_slice).unwrap_or_default();
        let ours = events.iter().find(|event| event["details"]["code_id"].as_str() == Some(code_id));
        Ok(ours.map(Happening::read))
    }

    async fn value(&self, path: &str) -> Result<Value, TargetError> {
        Ok(self.send(Method::GET, path, Body::Empty).await?.json()?)
    }

    /// One call; anything but 2xx is an error, since the bench asks for nothing that an admin may not do.
    async fn send(&self, method: Method, path: &str, body: Body<'_>) -> Result<Answer, TargetError> {
        let bearer = format!("Bearer {}", self.token().await?);
        let mut agent = self.at.agent();
        let headers = [(header::AUTHORIZATION, bearer.as_str()), (header::ACCEPT, "application/json")];
        let answer = agent.send(method.clone(), &format!("admin/{path}"), &headers, body).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        let place = path.split('?').next().unwrap_or(path);
        let said = said(&answer);
        Err(TargetError::Unknown(format!(
            "Keycloak's admin interface: {method} {place}: HTTP {}: {said}",
            answer.status
        )))
    }

    async fn token(&self) -> Result<String, TargetError> {
        let mut kept = self.token.lock().await;
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| *until > Instant::now()) {
            return Ok(token.clone());
        }
        let form = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", self.login.user.as_str()),
            ("password", self.login.password.as_str()),
        ];
        let asked = Instant::now();
        let path = "realms/master/protocol/openid-connect/token";
        let answer = self.at.agent().post(path, Body::Form(&form)).await?;
        if answer.status != 200 {
            let why = format!("the admin login is refused with HTTP {}: {}", answer.status, said(&answer));
            return Err(TargetError::Unknown(why));
        }
        let value = answer.json()?;
        let Some(token) = value["access_token"].as_str() else {
            return Err(unexpected("an access token", &json!(value.as_object().map(|o| o.len()))));
        };
        let life = Duration::from_secs(value["expires_in"].as_u64().unwrap_or(60));
        *kept = Some((token.to_owned(), asked + life.saturating_sub(MARGIN)));
        Ok(token.to_owned())
    }
}

/// Keycloak's words in a JSON error, or the start of what came.
fn said(answer: &Answer) -> String {
    let Ok(value) = answer.json() else { return answer.start() };
    let words = ["errorMessage", "error_description", "error"].iter().find_map(|name| value[name].as_str());
    words.map_or_else(|| answer.start(), str::to_owned)
}

fn unexpected(wanted: &str, got: &Value) -> TargetError {
    TargetError::Unknown(format!("Keycloak's admin interface: {wanted} is expected, not `{got}`"))
}

/// A row of the credentials list. Its `credentialData` is JSON in a string; the id in it is base64 with padding.
pub(super) fn record(row: &Value) -> Option<(String, CredentialRecord)> {
    let data: Value = serde_json::from_str(row["credentialData"].as_str()?).ok()?;
    let id = decode(data["credentialId"].as_str()?)?;
    let sign_count = data["counter"].as_u64().and_then(|n| u32::try_from(n).ok());
    let aaguid = data["aaguid"].as_str().map(str::to_owned);
    Some((row["id"].as_str()?.to_owned(), CredentialRecord { id, sign_count, aaguid }))
}

/// Base64 of either alphabet, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    STANDARD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(bare))
        .or_else(|_| URL_SAFE_NO_PAD.decode(bare))
        .ok()
}
