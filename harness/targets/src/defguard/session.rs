//! One user agent on defguard.

use std::sync::Arc;

use serde_json::{Value, json};
use webauthn::{CreationOptions, DictionaryError, RequestOptions};

use super::api::{message, refusal, send, unexpected};
use super::site::Place;
use super::wish::{Enrol, WithoutKey};
use crate::http::{Agent, Answer, Body, Method};
use crate::provisioned::User;
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

/// One user agent. A login begins with empty cookies, as in a new private window; a registration goes on where its user is logged
/// in already.
#[derive(Debug)]
pub(super) struct DefguardSession {
    place: Arc<Place>,
    agent: Agent,
    /// Whose registration was begun here.
    enrols: Option<User>,
    seen: Vec<String>,
    /// What the log said of the last refusal.
    reason: Option<String>,
}

/// What a password comes to.
enum Entered {
    /// Logged in: the account has no second factor.
    Whole,
    /// A second factor is asked for.
    Half,
}

impl DefguardSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let agent = place.server.at.agent();
        Self { place, agent, enrols: None, seen: Vec::new(), reason: None }
    }

    async fn post(&mut self, path: &str, body: Body<'_>) -> Result<Answer, TargetError> {
        Ok(send(&mut self.agent, Method::POST, path, body).await?)
    }

    /// Sends a response; the reason of a refusal is looked up where the server's log is at hand.
    async fn decide(&mut self, path: &str, body: &Value) -> Result<Answer, TargetError> {
        let place = self.place.clone();
        let Some(reasons) = &place.server.reasons else { return self.post(path, Body::Json(body)).await };
        let turn = reasons.turn().await;
        let answer = self.post(path, Body::Json(body)).await?;
        self.reason = if answer.is_success() { None } else { turn.reason() };
        Ok(answer)
    }

    /// The refusal, with what the log says.
    fn refused(&mut self, answer: &Answer) -> TargetError {
        match (refusal(answer), self.reason.take()) {
            (TargetError::Refused { status, reason, body }, Some(why)) => {
                let said = reason.map_or_else(|| why.clone(), |said| format!("{said} (log: {why})"));
                TargetError::Refused { status, reason: Some(said), body }
            }
            (other, _) => other,
        }
    }

    /// The password, in empty cookies.
    async fn enter(&mut self, user: &User) -> Result<Entered, TargetError> {
        self.agent.jar_mut().clear();
        let body = json!({ "username": user.name, "password": user.password });
        let answer = self.post("api/v1/auth", Body::Json(&body)).await?;
        match answer.status {
            200 => Ok(Entered::Whole),
            201 => Ok(Entered::Half),
            401 => Err(TargetError::refused(&answer, Some("wrong name or password".to_owned()))),
            _ => Err(unexpected("a login", &Method::POST, &answer)),
        }
    }

    /// A recovery code in the key's place.
    async fn recover(&mut self, code: &str) -> Result<(), TargetError> {
        let answer = self.post("api/v1/auth/recovery", Body::Json(&json!({ "code": code }))).await?;
        match answer.status {
            200 => Ok(()),
            401 => {
                let said = message(&answer).unwrap_or_else(|| "the recovery code is not taken".to_owned());
                Err(TargetError::refused(&answer, Some(said)))
            }
            _ => Err(unexpected("a recovery", &Method::POST, &answer)),
        }
    }

    /// Who is logged in.
    async fn who(&mut self) -> Result<Option<String>, TargetError> {
        let answer = send(&mut self.agent, Method::GET, "api/v1/me", Body::Empty).await?;
        match answer.status {
            200 => {
                let me = answer.json()?;
                let name = me["username"].as_str().or_else(|| me["user"]["username"].as_str());
                let name = name.ok_or_else(|| unexpected("a user with a name", &Method::GET, &answer))?;
                Ok(Some(self.place.account_of(name)))
            }
            401 => Ok(None),
            _ => Err(unexpected("a word on who is logged in", &Method::GET, &answer)),
        }
    }

    fn offer<T>(
        answer: &Answer,
        read: fn(&[u8]) -> Result<T, DictionaryError>,
    ) -> Result<Offer<T>, TargetError> {
        match answer.status {
            200 => {}
            401 => return Err(refusal(answer)),
            _ => return Err(unexpected("options", &Method::POST, answer)),
        }
        let inner = answer.json()?["publicKey"].to_string().into_bytes();
        let options = read(&inner)
            .map_err(|e| TargetError::Unknown(format!("the options of {}: {e}", answer.url.path())))?;
        Ok(Offer { options, raw: inner })
    }

    async fn start_registration(&mut self, who: &Account) -> Result<Offer<CreationOptions>, TargetError> {
        let user = self.place.user(who)?;
        let already = self.enrols.is_some() && self.who().await?.as_ref() == Some(&who.name);
        if !already {
            match self.enter(&user).await? {
                Entered::Whole => {}
                Entered::Half if self.place.wish.enrol == Enrol::Password => {}
                Entered::Half => {
                    let code = self.place.take_code(&user).ok_or_else(|| {
                        TargetError::Unknown(format!("no recovery code of `{}` is left", user.name))
                    })?;
                    self.recover(&code).await?;
                }
            }
        }
        self.enrols = Some(user);
        let answer = self.post("api/v1/auth/webauthn/init", Body::Empty).await?;
        Self::offer(&answer, CreationOptions::from_slice)
    }

    async fn send_registration(&mut self, response: &Value) -> Result<(), TargetError> {
        let user = self.enrols.clone();
        let user =
            user.ok_or_else(|| TargetError::Unknown("no registration was begun in this session".to_owned()))?;
        let name = self.place.key_name();
        let body = json!({ "name": name, "rpkc": with_extensions(response) });
        let answer = self.decide("api/v1/auth/webauthn/finish", &body).await?;
        match answer.status {
            200 => {
                self.place.keep(&user, &name, response, &answer.json()?);
                Ok(())
            }
            500 if message(&answer).as_deref() == Some(REFUSED) => self.is_no_crash(&answer).await,
            401 | 422 => Err(self.refused(&answer)),
            _ => Err(unexpected("a registration, or its refusal", &Method::POST, &answer)),
        }
    }

    /// A refused registration looks like a crash. It is none if the session goes on.
    async fn is_no_crash(&mut self, answer: &Answer) -> Result<(), TargetError> {
        match self.who().await {
            Ok(Some(_)) => {
                self.seen.push("answers in the same session after the HTTP 500: it was a refusal".to_owned());
                Err(self.refused(answer))
            }
            Ok(None) => Err(TargetError::Unknown(
                "the HTTP 500 has ended the session: perhaps no refusal, but a fault of the server; look in its log".to_owned(),
            )),
            Err(error) => Err(error),
        }
    }

    async fn start_login(&mut self, who: Option<&Account>) -> Result<Offer<RequestOptions>, TargetError> {
        let who = who.ok_or_else(|| {
            TargetError::Unsupported("defguard logs nobody in without a password".to_owned())
        })?;
        let user = self.place.user(who)?;
        self.enrols = None;
        if let Entered::Whole = self.enter(&user).await? {
            return Err(TargetError::Refused {
                status: 200,
                reason: Some(
                    "no key is asked for: the account has none, and the password was enough".to_owned(),
                ),
                body: Vec::new(),
            });
        }
        let answer = self.post("api/v1/auth/webauthn/start", Body::Empty).await?;
        Self::offer(&answer, RequestOptions::from_slice)
    }

    async fn send_login(&mut self, response: &Value) -> Result<(), TargetError> {
        let answer = self.decide("api/v1/auth/webauthn", &with_extensions(response)).await?;
        match answer.status {
            200 => Ok(()),
            400 | 401 | 422 => Err(self.refused(&answer)),
            _ => Err(unexpected("a login, or its refusal", &Method::POST, &answer)),
        }
    }

    async fn enter_without_key(&mut self, who: &Account) -> Result<(), TargetError> {
        let user = self.place.user(who)?;
        match (self.enter(&user).await?, self.place.wish.without_key) {
            (Entered::Whole, _) => Ok(()),
            (Entered::Half, WithoutKey::Nothing) => Err(TargetError::Refused {
                status: 201,
                reason: Some("a key is asked for".to_owned()),
                body: Vec::new(),
            }),
            (Entered::Half, WithoutKey::RecoveryCode) => {
                let code = self.place.take_code(&user);
                self.recover(&code.unwrap_or_default()).await
            }
            (Entered::Half, WithoutKey::UsedCode) => {
                let code = self.place.take_code(&user).unwrap_or_default();
                let mut first = Self::new(self.place.clone());
                first.enter(&user).await?;
                first.recover(&code).await?;
                self.recover(&code).await
            }
        }
    }

    /// Deletes a key of the user's own.
    pub(super) async fn delete_key(&mut self, user: &User, row: i64) -> Result<(), TargetError> {
        if let Entered::Half = self.enter(user).await? {
            let code = self.place.take_code(user).unwrap_or_default();
            self.recover(&code).await?;
        }
        let path = format!("api/v1/user/{}/security_key/{row}", user.name);
        let answer = send(&mut self.agent, Method::DELETE, &path, Body::Empty).await?;
        if answer.status == 200 { Ok(()) } else { Err(unexpected("a key deleted", &Method::DELETE, &answer)) }
    }

    async fn leave(&mut self) -> Result<(), TargetError> {
        let answer = self.post("api/v1/auth/logout", Body::Empty).await?;
        match answer.status {
            200 | 401 => Ok(()),
            _ => Err(unexpected("a logout", &Method::POST, &answer)),
        }
    }
}

impl Session for DefguardSession {
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
        Box::pin(self.enter_without_key(who))
    }

    fn seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        Box::pin(self.leave())
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        Box::pin(self.who())
    }
}

/// The library that defguard uses calls `clientExtensionResults` `extensions`.
fn with_extensions(response: &Value) -> Value {
    let mut own = response.clone();
    if let Some(members) = own.as_object_mut() {
        let results = members.remove("clientExtensionResults");
        members.insert("extensions".to_owned(), results.unwrap_or_else(|| json!({})));
    }
    own
}

const REFUSED: &str = "Internal server error";
