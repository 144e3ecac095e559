//! A relying party: users of its own on the Authelia of its policy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plan::Policy;
use plan::policy::Login;
use serde_json::{Value, json};

use super::managed::Started;
use super::policy::lacks;
use super::server::{Server, Users};
use super::session::{AutheliaSession, needed};
use super::wire::Wire;
use super::wish::Wish;
use crate::http::{Body, Method};
use crate::locked::locked;
use crate::provisioned::{Provisioned, User};
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// The list of a user's keys.
pub(super) const CREDENTIALS: &str = "api/secondfactor/webauthn/credentials";
/// One of them.
pub(super) const CREDENTIAL: &str = "api/secondfactor/webauthn/credential";

/// One site.
#[derive(Debug)]
pub(super) struct Place {
    /// The one that it is on now.
    server: Mutex<Arc<Server>>,
    pub(super) login: Login,
    pub(super) wish: Wish,
    pool: Arc<Users>,
    users: Provisioned<User>,
    /// By user name: a user agent of the user that lists keys, and takes no part in ceremonies.
    watchers: tokio::sync::Mutex<HashMap<String, Wire>>,
    /// What was started for it, and may be started anew with another policy.
    started: Option<Started>,
}

/// What a site is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) server: Arc<Server>,
    pub(super) pool: Arc<Users>,
    /// What was started for it.
    pub(super) started: Option<Started>,
}

/// A key as Authelia lists it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Authelia's number of it.
    pub(super) number: u64,
    /// Its name.
    pub(super) description: String,
    /// What the bench knows it by.
    pub(super) record: CredentialRecord,
}

impl Place {
    pub(super) fn new(parts: Parts, login: Login, wish: Wish) -> Self {
        let Parts { server, pool, started } = parts;
        let (users, watchers) = (Provisioned::default(), tokio::sync::Mutex::default());
        Self { server: Mutex::new(server), login, wish, pool, users, watchers, started }
    }

    /// The Authelia that it is on now.
    pub(super) fn server(&self) -> Arc<Server> {
        locked(&self.server).clone()
    }

    /// Goes on with another configuration on the same database. Sessions are gone then, as with any restart of Authelia.
    async fn change(&self, policy: &Policy) -> Result<(), TargetError> {
        let started = self.started.as_ref().ok_or_else(|| lacks("its configuration is somebody else's"))?;
        let server = started.with(policy, &self.wish).await?;
        self.watchers.lock().await.clear();
        *locked(&self.server) = server;
        Ok(())
    }

    /// The user that stands for an account.
    pub(super) fn user(&self, who: &Account) -> Result<User, TargetError> {
        self.users.user(who)
    }

    /// The user of that name, if it stands for an account.
    pub(super) fn user_named(&self, name: &str) -> Option<User> {
        self.users.find(|user| user.name == name)
    }

    /// The account that a user stands for; other users keep their names.
    pub(super) fn account_of(&self, user: &str) -> String {
        self.users.account_of(user, |known| known.name == user)
    }

    /// The level of authentication that counts as logged in.
    pub(super) fn level(&self) -> u8 {
        self.wish.level.unwrap_or(if self.login == Login::Usernameless { 1 } else { 2 })
    }

    /// The user's keys, as the user's own page has them.
    pub(super) async fn rows(&self, user: &User) -> Result<Vec<Row>, TargetError> {
        let mut watchers = self.watchers.lock().await;
        let watcher = self.watcher(&mut watchers, user).await?;
        list(watcher).await
    }

    async fn remove(&self, user: &User, id: &[u8]) -> Result<(), TargetError> {
        let mut watchers = self.watchers.lock().await;
        let watcher = self.watcher(&mut watchers, user).await?;
        let rows = list(watcher).await?;
        let row = rows.into_iter().find(|row| row.record.id == id);
        let row =
            row.ok_or_else(|| TargetError::Unknown(format!("`{}` has no credential of that id", user.name)))?;
        watcher.elevate().await.map_err(needed)?;
        let path = format!("{CREDENTIAL}/{}", row.number);
        watcher.notifying(Method::DELETE, &path, Body::Empty).await.map_err(needed).map(drop)
    }

