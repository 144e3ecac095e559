//! Keycloak as a target: started here, or attached to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plan::{Known, Policy};
use serde_json::json;
use tokio::sync::OnceCell;
use url::Url;

use super::admin::Admin;
use super::error::KeycloakError;
use super::prepare::{Plan, prepare};
use super::process::{Process, Start};
use super::site::{KeycloakSite, Place, Server};
use super::wish::Wish;
use super::{browse, home, policy};
use crate::admin::AdminLogin;
use crate::http::{Endpoint, HttpClient};
use crate::known;
use crate::locked::locked;
use crate::run_tag::RunTag;
use crate::target::{Capabilities, Site, SiteWish, Target, TargetError, TargetResult};
use crate::version::major;

/// The oldest major version whose pages are known.
const OLDEST: u32 = 26;
/// Enough cases at a time to keep two cores busy; each has its own users.
const JOBS: usize = 8;

/// How the bench treats its Keycloak.
#[derive(Clone, Debug)]
pub struct KeycloakSettings {
    /// Attestation roots (DER). A Keycloak that is started here gets them as its trust store; one that is attached to
    /// must have been started with them.
    pub anchors: Vec<Vec<u8>>,
    /// How long the start may take; the first one of a distribution compiles it.
    pub start_timeout: Duration,
    /// How long one exchange may take.
    pub request_timeout: Duration,
    /// Where unpacked archives and compiled distributions are kept; `None`: nothing is kept.
    pub cache: Option<PathBuf>,
    /// Where the log of a Keycloak that is started here goes; `None`: to a temporary file.
    pub log: Option<PathBuf>,
    /// The connections of all user agents.
    pub client: HttpClient,
}

impl Default for KeycloakSettings {
    fn default() -> Self {
        Self {
            anchors: Vec::new(),
            start_timeout: Duration::from_secs(300),
            // A token or a realm can take long on a machine that is busy.
            request_timeout: Duration::from_secs(90),
            cache: home::default_cache(),
            log: None,
            client: HttpClient::new(),
        }
    }
}

/// A realm of this run.
#[derive(Debug)]
struct Realm {
    name: String,
    made: OnceCell<Result<(), TargetError>>,
}

/// One Keycloak. A process that was started here ends with the value; realms that were made on a server of somebody
/// else's are removed with it.
#[derive(Debug)]
pub struct KeycloakTarget {
    server: Arc<Server>,
    version: String,
    resident_key: bool,
    known: Vec<Known>,
    anchors: Vec<Vec<u8>>,
    run: RunTag,
    realms: Mutex<HashMap<String, Arc<Realm>>>,
    sites: AtomicU32,
    process: Option<Mutex<Process>>,
}

impl KeycloakTarget {
    /// Starts a Keycloak of that distribution (directory, .zip or .tar.gz) on a free port of this machine.
    ///
    /// # Errors
    /// No Java, no distribution, or it does not come up; then with the end of its log.
    pub async fn start(distribution: &Path, settings: KeycloakSettings) -> Result<Self, KeycloakError> {
        let client = settings.client.clone();
        let start = Start {
            distribution,
            cache: settings.cache.as_deref(),
            log: settings.log.as_deref(),
            anchors: &settings.anchors,
            timeout: settings.start_timeout,
        };
        let process = Process::start(&start, &client).await?;
        let (url, admin) = (process.url.clone(), process.admin.clone());
        Self::connect(url, admin, settings, client, Some(process)).await
    }

    /// Takes a Keycloak that runs already; `url` is the base URL that its pages carry. Realms are made on it, used, and
    /// removed.
    ///
    /// # Errors
    /// It does not answer, or does not let the admin in.
    pub async fn attach(
        url: Url,
        admin: AdminLogin,
        settings: KeycloakSettings,
    ) -> Result<Self, KeycloakError> {
        let client = settings.client.clone();
        Self::connect(url, admin, settings, client, None).await
    }

    async fn connect(
        url: Url,
        login: AdminLogin,
        settings: KeycloakSettings,
        client: HttpClient,
        process: Option<Process>,
    ) -> Result<Self, KeycloakError> {
        let at = Endpoint::new(url, client, settings.request_timeout);
        let admin = Admin::new(at.clone(), login);
        let version = admin.version().await?;
        if major(&version).is_none_or(|major| major < OLDEST) {
            return Err(KeycloakError::Version { url: at.base.to_string(), version });
        }
        let bad = |e: TargetError| KeycloakError::Admin { url: at.base.to_string(), why: e.to_string() };
        let master = admin.realm("master").await.map_err(bad)?;
        let resident_key = master.get("webAuthnPolicyResidentKey").is_some();
        let server = Arc::new(Server { at, admin });
        Ok(Self {
            server,
            version,
            resident_key,
            known: known::read(include_str!("known.toml"))?,
            anchors: settings.anchors,
            run: RunTag::new(),
            realms: Mutex::default(),
            sites: AtomicU32::new(0),
            process: process.map(Mutex::new),
        })
    }

