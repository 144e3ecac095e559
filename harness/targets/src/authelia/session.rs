//! One user agent at the portal.

use std::sync::Arc;

use serde_json::{Value, json};
use webauthn::{CreationOptions, DictionaryError, RequestOptions};

use super::attached::NAMES;
use super::policy::lacks;
use super::server::Server;
use super::site::Place;
use super::wire::{Passes, Wire};
use super::wish::{Elevation, Names, Then};
use crate::http::{Body, Method};
use crate::provisioned::User;
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

const PASSWORD: &str = "api/firstfactor";
const SECOND_PASSWORD: &str = "api/secondfactor/password";
pub(super) const PASSKEY: &str = "api/firstfactor/passkey";
const KEY: &str = "api/secondfactor/webauthn";
pub(super) const REGISTER: &str = "api/secondfactor/webauthn/credential/register";
const ELEVATION: &str = "api/user/session/elevation";
const STATE: &str = "api/state";
/// A code that Authelia never sends: its codes have neither `0` nor `1`.
const NO_CODE: &str = "00001111";

/// One user agent. It stays in its session as long as the same user goes on, as a browser does; another user, or a login without
/// a name, begins with an empty one.
#[derive(Debug)]
pub(super) struct AutheliaSession {
    place: Arc<Place>,
    wire: Option<Wire>,
    /// Who gave the password in this session.
    entered: Option<User>,
    begun: Option<Begun>,
    seen: Vec<String>,
    names: u32,
}

/// The ceremony that was begun last, and by whom.
#[derive(Clone, Debug)]
enum Begun {
    Registration(User),
    Key(User),
    Passkey,
}