    /// Gives a key another name.
    pub(super) async fn rename(&self, user: &User, id: &[u8], name: &str) -> Result<(), TargetError> {
        let mut watchers = self.watchers.lock().await;
        let watcher = self.watcher(&mut watchers, user).await?;
        let row = list(watcher).await?.into_iter().find(|row| row.record.id == id);
        let row = row.ok_or_else(|| TargetError::Unknown("the new key is not listed".to_owned()))?;
        watcher.elevate().await.map_err(needed)?;
        let path = format!("{CREDENTIAL}/{}", row.number);
        watcher.ask(Method::PUT, &path, Body::Json(&json!({ "description": name }))).await?;
        let renamed = list(watcher).await?.iter().any(|row| row.record.id == id && row.description == name);
        match renamed {
            true => Ok(()),
            false => Err(TargetError::Unknown(format!("the key was to be called `{name}`, and is not"))),
        }
    }

    async fn watcher<'w>(
        &self,
        watchers: &'w mut HashMap<String, Wire>,
        user: &User,
    ) -> Result<&'w mut Wire, TargetError> {
        if !watchers.contains_key(&user.name) {
            let mut wire = Wire::new(&self.server());
            wire.enter(user).await?;
            watchers.insert(user.name.clone(), wire);
        }
        watchers.get_mut(&user.name).ok_or_else(|| TargetError::Unknown("nobody lists keys".to_owned()))
    }
}

/// The keys of the user who is logged in.
pub(super) async fn list(wire: &mut Wire) -> Result<Vec<Row>, TargetError> {
    let data = wire.ask(Method::GET, CREDENTIALS, Body::Empty).await.map_err(needed)?;
    let rows = data.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(row).collect()
}

fn row(value: &Value) -> Result<Row, TargetError> {
    let bad = || TargetError::Unknown(format!("a key is listed as {value}, without `id` or `kid`"));
    let id = value["kid"].as_str().and_then(|kid| STANDARD.decode(kid).ok()).ok_or_else(bad)?;
    let number = value["id"].as_u64().ok_or_else(bad)?;
    let sign_count = value["sign_count"].as_u64().and_then(|count| u32::try_from(count).ok());
    let aaguid = value["aaguid"].as_str().map(str::to_owned);
    let description = value["description"].as_str().unwrap_or_default().to_owned();
    Ok(Row { number, description, record: CredentialRecord { id, sign_count, aaguid } })
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct AutheliaSite(pub(super) Arc<Place>);

impl Site for AutheliaSite {
    fn origin(&self) -> String {
        self.0.server().portal.origin().ascii_serialization()
    }

    fn rp_id(&self) -> String {
        self.0.server().portal.host_str().unwrap_or_default().to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let user = self.0.pool.take().ok_or_else(|| {
                TargetError::Unknown(
                    "all users are in use: Authelia has no way to make one, so give more, or have fewer cases at a time \
                     (--jobs)"
                        .to_owned(),
                )
            })?;
            self.0.users.add(who, user);
            Ok(())
        })
    }

    /// Accounts go with the processes that were started, and nobody else has them.
    fn is_disposable(&self) -> bool {
        self.0.started.is_some()
    }

    /// The user stays, without keys.
    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let user = self.0.user(who)?;
            for row in self.0.rows(&user).await? {
                self.0.remove(&user, &row.record.id).await?;
            }
            self.0.users.remove(who);
            self.0.pool.give_back(user);
            Ok(())
        })
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(AutheliaSession::new(self.0.clone()));
        Box::pin(async move { Ok(session) })
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        Box::pin(async move {
            let rows = self.0.rows(&self.0.user(who)?).await?;
            Ok(rows.into_iter().map(|row| row.record).collect())
        })
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        Box::pin(async move { self.0.remove(&self.0.user(who)?, id).await })
    }
    fn set_policy<'a>(&'a self, policy: &'a Policy) -> TargetResult<'a, ()> {
        Box::pin(self.0.change(policy))
    }
}