    /// The admin login of this server; that of a Keycloak that was started here is a new one each time.
    pub fn admin(&self) -> &AdminLogin {
        self.server.admin.login()
    }

    /// The names of the realms that this run has made.
    pub fn realms(&self) -> Vec<String> {
        locked(&self.realms).values().map(|realm| realm.name.clone()).collect()
    }

    /// The last lines of the log of a Keycloak that was started here.
    pub fn log_tail(&self) -> Option<String> {
        let process = self.process.as_ref()?;
        Some(locked(process).group.log_tail())
    }

    /// `false` once a Keycloak that was started here is gone.
    pub fn is_alive(&self) -> bool {
        match &self.process {
            None => true,
            Some(process) => !locked(process).group.ended(),
        }
    }

    /// The realm of that policy, made if there is none yet; with an `owner`, nobody else has it. Cases that need another realm do not wait for it.
    async fn realm(
        &self,
        policy: &Policy,
        wish: &Wish,
        server: policy::Server,
        owner: Option<&str>,
    ) -> Result<String, TargetError> {
        let settings = policy::settings(policy, wish, server)?;
        let what = format!("{:?} {wish:?} {owner:?} {}", policy.login, json!(settings));
        let cell = {
            let mut realms = locked(&self.realms);
            let new = || Arc::new(Realm { name: self.run.next(), made: OnceCell::new() });
            realms.entry(what).or_insert_with(new).clone()
        };
        let name = &cell.name;
        let make = async {
            let done =
                browse::done_url(&self.server.at.base).map_err(|e| TargetError::Unknown(e.to_string()))?;
            let plan = Plan { name, login: policy.login, wish, settings: &settings, done: done.as_str() };
            prepare(&self.server.admin, &plan).await
        };
        // What Keycloak refuses once it refuses again: the outcome is kept, the realm is not tried twice.
        cell.made.get_or_init(|| make).await.clone()?;
        Ok(name.clone())
    }

    /// Removes the realms of this run.
    async fn remove_realms(server: &Server, realms: &[String]) {
        for name in realms {
            // On the way out: what cannot be removed stays, under a name that tells where it comes from.
            let _ = server.admin.delete_realm(name).await;
        }
    }
}

impl Drop for KeycloakTarget {
    fn drop(&mut self) {
        let realms = self.realms();
        if self.process.is_some() || realms.is_empty() {
            return;
        }
        let server = self.server.clone();
        // A thread of its own, since a runtime may be ending around us.
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                // New connections: those of the pool belong to the other runtime.
                let server = server.with_own_connections();
                runtime.block_on(Self::remove_realms(&server, &realms));
            }
        });
        let _ = cleaner.join();
    }
}

impl Target for KeycloakTarget {
    fn name(&self) -> &str {
        "keycloak"
    }

    fn url(&self) -> String {
        self.server.at.base.to_string()
    }

    fn version(&self) -> Option<String> {
        Some(self.version.clone())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            policy: true,
            second_factor: true,
            passwordless: true,
            usernameless: true,
            credentials: true,
        }
    }

    fn jobs(&self) -> usize {
        JOBS
    }

    fn log(&self) -> Option<Vec<u8>> {
        locked(self.process.as_ref()?).group.log()
    }

    fn known(&self) -> &[Known] {
        &self.known
    }

    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        Box::pin(async move {
            let mut removed = Vec::new();
            for name in self.server.admin.realms().await? {
                if self.run.is_of_another(&name) {
                    self.server.admin.delete_realm(&name).await?;
                    removed.push(name);
                }
            }
            Ok(removed)
        })
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        Box::pin(async move {
            let trusts = same_set(wish.anchors, &self.anchors);
            let own = Wish::read(wish.settings)?;
            let server = policy::Server { resident_key: self.resident_key, trusts };
            let tag = format!("s{}", self.sites.fetch_add(1, Ordering::Relaxed) + 1);
            let owner = wish.changes.then_some(tag.as_str());
            let realm = self.realm(wish.policy, &own, server, owner).await?;
            let place = Place::new(self.server.clone(), realm, wish.policy, own, server, tag);
            let site: Box<dyn Site> = Box::new(KeycloakSite(Arc::new(place)));
            Ok(site)
        })
    }
}

fn same_set(one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
    one.iter().all(|a| other.contains(a)) && other.iter().all(|a| one.contains(a))
}
