//! A user of the bench on 2FAuth, with a browser at home in which it stays logged in.
//!
//! That browser is apart from the ceremonies: it asks for the list of keys and sets preferences, also of users whose
//! password logs nobody in any more.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::server::Server;
use super::web::{Web, reason, refused, unknown};
use crate::http::Method;
use crate::target::{Account, CredentialRecord, TargetError};

/// One user.
#[derive(Debug)]
pub(super) struct User {
    /// The e-mail address, which is what it logs in with.
    pub(super) email: String,
    password: String,
    home: Mutex<Web>,
}

impl User {
    /// Makes the user: by itself, or by the admin where nobody may register.
    pub(super) async fn register(
        server: &Server,
        who: &Account,
        name: &str,
        email: &str,
    ) -> Result<Arc<Self>, TargetError> {
        let mut home = Web::new(&server.at);
        let new = json!({"name": name, "email": email, "password": who.password,
            "password_confirmation": who.password, "is_admin": false});
        let answer = home.ask(Method::POST, "user", Some(&new)).await?;
        match answer.status {
            201 => {}
            403 => {
                let answer = server.admin.lock().await.ask(Method::POST, "api/v1/users", Some(&new)).await?;
                if answer.status != 201 {
                    return Err(needed("makes no user", &answer));
                }
                let login = json!({"email": email, "password": who.password});
                let answer = home.ask(Method::POST, "user/login", Some(&login)).await?;
                if answer.status != 200 {
                    return Err(needed("does not let a new user in", &answer));
                }
            }
            _ => return Err(needed("makes no user", &answer)),
        }
        let user = Self { email: email.to_owned(), password: who.password.clone(), home: Mutex::new(home) };
        Ok(Arc::new(user))
    }

    /// Removes the user and all it has.
    pub(super) async fn remove(&self) -> Result<(), TargetError> {
        let body = json!({"password": self.password});
        self.at_home(Method::DELETE, "user", Some(&body), 204).await.map(drop)
    }

    /// The keys that are enabled.
    pub(super) async fn keys(&self) -> Result<Vec<CredentialRecord>, TargetError> {
        self.rows().await?.iter().map(record).collect()
    }

    /// The name of a key, where it has one.
    pub(super) async fn label(&self, id: &[u8]) -> Result<Option<String>, TargetError> {
        let wanted = URL_SAFE_NO_PAD.encode(id);
        let rows = self.rows().await?;
        let row = rows.iter().find(|row| row["id"] == wanted.as_str());
        Ok(row.and_then(|row| row["alias"].as_str()).map(str::to_owned))
    }

    async fn rows(&self) -> Result<Vec<Value>, TargetError> {
        let answer = self.at_home(Method::GET, "webauthn/credentials", None, 200).await?;
        match answer.json()? {
            Value::Array(rows) => Ok(rows),
            _ => Err(TargetError::unexpected("a list of keys", &Method::GET, &answer)),
        }
    }

    /// Names a key.
    pub(super) async fn name(&self, id: &[u8], label: &str) -> Result<(), TargetError> {
        let path = format!("webauthn/credentials/{}/name", URL_SAFE_NO_PAD.encode(id));
        self.at_home(Method::PATCH, &path, Some(&json!({"name": label})), 200).await.map(drop)
    }

    /// Revokes a key.
    pub(super) async fn revoke(&self, id: &[u8]) -> Result<(), TargetError> {
        let path = format!("webauthn/credentials/{}", URL_SAFE_NO_PAD.encode(id));
        self.at_home(Method::DELETE, &path, None, 204).await.map(drop)
    }

    /// Chooses that only keys log the user in, and looks whether it was taken.
    pub(super) async fn webauthn_only(&self) -> Result<(), TargetError> {
        let path = "api/v1/user/preferences/useWebauthnOnly";
        self.at_home(Method::PUT, path, Some(&json!({"value": true})), 201).await?;
        let answer = self.at_home(Method::GET, path, None, 200).await?;
        match answer.json()?["value"] == true {
            true => Ok(()),
            false => Err(TargetError::unexpected("the preference that was set", &Method::GET, &answer)),
        }
    }

    async fn at_home(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        due: u16,
    ) -> Result<crate::http::Answer, TargetError> {
        let answer = self.home.lock().await.ask(method.clone(), path, body).await?;
        match answer.status {
            status if status == due => Ok(answer),
            401 | 403 | 422 => Err(refused(&answer)),
            _ => Err(TargetError::unexpected(&format!("{due}"), &method, &answer)),
        }
    }
}

/// What the bench needs before a ceremony, and does not get.
fn needed(what: &str, answer: &crate::http::Answer) -> TargetError {
    let said = reason(answer).unwrap_or_default();
    unknown(format!("2FAuth {what} (HTTP {}: {said})", answer.status))
}

fn record(row: &Value) -> Result<CredentialRecord, TargetError> {
    let id = row["id"].as_str().and_then(|id| URL_SAFE_NO_PAD.decode(id).ok());
    let id = id.ok_or_else(|| unknown(format!("2FAuth lists a key without an id: {row}")))?;
    Ok(CredentialRecord { id, sign_count: None, aaguid: row["aaguid"].as_str().map(str::to_owned) })
}
