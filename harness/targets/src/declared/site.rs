//! A relying party of a described server, with the policy of one case.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use plan::Policy;
use plan::policy::Login;
use serde_json::Value;

use super::connect::Admin;
use super::description::{Call, CredentialId, Flow, Listing};
use super::perform::Wire;
use super::policy;
use super::session::DeclaredSession;
use super::target::needed;
use super::template::{Scope, plain};
use super::values;
use crate::locked::locked;
use crate::provisioned::Provisioned;
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// What a site and its sessions share.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) wire: Arc<Wire>,
    pub(super) admin: Arc<tokio::sync::Mutex<Admin>>,
    pub(super) flow: Flow,
    pub(super) login: Login,
    /// The case wants the trust anchors that the server was given.
    own_anchors: bool,
    pub(super) scope: Scope,
    accounts: Provisioned<Scope>,
    /// What the server calls a credential, by the credential's id.
    called: Mutex<BTreeMap<Vec<u8>, String>>,
}

impl Place {
    pub(super) fn new(
        wire: Arc<Wire>,
        admin: Arc<tokio::sync::Mutex<Admin>>,
        flow: Flow,
        login: Login,
        own_anchors: bool,
        scope: Scope,
    ) -> Self {
        let (accounts, called) = (Provisioned::default(), Mutex::default());
        Self { wire, admin, flow, login, own_anchors, scope, accounts, called }
    }

    /// The names of an account that was provisioned here.
    pub(super) fn account(&self, who: &Account) -> Result<Scope, TargetError> {
        self.accounts.user(who)
    }

    /// The account's name of a user of the server; other users keep their own.
    pub(super) fn account_of(&self, user: &str) -> String {
        self.accounts.account_of(user, |scope| scope.get("user").is_some_and(|name| plain(name) == user))
    }

    /// The server has a new credential, and calls it so.
    pub(super) fn remember(&self, id: Vec<u8>, name: String) {
        locked(&self.called).insert(id, name);
    }

    /// Requests that are sent where users log in as they do here.
    pub(super) fn fitting<'c>(&self, calls: &'c [Call]) -> impl Iterator<Item = &'c Call> + use<'c> {
        let login = self.login;
        calls.iter().filter(move |call| call.only.is_empty() || call.only.contains(&login))
    }

    async fn ask(&self, calls: &[Call], scope: &mut Scope) -> Result<(), TargetError> {
        for call in self.fitting(calls) {
            Admin::send(&self.admin, &self.wire, call, scope).await.map_err(needed)?;
        }
        Ok(())
    }

    /// The server's word for a name that it was given.
    pub(super) fn lacking(&self, name: &str) -> TargetError {
        TargetError::Unknown(values::missing(&self.wire.description, name))
    }

    fn record(&self, listing: &Listing, row: &Value) -> Result<CredentialRecord, TargetError> {
        let wrong = |pointer: &str| {
            TargetError::Unknown(format!("a listed credential has no id at `{pointer}`: {row}"))
        };
        let text = |pointer: &str| row.pointer(pointer).filter(|value| !value.is_null()).map(plain);
        let id = match &listing.id {
            CredentialId::Base64Url(at) => {
                text(at).and_then(|id| webauthn::Base64Url::decode(&id).ok()).map(|id| id.0)
            }
            CredentialId::Base64(at) => text(at).and_then(|id| STANDARD.decode(id).ok()),
            CredentialId::Hex(at) => text(at).and_then(|id| hex::decode(id).ok()),
            CredentialId::StandsFor(at) => text(at).map(|name| {
                let called = locked(&self.called);
                let known = called.iter().find(|(_, other)| **other == name).map(|(id, _)| id.clone());
                // One that nobody here has registered is another credential all the same.
                known.unwrap_or_else(|| name.into_bytes())
            }),
        };
        let at = match &listing.id {
            CredentialId::Base64Url(at)
            | CredentialId::Base64(at)
            | CredentialId::Hex(at)
            | CredentialId::StandsFor(at) => at,
        };
        let sign_count = listing.sign_count.as_deref().and_then(text).and_then(|count| count.parse().ok());
        let aaguid = listing.aaguid.as_deref().and_then(text);
        Ok(CredentialRecord { id: id.ok_or_else(|| wrong(at))?, sign_count, aaguid })
    }
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct DeclaredSite(pub(super) Arc<Place>);

impl Site for DeclaredSite {
    fn origin(&self) -> String {
        self.0.scope.get("origin").map(plain).unwrap_or_default()
    }

    fn rp_id(&self) -> String {
        self.0.scope.get("rp-id").map(plain).unwrap_or_default()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        async move {
            let place = &self.0;
            let mut scope = place.scope.clone();
            scope.insert("account".to_owned(), who.name.clone().into());
            scope.insert("password".to_owned(), who.password.clone().into());
            place.wire.hide(&who.password);
            let making = &place.wire.description.account;
            let user = making.name.text(&scope).map_err(|name| place.lacking(&name))?;
            scope.insert("user".to_owned(), user.into());
            place.ask(&making.make, &mut scope).await?;
            place.accounts.add(who, scope);
            Ok(())
        }
        .boxed()
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        async move {
            let mut scope = self.0.account(who)?;
            self.0.ask(&self.0.wire.description.account.remove, &mut scope).await?;
            self.0.accounts.remove(who);
            Ok(())
        }
        .boxed()
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(DeclaredSession::new(self.0.clone()));
        async move { Ok(session) }.boxed()
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        async move {
            let place = &self.0;
            let Some(listing) = &place.wire.description.credentials else {
                return Err(TargetError::Unsupported("listing credentials".to_owned()));
            };
            let mut scope = place.account(who)?;
            let mut admin = place.admin.lock().await;
            admin.lend(&mut scope);
            let mut nobody = place.wire.agent();
            let rows = place
                .wire
                .rows(&listing.rows, &mut nobody, &mut admin.agent, &mut scope)
                .await
                .map_err(needed)?;
            drop(admin);
            rows.iter().map(|row| place.record(listing, row)).collect()
        }
        .boxed()
    }

    fn set_policy<'a>(&'a self, policy: &'a Policy) -> TargetResult<'a, ()> {
        async move {
            let place = &self.0;
            let description = &place.wire.description;
            let change = &description.site.change;
            if change.is_empty() {
                return Err(TargetError::Unsupported(
                    "changing a policy under which keys are registered".to_owned(),
                ));
            }
            let words = description.supports.words(policy, place.own_anchors, &description.name)?;
            let names = policy::scope(policy, words);
            let mut scope = place.scope.clone();
            scope.extend(names.clone());
            place.ask(change, &mut scope).await?;
            place.accounts.change(|account| account.extend(names.clone()));
            Ok(())
        }
        .boxed()
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        async move {
            let place = &self.0;
            if place.wire.description.revoke.is_empty() {
                return Err(TargetError::Unsupported("removing one credential".to_owned()));
            }
            let mut scope = place.account(who)?;
            scope.insert("credential".to_owned(), webauthn::bytes::encode(id).into());
            let known_as = locked(&place.called).get(id).cloned();
            scope.extend(known_as.map(|name| ("known-as".to_owned(), name.into())));
            place.ask(&place.wire.description.revoke, &mut scope).await
        }
        .boxed()
    }
}
