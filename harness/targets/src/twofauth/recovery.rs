//! A user who has lost the key: a mail with a link, then the password.

use http::HeaderName;
use serde_json::json;

use super::mail;
use super::session::TwofauthSession;
use super::web::{refused, unknown};
use super::wish::Recovery;
use crate::http::Method;
use crate::target::{Account, TargetError};

/// Says that there is to be no other key than the one that is registered next.
const UNIQUE: HeaderName = HeaderName::from_static("webauthn-unique");
/// As long as those that the server gives.
const TOKEN_BYTES: usize = 32;

impl TwofauthSession {
    /// Tells the server that the key is lost, and gives the token of its mail.
    pub(super) async fn lost(&mut self, who: &Account) -> Result<String, TargetError> {
        let email = self.place.user(who)?.email.clone();
        let Some(mail) = self.place.server.mail.clone() else {
            let what = "2FAuth: reading the mail of a server that was not started here";
            return Err(TargetError::Unsupported(what.to_owned()));
        };
        let answer = self.web.ask(Method::POST, "webauthn/lost", Some(&json!({"email": email}))).await?;
        match answer.status {
            200 => {}
            422 => return Err(refused(&answer)),
            _ => return Err(TargetError::unexpected("200 or 422", &Method::POST, &answer)),
        }
        let text = std::fs::read(&mail).map_err(|e| unknown(format!("{}: {e}", mail.display())))?;
        let token = mail::token(&String::from_utf8_lossy(&text), &email);
        token.ok_or_else(|| unknown(format!("{} has no mail to {email} with a link", mail.display())))
    }

    /// Follows the link.
    pub(super) async fn recover(&mut self, who: &Account, how: &Recovery) -> Result<(), TargetError> {
        let email = self.place.user(who)?.email.clone();
        let token = match (&self.token, how.made_up_token) {
            (_, true) => hex::encode(rand::random::<[u8; TOKEN_BYTES]>()),
            (Some(token), false) => token.clone(),
            (None, false) => return Err(unknown("`lose-key` comes before `recover`".to_owned())),
        };
        let password = if how.wrong_password { "another word to pass" } else { &who.password };
        let mut body = json!({"token": token, "email": email, "password": password});
        if let (Some(revoke), Some(members)) = (how.revoke_all, body.as_object_mut()) {
            members.insert("revokeAll".to_owned(), revoke.into());
        }
        let more: &[(HeaderName, &str)] = if how.unique { &[(UNIQUE, "true")] } else { &[] };
        let answer = self.web.ask_with(Method::POST, "webauthn/recover", more, Some(&body)).await?;
        match answer.status {
            200 => Ok(()),
            401 | 422 => Err(refused(&answer)),
            _ => Err(TargetError::unexpected("200, 401 or 422", &Method::POST, &answer)),
        }
    }
}
