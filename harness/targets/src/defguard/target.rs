//! defguard as a target: started here, or attached to.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plan::Known;
use url::Url;

use super::api::Admin;
use super::error::DefguardError;
use super::policy;
use super::process::{Process, Start};
use super::reasons::Reasons;
use super::site::{DefguardSite, Place, Server};
use super::wish::Wish;
use crate::admin::AdminLogin;
use crate::dialect::defguard as dialect;
use crate::http::{Endpoint, HttpClient};
use crate::known;
use crate::locked::locked;
use crate::process::ProcessError;
use crate::run_tag::RunTag;
use crate::serving::Running;
use crate::target::{Capabilities, Site, SiteWish, Target, TargetError, TargetResult};
use crate::version::major;

/// The major version whose API is known.
const MAJOR: u32 = 2;
/// Enough cases at a time to keep two cores busy; each has its own users.
const JOBS: usize = 8;

/// How the bench treats its defguard.
#[derive(Clone, Debug)]
pub struct DefguardSettings {
    /// An empty PostgreSQL database for a defguard that is started here; `None`: one is started, too.
    pub database: Option<Url>,
    /// How long the start may take.
    pub start_timeout: Duration,
    /// How long one exchange may take.
    pub request_timeout: Duration,
    /// Where the log of a defguard that is started here goes; `None`: to a temporary file.
    pub log: Option<PathBuf>,
    /// The connections of all user agents.
    pub client: HttpClient,
}

impl Default for DefguardSettings {
    fn default() -> Self {
        Self {
            database: None,
            start_timeout: Duration::from_secs(120),
            request_timeout: Duration::from_secs(60),
            log: None,
            client: HttpClient::new(),
        }
    }
}

/// What runs as long as the target does.
#[derive(Debug)]
pub(super) enum Home {
    /// Nothing: it ran before.
    Elsewhere,
    /// defguard.
    Process(Box<Mutex<Process>>),
    /// Its dialect.
    Dialect(#[expect(dead_code, reason = "it stops when it is dropped")] Running),
}

impl Home {
    fn process(&self) -> Option<&Mutex<Process>> {
        match self {
            Self::Process(process) => Some(process),
            Self::Elsewhere | Self::Dialect(_) => None,
        }
    }
}

/// One defguard. A process that was started here ends with the value; users that were made on a server of somebody else's are
/// removed by the sites that made them.
#[derive(Debug)]
pub struct DefguardTarget {
    server: Arc<Server>,
    version: String,
    is_dialect: bool,
    known: Vec<Known>,
    run: RunTag,
    home: Home,
}

impl DefguardTarget {
    /// Starts that binary on a free port of this machine, with a database of its own.
    ///
    /// # Errors
    /// No binary, no PostgreSQL, or it does not come up; then with the end of its log.
    pub async fn start(program: &Path, settings: DefguardSettings) -> Result<Self, DefguardError> {
        let start = Start {
            program,
            database: settings.database.as_ref(),
            log: settings.log.as_deref(),
            timeout: settings.start_timeout,
        };
        // The wizard is no part of what dialects are measured by.
        let process = Process::start(&start, &HttpClient::new()).await?;
        let (url, admin) = (process.url.clone(), process.admin.clone());
        Self::connect(url, admin, settings, Home::Process(Box::new(Mutex::new(process)))).await
    }

    /// Takes a defguard that runs already; `url` is the URL that stands in its settings. Users are made on it and removed.
    ///
    /// # Errors
    /// It does not answer, does not let the admin in, or is another version.
    pub async fn attach(
        url: Url,
        admin: AdminLogin,
        settings: DefguardSettings,
    ) -> Result<Self, DefguardError> {
        Self::connect(url, admin, settings, Home::Elsewhere).await
    }

    /// Starts our own dialect of it in this process.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn imitated(settings: DefguardSettings) -> Result<Self, DefguardError> {
        let started = dialect::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
        let started = started.map_err(|e| ProcessError::start("the dialect of defguard", e))?;
        Self::connect(started.url, started.admin, settings, Home::Dialect(started.running)).await
    }

    async fn connect(
        url: Url,
        login: AdminLogin,
        settings: DefguardSettings,
        home: Home,
    ) -> Result<Self, DefguardError> {
        let at = Endpoint::new(url, settings.client, settings.request_timeout);
        let admin = Admin::enter(&at, login).await?;
        let bad = |e: TargetError| DefguardError::Admin { url: at.base.to_string(), why: e.to_string() };
        let version = admin.version().await.map_err(bad)?.unwrap_or_default();
        let version = version.split('+').next().unwrap_or_default().to_owned();
        if major(&version) != Some(MAJOR) {
            return Err(DefguardError::Version { url: at.base.to_string(), version });
        }
        let origin = at.origin();
        // After the wizard it is that of the default port.
        if !matches!(home, Home::Elsewhere) {
            admin.set_url(&origin).await.map_err(bad)?;
        }
        let own = admin.settings().await.map_err(bad)?;
        let own = own["defguard_url"].as_str().unwrap_or_default();
        if Url::parse(own).ok().is_none_or(|own| own.origin() != at.base.origin()) {
            return Err(DefguardError::OtherUrl { url: at.base.to_string(), own: own.to_owned() });
        }
        let reasons = home.process().map(|process| Reasons::of(locked(process).log_file()));
        let is_dialect = admin.is_dialect();
        let is_ours = !matches!(home, Home::Elsewhere);
        let server = Server { at, admin, is_ours, reasons };
        Ok(Self {
            server: Arc::new(server),
            version,
            is_dialect,
            known: known::read(include_str!("known.toml"))?,
            run: RunTag::new(),
            home,
        })
    }

    /// The admin login of this server; that of a defguard that was started here is a new one each time.
    pub fn admin(&self) -> &AdminLogin {
        self.server.admin.login()
    }

    /// The last lines of the log of a defguard that was started here.
    pub fn log_tail(&self) -> Option<String> {
        self.home.process().map(|process| locked(process).group.log_tail())
    }

    /// `false` once a defguard that was started here is gone.
    pub fn is_alive(&self) -> bool {
        !self.home.process().is_some_and(|process| locked(process).group.ended())
    }
}

impl Target for DefguardTarget {
    fn name(&self) -> &str {
        "defguard"
    }

    fn is_dialect(&self) -> bool {
        self.is_dialect
    }

    fn url(&self) -> String {
        self.server.at.base.to_string()
    }

    fn version(&self) -> Option<String> {
        Some(self.version.clone())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            policy: false,
            second_factor: true,
            passwordless: false,
            usernameless: false,
            credentials: true,
        }
    }

    fn jobs(&self) -> usize {
        JOBS
    }

    fn log(&self) -> Option<Vec<u8>> {
        locked(self.home.process()?).group.log()
    }

    fn known(&self) -> &[Known] {
        &self.known
    }

    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        Box::pin(async move {
            let mut removed = Vec::new();
            for name in self.server.admin.users().await? {
                if self.run.is_of_another(&name) {
                    self.server.admin.remove_user(&name).await?;
                    removed.push(name);
                }
            }
            Ok(removed)
        })
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        Box::pin(async move {
            policy::check(wish.policy, wish.verifies_user)?;
            let own = Wish::read(wish.settings)?;
            let place = Place::new(self.server.clone(), own, self.run.next());
            let site: Box<dyn Site> = Box::new(DefguardSite(Arc::new(place)));
            Ok(site)
        })
    }
}
