//! A described server as a target: started here, or attached to.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use plan::policy::Login;
use plan::{Known, Policy};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::connect::Admin;
use super::description::Description;
use super::error::DeclaredError;
use super::perform::Wire;
use super::policy;
use super::site::{DeclaredSite, Place};
use super::start::Started;
use super::template::Scope;
use super::trace::Trace;
use super::values;
use crate::locked::locked;
use crate::target::{Capabilities, Site, SiteWish, Target, TargetError, TargetResult};

/// How the bench treats a described server.
#[derive(Clone, Debug)]
pub struct DeclaredSettings {
    /// Where it runs; `None`: where the file says, or it is started.
    pub url: Option<Url>,
    /// Attestation roots (DER) that a server which is started here is given.
    pub anchors: Vec<Vec<u8>>,
    /// How long one exchange may take.
    pub request_timeout: Duration,
    /// Where the log of a server that is started here goes; `None`: to a temporary file.
    pub log: Option<PathBuf>,
    /// Is told of each request.
    pub trace: Trace,
}

impl Default for DeclaredSettings {
    fn default() -> Self {
        let request_timeout = Duration::from_secs(30);
        Self { url: None, anchors: Vec::new(), request_timeout, log: None, trace: Trace::default() }
    }
}

/// A described server. A process that was started here ends with the value.
#[derive(Debug)]
pub struct DeclaredTarget {
    wire: Arc<Wire>,
    admin: Arc<Mutex<Admin>>,
    scope: Scope,
    version: Option<String>,
    anchors: Vec<Vec<u8>>,
    last: Mutex<Option<Made>>,
    sites: AtomicU32,
    started: Option<std::sync::Mutex<Started>>,
}

/// The site that was made last.
#[derive(Debug)]
struct Made {
    policy: Policy,
    anchors: Vec<Vec<u8>>,
    scope: Scope,
}

impl DeclaredTarget {
    /// Starts the server or attaches to it, as the file and the settings say, and lets the admin in.
    ///
    /// # Errors
    /// It is not to be had, does not let the bench in, or is of another version.
    pub async fn open(description: Description, settings: DeclaredSettings) -> Result<Self, DeclaredError> {
        let (url, mut scope, started) = reach(&description, &settings).await?;
        let wire = Wire::new(description, url, settings.request_timeout, settings.trace);
        wire.hide_all(&scope);
        let base = wire.at.base.to_string();
        scope.insert("run".to_owned(), format!("{:08x}", rand::random::<u32>()).into());
        scope.insert("base".to_owned(), base.into());
        let let_in = |error| not_let_in(&wire.description, error);
        let mut admin = Admin::connect(&wire, scope).await.map_err(let_in)?;
        for call in wire.description.furnish.iter().filter(|_| started.is_some()) {
            wire.send(call, &mut admin.agent, &mut admin.scope).await.map_err(let_in)?;
        }
        let scope = admin.scope.clone();
        let version = version(&wire.description, &scope)?;
        let admin = Arc::new(Mutex::new(admin));
        Ok(Self {
            wire: Arc::new(wire),
            admin,
            scope,
            version,
            anchors: settings.anchors,
            last: Mutex::default(),
            sites: AtomicU32::new(0),
            started,
        })
    }

    /// The last lines of the log of a server that was started here.
    pub fn log_tail(&self) -> Option<String> {
        let started = self.started.as_ref()?;
        Some(locked(started).group.log_tail())
    }

    /// `false` once a server that was started here is gone.
    pub fn is_alive(&self) -> bool {
        let ended = |started: &std::sync::Mutex<Started>| locked(started).group.ended();
        !self.started.as_ref().is_some_and(ended)
    }

    /// Takes back what the run changed on the server, where the file says how.
    pub async fn leave(self) {
        let mut scope = self.scope.clone();
        for call in &self.wire.description.leave {
            // On the way out: what cannot be taken back stays for `anykey clean`.
            let _ = Admin::send(&self.admin, &self.wire, call, &mut scope).await;
        }
    }

    async fn make_site(&self, wish: SiteWish<'_>) -> Result<DeclaredSite, TargetError> {
        let description = &self.wire.description;
        let login = wish.policy.login;
        let flow = description.flow(login).ok_or_else(|| {
            TargetError::Unsupported(format!("{}: its file has no flow for that login", description.name))
        })?;
        let own = wish.anchors == self.anchors;
        let words = description.supports.words(wish.policy, own, &description.name)?;
        let mut last = self.last.lock().await;
        let same = |made: &Made| {
            description.site.reuse_last && made.policy == *wish.policy && made.anchors == wish.anchors
        };
        let mut scope = match last.take().filter(same) {
            Some(made) if !wish.changes => made.scope,
            _ => self.make(&wish, words, login).await?,
        };
        let (policy, anchors) = (wish.policy.clone(), wish.anchors.to_vec());
        // One that will change is the last one's no more.
        *last = (!wish.changes).then(|| Made { policy, anchors, scope: scope.clone() });
        drop(last);
        let number = self.sites.fetch_add(1, Ordering::Relaxed) + 1;
        scope.insert("site".to_owned(), number.into());
        let place = Place::new(self.wire.clone(), self.admin.clone(), flow.clone(), login, own, scope);
        Ok(DeclaredSite(Arc::new(place)))
    }