impl AutheliaSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self { place, wire: None, entered: None, begun: None, seen: Vec::new(), names: 0 }
    }

    /// The session in which `user` has given the password on that server.
    async fn entered(&mut self, server: &Arc<Server>, user: &User) -> Result<&mut Wire, TargetError> {
        let stays = self.entered.as_ref() == Some(user)
            && self.wire.as_ref().is_some_and(|wire| Arc::ptr_eq(&wire.server, server));
        let mut wire = match self.wire.take().filter(|_| stays) {
            Some(wire) => wire,
            None => Wire::new(server),
        };
        if !stays {
            self.entered = None;
            for _ in 0..self.place.wish.wrong_passwords {
                wire.enter_wrongly(user).await?;
            }
            wire.enter(user).await?;
            self.entered = Some(user.clone());
        }
        Ok(self.wire.insert(wire))
    }

    async fn begin_registration(&mut self, who: &Account) -> Result<Offer<CreationOptions>, TargetError> {
        let place = self.place.clone();
        let user = place.user(who)?;
        self.begun = None;
        self.names += 1;
        let name = match place.wish.names {
            Names::Distinct => format!("{NAMES} {:08x}-{}", rand::random::<u32>(), self.names),
            Names::Same => same_name(place.rows(&user).await?.len()),
        };
        let with_code = match place.wish.elevation {
            Elevation::FirstKey => place.rows(&user).await?.is_empty(),
            other => other == Elevation::Code,
        };
        let wire = self.entered(&place.server(), &user).await?;
        if place.wish.preferences {
            wire.ask(Method::POST, "api/user/info", Body::Empty).await.map_err(needed)?;
        }
        if with_code {
            wire.elevate().await.map_err(needed)?;
        } else if place.wish.elevation == Elevation::WrongCode {
            wire.elevate_wrongly().await?;
        }
        let data = wire.ask(Method::PUT, REGISTER, Body::Json(&json!({ "description": name }))).await?;
        let offer = offer(&data, CreationOptions::from_value)?;
        self.begun = Some(Begun::Registration(user));
        Ok(offer)
    }

    async fn finish_registration(&mut self, response: &Value) -> Result<(), TargetError> {
        let (Some(Begun::Registration(user)), Some(wire)) = (self.begun.clone(), self.wire.as_mut()) else {
            return Err(TargetError::Unknown("no registration was begun last in this session".to_owned()));
        };
        wire.notifying(Method::POST, REGISTER, Body::Json(response)).await?;
        if self.place.wish.rename {
            let id = response["rawId"].as_str().and_then(|id| webauthn::Base64Url::decode(id).ok());
            let id = id.ok_or_else(|| TargetError::Unknown("the response has no `rawId`".to_owned()))?;
            let name = format!("{NAMES} renamed {:08x}", rand::random::<u32>());
            self.place.rename(&user, &id.0, &name).await?;
            self.seen.push(format!("lists the key as `{name}` after it was renamed"));
        }
        Ok(())
    }

    async fn begin_login(&mut self, who: Option<&Account>) -> Result<Offer<RequestOptions>, TargetError> {
        let place = self.place.clone();
        self.begun = None;
        let (data, begun) = match who {
            Some(who) => {
                let user = place.user(who)?;
                let wire = self.entered(&place.server(), &user).await?;
                (wire.ask(Method::GET, KEY, Body::Empty).await?, Begun::Key(user))
            }
            None => {
                if self.entered.take().is_some() || self.wire.is_none() {
                    self.wire = Some(Wire::new(&place.server()));
                }
                let wire = self.wire.get_or_insert_with(|| Wire::new(&place.server()));
                (wire.ask(Method::GET, PASSKEY, Body::Empty).await?, Begun::Passkey)
            }
        };
        let offer = offer(&data, RequestOptions::from_value)?;
        self.begun = Some(begun);
        Ok(offer)
    }

    async fn finish_login(&mut self, response: &Value) -> Result<(), TargetError> {
        let place = self.place.clone();
        match self.begun.clone() {
            Some(Begun::Key(user)) => {
                // Who has logged out meanwhile gives the password again: what is refused then is the key.
                let wire = self.entered(&place.server(), &user).await?;
                let body = json!({ "response": response, "targetURL": "" });
                wire.ask(Method::POST, KEY, Body::Json(&body)).await?;
            }
            Some(Begun::Passkey) => {
                let wire = self.wire.get_or_insert_with(|| Wire::new(&place.server()));
                let body = json!({
                    "response": response, "keepMeLoggedIn": false, "targetURL": "", "requestMethod": "GET"
                });
                wire.ask(Method::POST, PASSKEY, Body::Json(&body)).await?;
                self.after_passkey().await?;
                self.reaches_the_site().await?;
            }
            _ => return Err(TargetError::Unknown("no login was begun last in this session".to_owned())),
        }
        let state = self.state().await?;
        self.seen.push(format!(
            "says that the session is at level {} (knowledge: {})",
            state["authentication_level"], state["factor_knowledge"]
        ));
        Ok(())
    }

    /// Who came with a passkey goes on by the password, where the scenario says so.
    async fn after_passkey(&mut self) -> Result<(), TargetError> {
        let state = self.state().await?;
        let user = state["username"].as_str().and_then(|name| self.place.user_named(name));
        if let (Then::Password, Some(user), Some(wire)) = (self.place.wish.then, &user, self.wire.as_mut()) {
            let body = json!({ "password": user.password });
            wire.ask(Method::POST, SECOND_PASSWORD, Body::Json(&body)).await.map_err(needed)?;
        }
        self.entered = user;
        Ok(())
    }

    /// Where a scenario is about a site of a certain level, the login is to that site, and is refused with it.
    async fn reaches_the_site(&mut self) -> Result<(), TargetError> {
        match (self.place.wish.level, self.wire.as_mut()) {
            (Some(level), Some(wire)) => wire.passes(level).await?.map_or(Ok(()), reached),
            _ => Ok(()),
        }
    }

    async fn state(&mut self) -> Result<Value, TargetError> {
        match &mut self.wire {
            Some(wire) => wire.ask(Method::GET, STATE, Body::Empty).await.map_err(needed),
            None => Ok(Value::Null),
        }
    }

    /// The site behind Authelia decides, where there is one; what the portal says of the session must agree.
    async fn who_is_it(&mut self) -> Result<Option<String>, TargetError> {
        let level = self.place.level();
        let state = self.state().await?;
        let says = state["authentication_level"].as_u64().unwrap_or(0) >= u64::from(level);
        let user = state["username"].as_str().filter(|name| says && !name.is_empty()).map(str::to_owned);
        let passes = match &mut self.wire {
            Some(wire) => wire.passes(level).await?,
            None => None,
        };
        if let Some(passes) = passes.map(Passes::user).filter(|passes| *passes != user) {
            return Err(TargetError::Unknown(format!(
                "the portal says that {user:?} is logged in at level {level}, and tells its proxy that {passes:?} may pass"
            )));
        }
        Ok(user.map(|user| self.place.account_of(&user)))
    }

    async fn without_key(&mut self, who: &Account) -> Result<(), TargetError> {
        let place = self.place.clone();
        let user = place.user(who)?;
        let wire = self.entered(&place.server(), &user).await?;
        let passes = wire.passes(place.level()).await?;
        passes.map_or_else(|| Err(lacks("no site behind it is known")), reached)
    }

    async fn end(&mut self) -> Result<(), TargetError> {
        self.entered = None;
        match &mut self.wire {
            Some(wire) => {
                wire.elevated = false;
                wire.ask(Method::POST, "api/logout", Body::Json(&json!({}))).await.map_err(needed).map(drop)
            }
            None => Ok(()),
        }
    }
}

