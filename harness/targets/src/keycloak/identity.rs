//! Who is logged in: the server's own word, by an access token that the user agent gets for its cookies or its code.

use serde_json::Value;

use super::browse::{Led, query};
use super::realm::WHOAMI;
use super::session::{KeycloakSession, text};
use crate::http::{Body, Method, header};
use crate::target::TargetError;

impl KeycloakSession {
    /// The user whom the server names for the code of the last ceremony, or for the cookies of this user agent.
    pub(super) async fn identity(&mut self) -> Result<Option<String>, TargetError> {
        let Some(tokens) = self.tokens().await? else { return Ok(None) };
        let bearer = format!("Bearer {}", text(&tokens["access_token"]));
        let url = self.realm_url("protocol/openid-connect/userinfo")?;
        let headers = [(header::AUTHORIZATION, bearer.as_str())];
        let answer = self.agent.send(Method::GET, url.as_str(), &headers, Body::Empty).await?;
        let info = answer.json()?;
        match info["preferred_username"].as_str() {
            Some(name) => {
                let account = self.place.account_of(name);
                let subject = info["sub"].as_str().unwrap_or_default();
                match self.place.id_of(&account).filter(|id| id != subject) {
                    None => self
                        .seen
                        .push(format!("names the subject {subject} in its token, which is {account}")),
                    Some(id) => {
                        let what =
                            format!("the token of {account} names the subject {subject} instead of {id}");
                        return Err(self.unknown(what));
                    }
                }
                Ok(Some(account))
            }
            None => Err(self.unknown(format!("no user name at userinfo: HTTP {}", answer.status))),
        }
    }

    /// Tokens for the code of the last ceremony, or for the cookies of this user agent; `None`: nobody is logged in.
    pub(super) async fn tokens(&mut self) -> Result<Option<Value>, TargetError> {
        match self.code.take() {
            Some((client, code)) => self.exchange(client, &code).await.map(Some),
            None => {
                let led = self.open("auth", WHOAMI, &[("prompt", "none")]).await?;
                self.tokens_of(WHOAMI, led).await
            }
        }
    }

    /// Tokens for the code that a login at `client` has led to; `None`: to no code.
    pub(super) async fn tokens_of(
        &mut self,
        client: &'static str,
        led: Led,
    ) -> Result<Option<Value>, TargetError> {
        match led {
            Led::Done(url) => match query(&url, "code") {
                Some(code) => self.exchange(client, &code).await.map(Some),
                None => Ok(None),
            },
            Led::Page(page, answer) => Err(self.not_the("the application, with a code", &page, &answer)),
        }
    }

    async fn exchange(&mut self, client: &str, code: &str) -> Result<Value, TargetError> {
        let done = self.done()?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", done.as_str()),
        ];
        let url = self.realm_url("protocol/openid-connect/token")?;
        let answer = self.agent.post(url.as_str(), Body::Form(&form)).await?;
        let tokens = answer.json()?;
        if tokens["access_token"].is_string() {
            return Ok(tokens);
        }
        Err(self.unknown(format!("no token for the code of the login: HTTP {}", answer.status)))
    }

    pub(super) async fn end_session(&mut self) -> Result<(), TargetError> {
        let Some(tokens) = self.tokens().await? else { return Ok(()) };
        let mut url = self.realm_url("protocol/openid-connect/logout")?;
        url.query_pairs_mut().append_pair("id_token_hint", text(&tokens["id_token"]));
        let answer = self.agent.get(url.as_str()).await?;
        match answer.status {
            200..400 => Ok(()),
            _ => Err(self.unknown(format!("logging out is answered with HTTP {}", answer.status))),
        }
    }
}
