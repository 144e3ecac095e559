//! One user agent on 2FAuth.

use std::sync::Arc;

use serde_json::{Value, json};
use webauthn::{CreationOptions, RequestOptions};

use super::account::User;
use super::site::Place;
use super::web::{Web, reason, refused, unknown};
use crate::http::{Answer, Method};
use crate::target::{Account, Deed, Offer, Session, TargetError, TargetResult};

/// One user agent. Each ceremony begins with empty cookies, as in a new private window.
#[derive(Debug)]
pub(super) struct TwofauthSession {
    pub(super) place: Arc<Place>,
    pub(super) web: Web,
    /// Whose ceremony is in hand.
    user: Option<Arc<User>>,
    /// The token of the last mail.
    pub(super) token: Option<String>,
}

impl TwofauthSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let web = Web::new(&place.server.at);
        Self { place, web, user: None, token: None }
    }

    /// A user logs in with the password.
    pub(super) async fn password(&mut self, who: &Account) -> Result<(), TargetError> {
        let email = &self.place.user(who)?.email;
        let body = json!({"email": email, "password": who.password});
        let answer = self.web.ask(Method::POST, "user/login", Some(&body)).await?;
        match answer.status {
            200 => Ok(()),
            401 => Err(refused(&answer)),
            _ => Err(TargetError::unexpected("a login or 401", &Method::POST, &answer)),
        }
    }

    async fn start_registration(&mut self, who: &Account) -> Result<Offer<CreationOptions>, TargetError> {
        let user = self.place.user(who)?;
        self.web = Web::new(&self.place.server.at);
        self.password(who).await?;
        let answer = self.web.ask(Method::POST, "webauthn/register/options", None).await?;
        if answer.status != 200 {
            return Err(TargetError::unexpected("options of a registration", &Method::POST, &answer));
        }
        let options = CreationOptions::from_slice(&answer.body).map_err(|e| unknown(e.to_string()))?;
        self.user = Some(user);
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn send_registration(&mut self, response: &Value) -> Result<(), TargetError> {
        if self.user.is_none() {
            return Err(unknown("no registration was begun in this session".to_owned()));
        }
        let answer = self.web.ask(Method::POST, "webauthn/register", Some(response)).await?;
        match answer.status {
            204 => Ok(()),
            422 => Err(refused(&answer)),
            _ => Err(TargetError::unexpected("204 or 422", &Method::POST, &answer)),
        }
    }

    async fn start_login(&mut self, who: Option<&Account>) -> Result<Offer<RequestOptions>, TargetError> {
        let Some(who) = who else {
            return Err(TargetError::Unsupported("2FAuth: a login names its user".to_owned()));
        };
        let user = self.place.user(who)?;
        self.web = Web::new(&self.place.server.at);
        let body = json!({"email": user.email});
        let answer = self.web.ask(Method::POST, "webauthn/login/options", Some(&body)).await?;
        match answer.status {
            200 => {}
            422 => return Err(refused(&answer)),
            _ => return Err(TargetError::unexpected("options of a login", &Method::POST, &answer)),
        }
        let options = RequestOptions::from_slice(&answer.body).map_err(|e| unknown(e.to_string()))?;
        self.user = Some(user);
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn send_login(&mut self, response: &Value) -> Result<(), TargetError> {
        let Some(user) = self.user.clone() else {
            return Err(unknown("no login was begun in this session".to_owned()));
        };
        let mut body = response.clone();
        if let Some(members) = body.as_object_mut() {
            members.insert("email".to_owned(), user.email.clone().into());
        }
        let answer = self.web.ask(Method::POST, "webauthn/login", Some(&body)).await?;
        match answer.status {
            200 if told(&answer, &user.email) => Ok(()),
            401 if reason(&answer).as_deref() == Some("unauthorized") => Err(refused(&answer)),
            422 => Err(refused(&answer)),
            _ => Err(TargetError::unexpected("a login of that user, 401 or 422", &Method::POST, &answer)),
        }
    }

    async fn enter(&mut self, who: &Account) -> Result<(), TargetError> {
        self.web = Web::new(&self.place.server.at);
        self.password(who).await
    }

    async fn who_is_it(&mut self) -> Result<Option<String>, TargetError> {
        let answer = self.web.ask(Method::GET, "api/v1/user", None).await?;
        let said = answer.json();
        match (answer.status, said.as_ref().ok().and_then(|said| said["email"].as_str())) {
            (200, Some(email)) => Ok(Some(self.place.account_of(email))),
            (401, _) => Ok(None),
            _ => Err(TargetError::unexpected("a user or 401", &Method::GET, &answer)),
        }
    }

    async fn leave(&mut self) -> Result<(), TargetError> {
        let answer = self.web.ask(Method::GET, "user/logout", None).await?;
        match answer.status {
            // Whoever is not logged in is told so.
            200 | 401 => Ok(()),
            _ => Err(TargetError::unexpected("200 or 401", &Method::GET, &answer)),
        }
    }
}

/// Whether an answer to a login names that user.
pub(super) fn told(answer: &Answer, email: &str) -> bool {
    answer.json().is_ok_and(|said| said["email"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(email)))
}

impl Session for TwofauthSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        Box::pin(self.start_registration(who))
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.send_registration(response))
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        Box::pin(self.start_login(who))
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.send_login(response))
    }

    fn login_without_key<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(self.enter(who))
    }

    fn perform<'a>(&'a mut self, deed: Deed<'a>) -> TargetResult<'a, ()> {
        Box::pin(self.do_it(deed))
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        Box::pin(self.leave())
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        Box::pin(self.who_is_it())
    }
}