impl Wire {
    async fn give(&mut self, name: &str, password: &str) -> Result<Value, TargetError> {
        self.elevated = false;
        let body = json!({
            "username": name, "password": password, "keepMeLoggedIn": false, "targetURL": "", "requestMethod": "GET"
        });
        self.ask(Method::POST, PASSWORD, Body::Json(&body)).await
    }

    /// Gives the name and a wrong password, which has to be refused.
    async fn enter_wrongly(&mut self, user: &User) -> Result<(), TargetError> {
        match self.give(&user.name, "not the password").await {
            Err(TargetError::Refused { .. }) => Ok(()),
            Ok(_) => Err(TargetError::Unknown("Authelia takes a wrong password".to_owned())),
            Err(other) => Err(other),
        }
    }

    /// Gives name and password. What is refused here is no word on keys.
    pub(super) async fn enter(&mut self, user: &User) -> Result<(), TargetError> {
        match self.give(&user.name, &user.password).await {
            Err(TargetError::Refused { status, reason, .. }) => Err(TargetError::Unknown(format!(
                "Authelia does not take the password of `{}` (HTTP {status}: {}): is it another one, or is the user banned? \
                 `regulation.max_retries: 0` bans nobody, `authelia storage bans user revoke` ends a ban",
                user.name,
                reason.unwrap_or_default()
            ))),
            other => other.map(drop),
        }
    }

    /// Types the one-time code, once in a session.
    pub(super) async fn elevate(&mut self) -> Result<(), TargetError> {
        if self.elevated {
            return Ok(());
        }
        let notifier = self.server.notifier.clone().ok_or_else(|| {
            TargetError::Unsupported(
                "Authelia: a key is registered and removed with a one-time code, and the file of its notifier is not given"
                    .to_owned(),
            )
        })?;
        let turn = notifier.turn().await;
        self.ask(Method::POST, ELEVATION, Body::Empty).await?;
        let code = notifier.code()?;
        drop(turn);
        self.ask(Method::PUT, ELEVATION, Body::Json(&json!({ "otc": code }))).await?;
        self.elevated = true;
        Ok(())
    }

    /// Types a code that is wrong. That it is refused is not the end: the user goes on and tries.
    async fn elevate_wrongly(&mut self) -> Result<(), TargetError> {
        self.notifying(Method::POST, ELEVATION, Body::Empty).await.map_err(needed)?;
        match self.ask(Method::PUT, ELEVATION, Body::Json(&json!({ "otc": NO_CODE }))).await {
            Ok(_) | Err(TargetError::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Asks for something that sends the user a message.
    pub(super) async fn notifying(
        &mut self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Value, TargetError> {
        let notifier = self.server.notifier.clone();
        let _turn = match &notifier {
            Some(notifier) => Some(notifier.turn().await),
            None => None,
        };
        self.ask(method, path, body).await
    }
}

impl Session for AutheliaSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        Box::pin(self.begin_registration(who))
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.finish_registration(response))
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        Box::pin(self.begin_login(who))
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.finish_login(response))
    }

    fn login_without_key<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(self.without_key(who))
    }

    fn seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        Box::pin(self.end())
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        Box::pin(self.who_is_it())
    }
}

/// A site behind Authelia decides by letting the user in.
fn reached(passes: Passes) -> Result<(), TargetError> {
    match passes {
        Passes::As(_) => Ok(()),
        Passes::Not { status, site } => {
            let reason = Some(format!("asked whether the user may see {site}, it answers that no"));
            Err(TargetError::Refused { status, reason, body: Vec::new() })
        }
    }
}

/// The options in `publicKey`.
fn offer<T>(data: &Value, read: fn(Value) -> Result<T, DictionaryError>) -> Result<Offer<T>, TargetError> {
    let options = &data["publicKey"];
    let parsed = read(options.clone())
        .map_err(|e| TargetError::Unknown(format!("Authelia's options are none of WebAuthn ({e})")))?;
    Ok(Offer { options: parsed, raw: options.to_string().into_bytes() })
}

/// The same name in other letters, since Authelia compares names without regard to case.
fn same_name(number: usize) -> String {
    if number.is_multiple_of(2) { NAMES.to_lowercase() } else { NAMES.to_uppercase() }
}

/// What is refused on the way to a ceremony, or beside one, is no decision about a key.
pub(super) fn needed(error: TargetError) -> TargetError {
    error.needed("Authelia")
}
