//! A relying party: users of its own on the server with its policy.

use std::sync::Arc;

use plan::Policy;

use super::account::User;
use super::ground::Ground;
use super::policy;
use super::server::Server;
use super::session::TwofauthSession;
use super::wish::Wish;
use crate::provisioned::Provisioned;
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// One site. Several share the server of their policy: a tag in their names keeps their users apart.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    ground: Arc<Ground>,
    pub(super) wish: Wish,
    /// What the names of its users begin with.
    tag: String,
    users: Provisioned<Arc<User>>,
}

impl Place {
    pub(super) fn new(server: Arc<Server>, ground: Arc<Ground>, wish: Wish, tag: String) -> Self {
        Self { server, ground, wish, tag, users: Provisioned::default() }
    }

    /// The user that was made for an account.
    pub(super) fn user(&self, who: &Account) -> Result<Arc<User>, TargetError> {
        self.users.user(who)
    }

    /// The account's name of an address; other users keep their own.
    pub(super) fn account_of(&self, email: &str) -> String {
        self.users.account_of(email, |user| user.email.eq_ignore_ascii_case(email))
    }
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct TwofauthSite(pub(super) Arc<Place>);

impl Site for TwofauthSite {
    fn origin(&self) -> String {
        self.0.server.at.origin()
    }

    fn rp_id(&self) -> String {
        self.0.wish.rp_id.as_deref().unwrap_or_else(|| self.0.server.at.host()).to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.0;
            let name = format!("{}-{}", place.tag, who.name).to_lowercase();
            let user = User::register(&place.server, who, &name, &format!("{name}@anykey.test")).await?;
            place.users.add(who, user);
            Ok(())
        })
    }

    /// Servers that are started for the run go with the target, or with the site that has one to itself.
    fn is_disposable(&self) -> bool {
        self.0.ground.is_ours()
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            self.0.user(who)?.remove().await?;
            self.0.users.remove(who);
            Ok(())
        })
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(TwofauthSession::new(self.0.clone()));
        Box::pin(async move { Ok(session) })
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        Box::pin(async move { self.0.user(who)?.keys().await })
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        Box::pin(async move { self.0.user(who)?.revoke(id).await })
    }

    fn set_policy<'a>(&'a self, policy: &'a Policy) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.0;
            place.ground.change(&place.server, &policy::setup(policy, &place.wish)?).await
        })
    }
}
