//! A relying party: users of its own on the server with its policy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::account::User;
use super::server::Server;
use super::session::TwofauthSession;
use super::web::unknown;
use super::wish::Wish;
use crate::locked::locked;
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// One site. Several share the server of their policy: a tag in their names keeps their users apart.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) wish: Wish,
    /// What names of this run's users begin with.
    run: String,
    number: u32,
    users: Mutex<HashMap<String, Arc<User>>>,
}

impl Place {
    pub(super) fn new(server: Arc<Server>, wish: Wish, run: String, number: u32) -> Self {
        Self { server, wish, run, number, users: Mutex::default() }
    }

    /// The user that was made for an account.
    pub(super) fn user(&self, who: &Account) -> Result<Arc<User>, TargetError> {
        let user = locked(&self.users).get(&who.name).cloned();
        user.ok_or_else(|| unknown(format!("the account `{}` was not provisioned here", who.name)))
    }

    /// The account's name of an address; other users keep their own.
    pub(super) fn account_of(&self, email: &str) -> String {
        let users = locked(&self.users);
        let account = users.iter().find(|(_, user)| user.email.eq_ignore_ascii_case(email));
        account.map_or_else(|| email.to_owned(), |(account, _)| account.clone())
    }
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct TwofauthSite {
    pub(super) place: Arc<Place>,
    /// The server goes with the target.
    pub(super) disposable: bool,
}

impl Site for TwofauthSite {
    fn origin(&self) -> String {
        self.place.server.base.origin().ascii_serialization()
    }

    fn rp_id(&self) -> String {
        let host = self.place.server.base.host_str();
        self.place.wish.rp_id.as_deref().or(host).unwrap_or_default().to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.place;
            let name = format!("{}-{}-{}", place.run, place.number, who.name).to_lowercase();
            let user = User::register(&place.server, who, &name, &format!("{name}@anykey.test")).await?;
            locked(&place.users).insert(who.name.clone(), user);
            Ok(())
        })
    }

    fn is_disposable(&self) -> bool {
        self.disposable
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            self.place.user(who)?.remove().await?;
            locked(&self.place.users).remove(&who.name);
            Ok(())
        })
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(TwofauthSession::new(self.place.clone()));
        Box::pin(async move { Ok(session) })
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        Box::pin(async move { self.place.user(who)?.keys().await })
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        Box::pin(async move { self.place.user(who)?.revoke(id).await })
    }
}
