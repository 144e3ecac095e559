//! The ways to the page that asks for a key.

use plan::policy::Login;
use webauthn::RequestOptions;

use super::browse::{Led, client_error, query};
use super::page::{Kind, Page};
use super::realm::LOGIN;
use super::session::{Form, KeycloakSession};
use super::site::Known;
use super::wish::Flow;
use crate::http::Answer;
use crate::target::{Account, Offer, TargetError};

/// What Keycloak calls a key among the ways to log in.
const PASSKEY: &str = "Passkey";

impl KeycloakSession {
    pub(super) async fn start_login(
        &mut self,
        who: Option<&Account>,
    ) -> Result<Offer<RequestOptions>, TargetError> {
        let user = who.map(|who| self.place.known(who)).transpose()?;
        let found = self.reach_login(who, user.as_ref()).await;
        let (page, answer) = match (found, &user) {
            (Ok(found), _) => found,
            (Err(error), Some(user)) => return Err(self.unless_locked(user, error).await),
            (Err(error), None) => return Err(error),
        };
        let action = match (&page.kind, &page.passkeys) {
            (Kind::Authenticate { action }, _) | (Kind::Login { .. }, Some(action))
                if page.alert.is_none() =>
            {
                action
            }
            (Kind::Register { .. }, _) => return Err(self.no_key(&answer)),
            _ => {
                let error = self.not_the("the page that asks for a key, with form#webauth", &page, &answer);
                return Err(match &user {
                    Some(user) => self.unless_locked(user, error).await,
                    None => error,
                });
            }
        };
        let options = page.request_options().map_err(|lacks| self.unexpected(&lacks, &answer))?;
        let options = RequestOptions::from_value(options).map_err(|e| self.unknown(e))?;
        self.form = Some(Form::Login { action: action.clone() });
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn reach_login(
        &mut self,
        who: Option<&Account>,
        user: Option<&Known>,
    ) -> Result<(Page, Box<Answer>), TargetError> {
        let led = self.begin(LOGIN, &[]).await?;
        let led = match (self.place.login, who, user) {
            (Login::Usernameless, ..) => led,
            (_, Some(who), Some(user)) => self.identify(led, who, user).await?,
            _ => return Err(TargetError::Unsupported("this realm asks for a user name first".into())),
        };
        let (page, answer) = self.expect_page(led)?;
        match &page.other_way {
            // The user's first credential is the password, so it is asked for first.
            Some(action)
                if self.place.wish.flow == Flow::Choice && matches!(page.kind, Kind::Login { .. }) =>
            {
                self.choose_key(action).await
            }
            _ => Ok((page, answer)),
        }
    }

    /// What comes before the key.
    pub(super) async fn identify(
        &mut self,
        led: Led,
        who: &Account,
        user: &Known,
    ) -> Result<Led, TargetError> {
        match self.place.login {
            Login::Passwordless => self.log_in(led, &[("username", &user.name)]).await,
            Login::SecondFactor | Login::Usernameless => self.password(led, who, user).await,
        }
    }

    /// "Try another way", then the key.
    async fn choose_key(&mut self, action: &str) -> Result<(Page, Box<Answer>), TargetError> {
        let led = self.post(action, &[("tryAnotherWay", "on")]).await?;
        let (page, answer) = self.expect_page(led)?;
        let Some(way) = page.ways.iter().find(|way| way.words.contains(PASSKEY)) else {
            // Those who have no key have no other way.
            return Err(self.not_the(
                "a way to log in called Passkey, with form#kc-select-credential-form",
                &page,
                &answer,
            ));
        };
        let led = self.post(&way.action, &[("authenticationExecution", &way.execution)]).await?;
        self.expect_page(led)
    }

    /// User name and password; then the user is in, or a key is asked for.
    pub(super) async fn enter(&mut self, who: &Account) -> Result<(), TargetError> {
        let user = self.place.known(who)?;
        let led = self.begin(LOGIN, &[]).await?;
        let mut led = self.identify(led, who, &user).await?;
        if let (Login::Passwordless, Flow::Choice) = (self.place.login, self.place.wish.flow) {
            led = self.log_in(led, &[("password", &who.password)]).await?;
        }
        match led {
            Led::Done(url) => match query(&url, "code") {
                Some(code) => {
                    self.code = Some((LOGIN, code));
                    Ok(())
                }
                None => {
                    Err(TargetError::Refused { status: 302, reason: client_error(&url), body: Vec::new() })
                }
            },
            Led::Page(page, answer) => match page.kind {
                Kind::Authenticate { .. } => {
                    Err(TargetError::refused(&answer, Some("a key is asked for".into())))
                }
                Kind::Register { .. } => {
                    Err(TargetError::refused(&answer, Some("a key is to be registered first".into())))
                }
                _ => {
                    Err(self.unless_locked(&user, self.not_the("the end of the login", &page, &answer)).await)
                }
            },
        }
    }
}
