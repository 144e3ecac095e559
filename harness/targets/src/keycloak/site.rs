//! A relying party: users of its own in the realm of its policy.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use plan::Policy;
use plan::policy::Login;

use super::admin::Admin;
use super::policy;
use super::prepare::look;
use super::realm;
use super::session::KeycloakSession;
use super::wish::{Enrol, Removal, Wish};
use crate::http::{Endpoint, HttpClient};
use crate::locked::locked;
use crate::provisioned::Provisioned;
use crate::target::{Account, CredentialRecord, Session, Site, TargetError, TargetResult};

/// What sites and sessions of one server share.
#[derive(Debug)]
pub(super) struct Server {
    /// Where it is; the base URL is the one that it writes on its pages.
    pub(super) at: Endpoint,
    /// The admin interface.
    pub(super) admin: Admin,
}

impl Server {
    /// The same server on connections of the caller's own.
    pub(super) fn with_own_connections(&self) -> Self {
        let at = Endpoint { client: HttpClient::new(), ..self.at.clone() };
        Self { admin: self.admin.with_endpoint(at.clone()), at }
    }
}

/// A user of the realm.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Keycloak's id of it.
    pub(super) id: String,
    /// The user name in the realm.
    pub(super) name: String,
}

/// One site. Several share the realm of their policy: each has its user names to itself by a tag at their ends, so two
/// cases that both have an `alice` do not meet.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) server: Arc<Server>,
    pub(super) realm: String,
    pub(super) login: Login,
    pub(super) wish: Wish,
    algorithms: Mutex<Option<Vec<i32>>>,
    /// What the server brings to a policy.
    brings: policy::Server,
    tag: String,
    users: Provisioned<Known>,
    enrolled: Mutex<HashSet<String>>,
}

impl Place {
    pub(super) fn new(
        server: Arc<Server>,
        realm: String,
        policy: &Policy,
        wish: Wish,
        brings: policy::Server,
        tag: String,
    ) -> Self {
        Self {
            server,
            realm,
            login: policy.login,
            algorithms: Mutex::new(algorithms(policy, &wish)),
            brings,
            wish,
            tag,
            users: Provisioned::default(),
            enrolled: Mutex::default(),
        }
    }

    /// The algorithms that the page must offer, where the policy says them.
    pub(super) fn algorithms(&self) -> Option<Vec<i32>> {
        locked(&self.algorithms).clone()
    }

    /// The user that was made for an account.
    pub(super) fn known(&self, who: &Account) -> Result<Known, TargetError> {
        self.users.user(who)
    }

    /// The account's name of a user name in the realm; other users keep their own.
    pub(super) fn account_of(&self, user: &str) -> String {
        self.users.account_of(user, |known| known.name == user)
    }

    /// Keycloak's id of an account's user.
    pub(super) fn id_of(&self, account: &str) -> Option<String> {
        self.users.of(account).map(|known| known.id)
    }

    /// Whether the user's required action is done: the next key is registered by the user's own wish.
    pub(super) fn is_enrolled(&self, user: &Known) -> bool {
        locked(&self.enrolled).contains(&user.id)
    }

    pub(super) fn enrol(&self, user: &Known) {
        locked(&self.enrolled).insert(user.id.clone());
    }
}

/// A site as the bench holds it.
#[derive(Debug)]
pub(super) struct KeycloakSite(pub(super) Arc<Place>);

impl Site for KeycloakSite {
    /// Where the policy has extra origins, the first of them: that of an application that shows Keycloak's pages as its own.
    fn origin(&self) -> String {
        let extra = self.0.wish.policy.get("ExtraOrigins").and_then(|origins| origins[0].as_str());
        extra.map_or_else(|| self.0.server.at.origin(), str::to_owned)
    }

    fn rp_id(&self) -> String {
        let own = self.0.wish.policy.get("RpId").and_then(|id| id.as_str());
        own.unwrap_or_else(|| self.0.server.at.host()).to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.0;
            let name = format!("{}.{}", who.name, place.tag).to_lowercase();
            let admin = &place.server.admin;
            let action = realm::action(place.login, &place.wish);
            let id = match place.wish.enrol {
                Enrol::SelfRegistration => {
                    KeycloakSession::new(place.clone()).make_user(&name, &who.password).await?;
                    let id = admin.user(&place.realm, &name).await?;
                    id.ok_or_else(|| TargetError::Unknown(format!("Keycloak registered no user `{name}`")))?
                }
                enrol => {
                    let required = (enrol == Enrol::Required).then_some(action);
                    let user = realm::user(&name, &who.password, required);
                    admin.create(&place.realm, "users", &user).await?
                }
            };
            place.users.add(who, Known { id, name });
            Ok(())
        })
    }

    /// Realms are removed with the target.
    fn is_disposable(&self) -> bool {
        true
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let known = self.0.known(who)?;
            self.0.server.admin.delete_user(&self.0.realm, &known.id).await?;
            self.0.users.remove(who);
            locked(&self.0.enrolled).remove(&known.id);
            Ok(())
        })
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session: Box<dyn Session> = Box::new(KeycloakSession::new(self.0.clone()));
        Box::pin(async move { Ok(session) })
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        Box::pin(async move {
            let known = self.0.known(who)?;
            let rows = self.0.server.admin.credentials(&self.0.realm, &known.id).await?;
            Ok(rows.into_iter().map(|(_, record)| record).collect())
        })
    }

    fn set_policy<'a>(&'a self, policy: &'a Policy) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let place = &self.0;
            let settings = policy::settings(policy, &place.wish, place.brings)?;
            place.server.admin.change_realm(&place.realm, &settings).await?;
            *locked(&place.algorithms) = algorithms(policy, &place.wish);
            look(&place.server.admin, &place.realm, &settings).await
        })
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        Box::pin(async move {
            let known = self.0.known(who)?;
            let admin = &self.0.server.admin;
            let rows = admin.credentials(&self.0.realm, &known.id).await?;
            match rows.iter().find(|(_, record)| record.id == id) {
                Some((row, _)) => {
                    let mut session = KeycloakSession::new(self.0.clone());
                    match self.0.wish.removal {
                        Removal::Admin => admin.delete_credential(&self.0.realm, &known.id, row).await,
                        Removal::Action => session.remove_by_action(who, &known, row).await,
                        Removal::Account => session.remove_in_account(who, &known, row).await,
                    }
                }
                None => Err(TargetError::Unknown(format!("`{}` has no credential of that id", who.name))),
            }
        })
    }
}

fn algorithms(policy: &Policy, wish: &Wish) -> Option<Vec<i32>> {
    let own = !wish.defaults && !wish.policy.contains_key("SignatureAlgorithms");
    own.then(|| policy.algorithms.clone())
}
