//! One user agent on a described server.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use plan::policy::Login;
use serde_json::Value;
use webauthn::{CreationOptions, DictionaryError, RequestOptions};

use super::connect::Admin;
use super::description::{Call, Ceremony, Options};
use super::rule::Read;
use super::site::Place;
use super::target::needed;
use super::template::{Scope, plain};
use crate::http::{Agent, Answer};
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

/// One user agent, and what it took on its way.
#[derive(Debug)]
pub(super) struct DeclaredSession {
    place: Arc<Place>,
    agent: Agent,
    scope: Scope,
    /// The ceremony that was begun last.
    begun: Option<Begun>,
    /// Requests that are sent once, and for whom they were.
    sent: BTreeSet<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    Registration,
    Login,
}

impl DeclaredSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let (agent, scope) = (place.wire.agent(), place.scope.clone());
        Self { place, agent, scope, begun: None, sent: BTreeSet::new() }
    }

    /// Asks in order; gives the last answer.
    async fn ask(&mut self, calls: &[Call]) -> Result<Option<(Call, Answer)>, TargetError> {
        let place = self.place.clone();
        let mut last = None;
        for call in place.fitting(calls) {
            let for_whom = self.scope.get("user").map(plain).unwrap_or_default();
            let path = call.path.path(&self.scope).map_err(|name| place.lacking(&name))?;
            let sent = (format!("{} {path}", call.method), for_whom);
            if call.once && self.sent.contains(&sent) {
                continue;
            }
            let answer = if call.admin {
                Admin::send(&place.admin, &place.wire, call, &mut self.scope).await?
            } else {
                place.wire.send(call, &mut self.agent, &mut self.scope).await?
            };
            self.sent.insert(sent);
            last = Some((call.clone(), answer));
        }
        Ok(last)
    }

    async fn offer<T>(
        &mut self,
        ceremony: &Ceremony,
        begun: Begun,
        who: Option<&Account>,
        read: fn(Value) -> Result<T, DictionaryError>,
    ) -> Result<Offer<T>, TargetError> {
        match who {
            Some(who) => self.scope.extend(self.place.account(who)?),
            None => ["account", "user", "password"].iter().for_each(|name| drop(self.scope.remove(*name))),
        }
        self.begun = None;
        let last = self.ask(&ceremony.offer).await?;
        let Some((call, answer)) = last else {
            return Err(TargetError::Unknown(
                "the file asks for no options where users log in like that".to_owned(),
            ));
        };
        let answered = Read::of(&answer);
        let options = match &ceremony.options {
            Options::At(pointer) => answered.at(pointer).cloned().ok_or_else(|| {
                self.place.wire.unexpected(&call, &answer, &format!("the options at `{pointer}`"))
            })?,
            Options::Built(template) => {
                let built = template.value(&self.scope).map_err(|name| self.place.lacking(&name))?;
                built.unwrap_or(Value::Null)
            }
        };
        let options = read(options)
            .map_err(|e| self.place.wire.unexpected(&call, &answer, &format!("options of WebAuthn ({e})")))?;
        self.begun = Some(begun);
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn finish(
        &mut self,
        ceremony: &Ceremony,
        begun: Begun,
        response: &Value,
    ) -> Result<(), TargetError> {
        if self.begun != Some(begun) {
            let what = if begun == Begun::Login { "login" } else { "registration" };
            return Err(TargetError::Unknown(format!("no {what} was begun last in this session")));
        }
        self.scope.insert("response".to_owned(), response.clone());
        self.ask(&ceremony.finish).await.map(drop)
    }

    /// What the server calls a credential that it has just taken.
    fn remember(&self, ceremony: &Ceremony, response: &Value) -> Result<(), TargetError> {
        let Some(text) = &ceremony.stands_for else { return Ok(()) };
        let name = text.text(&self.scope).map_err(|name| self.place.lacking(&name))?;
        let id = response.get("rawId").or_else(|| response.get("id")).map(plain).unwrap_or_default();
        if let Ok(id) = webauthn::Base64Url::decode(&id) {
            self.place.remember(id.0, name);
        }
        Ok(())
    }

    async fn who_is_it(&mut self) -> Result<Option<String>, TargetError> {
        let place = self.place.clone();
        let whoami = &place.wire.description.whoami;
        if whoami.needs.as_ref().is_some_and(|name| !self.scope.contains_key(name)) {
            return Ok(None);
        }
        let mut admin = place.admin.lock().await;
        admin.lend(&mut self.scope);
        let rows = place.wire.rows(&whoami.rows, &mut self.agent, &mut admin.agent, &mut self.scope).await;
        let name = |row: &Value| row.pointer(&whoami.user).filter(|name| !name.is_null()).map(plain);
        let user = rows.map_err(needed)?.iter().find_map(name).filter(|name| !name.is_empty());
        Ok(user.map(|user| place.account_of(&user)))
    }
}

impl Session for DeclaredSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        async move {
            let place = self.place.clone();
            self.offer(&place.flow.register, Begun::Registration, Some(who), CreationOptions::from_value)
                .await
        }
        .boxed()
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        async move {
            let place = self.place.clone();
            self.finish(&place.flow.register, Begun::Registration, response).await?;
            self.remember(&place.flow.register, response)
        }
        .boxed()
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        async move {
            let place = self.place.clone();
            // Where the key tells who it is, the page has no field for a name.
            let who = who.filter(|_| place.login != Login::Usernameless);
            self.offer(&place.flow.login, Begun::Login, who, RequestOptions::from_value).await
        }
        .boxed()
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        async move {
            let place = self.place.clone();
            self.finish(&place.flow.login, Begun::Login, response).await
        }
        .boxed()
    }

    fn client_refused<'a>(&'a mut self, error: &'a str) -> TargetResult<'a, ()> {
        async move {
            let place = self.place.clone();
            let ceremony = match self.begun {
                Some(Begun::Registration) => &place.flow.register,
                Some(Begun::Login) => &place.flow.login,
                None => return Ok(()),
            };
            self.scope.insert("error".to_owned(), error.into());
            self.ask(&ceremony.given_up).await.map(drop)
        }
        .boxed()
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        async move {
            let place = self.place.clone();
            if place.wire.description.logout.is_empty() {
                return Err(TargetError::Unsupported("logging out".to_owned()));
            }
            self.sent.clear();
            self.ask(&place.wire.description.logout).await.map(drop)
        }
        .boxed()
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        self.who_is_it().boxed()
    }
}
