//! A user removes a credential without an admin.

use serde_json::Value;

use super::browse::Led;
use super::page::Kind;
use super::realm::ENROL;
use super::session::{KeycloakSession, text};
use super::site::Known;
use crate::http::{Body, Method, header};
use crate::target::{Account, TargetError};

impl KeycloakSession {
    /// By the application-initiated action `delete_credential`; `id` is Keycloak's id of the credential.
    pub(super) async fn remove_by_action(
        &mut self,
        who: &Account,
        user: &Known,
        id: &str,
    ) -> Result<(), TargetError> {
        let action = format!("delete_credential:{id}");
        let led = self.begin(ENROL, &[("kc_action", &action)]).await?;
        let led = self.password(led, who, user).await?;
        let (page, answer) = self.expect_page(led)?;
        let Kind::Removal { action } = &page.kind else {
            return Err(self.not_the(
                "the page that removes a credential, with button#kc-accept",
                &page,
                &answer,
            ));
        };
        match self.post(action, &[("accept", "")]).await? {
            Led::Done(_) => Ok(()),
            Led::Page(page, answer) => Err(self.not_the("the end of the removal", &page, &answer)),
        }
    }

    /// As the account console does it.
    pub(super) async fn remove_in_account(
        &mut self,
        who: &Account,
        user: &Known,
        id: &str,
    ) -> Result<(), TargetError> {
        let led = self.begin(ENROL, &[]).await?;
        let led = self.password(led, who, user).await?;
        let Some(tokens) = self.tokens_of(ENROL, led).await? else {
            return Err(self.unknown("the user cannot log in to remove a credential"));
        };
        let bearer = format!("Bearer {}", text(&tokens["access_token"]));
        let url = self.realm_url(&format!("account/credentials/{id}"))?;
        let headers = [(header::AUTHORIZATION, bearer.as_str()), (header::ACCEPT, "application/json")];
        let answer = self.agent.send(Method::DELETE, url.as_str(), &headers, Body::Empty).await?;
        match answer.status {
            200..300 => Ok(()),
            _ => {
                let said = answer.json().ok();
                let said = said.as_ref().map_or(&Value::Null, |value| &value["errorMessage"]);
                Err(TargetError::refused(&answer, said.as_str().map(str::to_owned)))
            }
        }
    }
}
