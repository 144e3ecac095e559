//! A relying party: users of its own. defguard has one policy, so that all sites are the same server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use webauthn::Base64Url;

use super::api::Admin;
use super::reasons::Reasons;
use super::session::DefguardSession;
use super::wish::{Removal, Wish};
use crate::http::Endpoint;
use crate::locked::locked;
use crate::provisioned::{Provisioned, User};
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// What sites and sessions of one server share.
#[derive(Debug)]
pub(super) struct Server {
    /// Where it is.
    pub(super) at: Endpoint,
    /// The admin.
    pub(super) admin: Admin,
    /// All that is on it goes with the target.
    pub(super) is_ours: bool,
    /// Where the reasons of refusals stand, for a server that was started here.
    pub(super) reasons: Option<Reasons>,
}

/// What is known of a user beside the server.
#[derive(Debug, Default)]
struct Notes {
    /// Credential ids by the name of the key: the server lists no ids.
    keys: HashMap<String, Vec<u8>>,
    /// Recovery codes that were not used.
    codes: Vec<String>,
}

/// One site.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) wish: Wish,
    /// What the names of its users begin with.
    tag: String,
    users: Provisioned<User>,
    notes: Mutex<HashMap<String, Notes>>,
}

impl Place {
    pub(super) fn new(server: Arc<Server>, wish: Wish, tag: String) -> Self {
        Self { server, wish, tag, users: Provisioned::default(), notes: Mutex::default() }
    }

    /// The user that was made for an account. The password given is what counts, so that a wrong one stays wrong.
    pub(super) fn user(&self, who: &Account) -> Result<User, TargetError> {
        Ok(User { password: strong(&who.password), ..self.users.user(who)? })
    }

    /// The account's name of a user name; other users keep their own.
    pub(super) fn account_of(&self, name: &str) -> String {
        self.users.account_of(name, |user| user.name == name)
    }

    /// A name that no key has had.
    pub(super) fn key_name(&self) -> String {
        format!("AnyKey {:016x}", rand::random::<u64>())
    }

    /// A key was registered: its credential id, and the recovery codes that came with the first one.
    pub(super) fn keep(&self, user: &User, name: &str, response: &Value, answer: &Value) {
        let mut notes = locked(&self.notes);
        let notes = notes.entry(user.name.clone()).or_default();
        // What the server takes has an id that can be read.
        let id =
            serde_json::from_value::<Base64Url>(response["rawId"].clone()).map(|id| id.0).unwrap_or_default();
        notes.keys.insert(name.to_owned(), id);
        let codes = answer["codes"].as_array().into_iter().flatten();
        notes.codes.extend(codes.filter_map(Value::as_str).map(str::to_owned));
    }

    /// A recovery code that was not used before.
    pub(super) fn take_code(&self, user: &User) -> Option<String> {
        let mut notes = locked(&self.notes);
        notes.get_mut(&user.name)?.codes.pop()
    }

    /// The user's keys with their rows. A key that nobody here has registered is another one: its name stands for its id.
    async fn keys(&self, user: &User) -> Result<Vec<(i64, CredentialRecord)>, TargetError> {
        let listed = self.server.admin.keys(&user.name).await?;
        let notes = locked(&self.notes);
        let known = notes.get(&user.name).map(|notes| &notes.keys);
        let record = |name: &str| {
            let id = known.and_then(|keys| keys.get(name)).cloned();
            CredentialRecord {
                id: id.unwrap_or_else(|| name.as_bytes().to_vec()),
                sign_count: None,
                aaguid: None,
            }
        };
        Ok(listed.iter().map(|key| (key.id, record(&key.name))).collect())
    }

    /// The user deletes a key: logs in with a recovery code first.
    async fn remove_as_user(self: &Arc<Self>, user: &User, row: i64) -> Result<(), TargetError> {
        DefguardSession::new(self.clone()).delete_key(user, row).await
    }
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct DefguardSite(pub(super) Arc<Place>);

impl Site for DefguardSite {
    fn origin(&self) -> String {
        self.0.server.at.origin()
    }

    fn rp_id(&self) -> String {
        self.0.server.at.host().to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.0;
            let name = format!("{}-{}", place.tag, who.name).to_lowercase();
            place.server.admin.make_user(&name, &strong(&who.password)).await?;
            place.users.add(who, User { name, password: strong(&who.password) });
            Ok(())
        })
    }

    fn is_disposable(&self) -> bool {
        self.0.server.is_ours
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let user = self.0.user(who)?;
            self.0.server.admin.remove_user(&user.name).await?;
            self.0.users.remove(who);
            Ok(())
        })
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(DefguardSession::new(self.0.clone()));
        Box::pin(std::future::ready(Ok(session)))
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        Box::pin(async move {
            let keys = self.0.keys(&self.0.user(who)?).await?;
            Ok(keys.into_iter().map(|(_, record)| record).collect())
        })
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let user = self.0.user(who)?;
            let keys = self.0.keys(&user).await?;
            let row = keys.iter().find(|(_, record)| record.id == id).map(|(row, _)| *row);
            let row = row.ok_or_else(|| {
                TargetError::Unknown(format!("`{}` has no credential of that id", who.name))
            })?;
            let admin = &self.0.server.admin;
            match self.0.wish.removal {
                Removal::Admin => admin.remove_key(&user.name, row).await,
                Removal::User => self.0.remove_as_user(&user, row).await,
                Removal::Mfa => admin.remove_factors(&user.name).await,
            }
        })
    }
}

/// A password with all the kinds of characters that defguard wants.
pub(super) fn strong(password: &str) -> String {
    format!("{password}-Aa1")
}