    async fn make(&self, wish: &SiteWish<'_>, words: Value, login: Login) -> Result<Scope, TargetError> {
        let mut scope = self.scope.clone();
        scope.extend(policy::scope(wish.policy, words));
        let encoded: Vec<String> = wish.anchors.iter().map(|der| webauthn::bytes::encode(der)).collect();
        scope.insert("anchors".to_owned(), json!(encoded));
        scope.insert("anchors-pem".to_owned(), crate::pem::certificates(wish.anchors).into());
        scope.insert("seed".to_owned(), webauthn::bytes::encode(&wish.seed).into());
        let make = self.wire.description.site.make.iter();
        for call in make.filter(|call| call.only.is_empty() || call.only.contains(&login)) {
            Admin::send(&self.admin, &self.wire, call, &mut scope).await.map_err(needed)?;
        }
        let at = &self.wire.at;
        scope.insert("base-origin".to_owned(), at.origin().into());
        scope.insert("base-host".to_owned(), at.host().into());
        let site = &self.wire.description.site;
        for (name, text) in [("origin", &site.origin), ("rp-id", &site.rp_id)] {
            let text = text
                .text(&scope)
                .map_err(|name| TargetError::Unknown(values::missing(&self.wire.description, &name)))?;
            scope.insert(name.to_owned(), text.into());
        }
        Ok(scope)
    }
}

impl Target for DeclaredTarget {
    fn name(&self) -> &str {
        &self.wire.description.name
    }

    fn url(&self) -> String {
        self.wire.at.base.to_string()
    }

    fn version(&self) -> Option<String> {
        self.version.clone()
    }

    fn capabilities(&self) -> Capabilities {
        let description = &self.wire.description;
        let has = |login| description.flow(login).is_some();
        Capabilities {
            policy: !description.site.make.is_empty(),
            second_factor: has(Login::SecondFactor),
            passwordless: has(Login::Passwordless),
            usernameless: has(Login::Usernameless),
            credentials: description.credentials.is_some(),
        }
    }

    fn known(&self) -> &[Known] {
        &self.wire.description.known
    }

    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        super::clean::clean(&self.wire, &self.admin, &self.scope).boxed()
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        async move { Ok(Box::new(self.make_site(wish).await?) as Box<dyn Site>) }.boxed()
    }
}

/// Where the server runs, the names that the file gives, and the server if it was started here.
async fn reach(
    description: &Description,
    settings: &DeclaredSettings,
) -> Result<(Url, Scope, Option<std::sync::Mutex<Started>>), DeclaredError> {
    let start = description.start.as_ref().filter(|_| settings.url.is_none());
    let scope = values::scope(description, start.is_some())?;
    if let Some(start) = start {
        let log = settings.log.as_deref();
        let mut started = Started::start(description, start, &scope, &settings.anchors, log).await?;
        let scope = std::mem::take(&mut started.scope);
        return Ok((started.url.clone(), scope, Some(std::sync::Mutex::new(started))));
    }
    let told = || {
        let name = description.name.clone();
        let url = description.url.clone().ok_or(DeclaredError::NoUrl { name })?;
        Url::parse(&url).map_err(|e| DeclaredError::BadUrl { url, why: e.to_string() })
    };
    Ok((settings.url.clone().map_or_else(told, Ok)?, scope, None))
}

/// The version that was taken, if it is one that the file is for.
fn version(description: &Description, scope: &Scope) -> Result<Option<String>, DeclaredError> {
    let lacking = |name: String| DeclaredError::NotGiven { what: values::missing(description, &name) };
    let version = description.version.as_ref().map(|text| text.text(scope)).transpose().map_err(lacking)?;
    match (&version, &description.versions) {
        (Some(version), Some(range)) if !range.contain(version) => Err(DeclaredError::Version {
            name: description.name.clone(),
            version: version.clone(),
            range: range.to_string(),
        }),
        _ => Ok(version),
    }
}

fn not_let_in(description: &Description, error: TargetError) -> DeclaredError {
    let refused = matches!(error, TargetError::Refused { .. });
    let hint = if refused { values::sources(&description.secrets) } else { String::new() };
    DeclaredError::Connect { name: description.name.clone(), error, hint }
}

/// A server that refuses its admin what a case needs has not decided about a key.
pub(super) fn needed(error: TargetError) -> TargetError {
    error.needed("the server")
}
