//! 2FAuth as a target: started here, or attached to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plan::Known;
use tokio::sync::OnceCell;
use url::Url;

use super::error::TwofauthError;
use super::ground::{Ground, Origin};
use super::home::Installation;
use super::policy::{self, Setup};
use super::server::{self, Server, Version};
use super::site::{Place, TwofauthSite};
use super::web::refused;
use super::wish::{self, Wish};
use crate::admin::AdminLogin;
use crate::http::{Endpoint, HttpClient, Method};
use crate::known;
use crate::locked::locked;
use crate::run_tag::RunTag;
use crate::target::{Capabilities, Site, SiteWish, Target, TargetError, TargetResult};

/// As many as a server that is started here works on at a time.
const JOBS: usize = 4;

/// How the bench treats its 2FAuth.
#[derive(Clone, Debug)]
pub struct TwofauthSettings {
    /// How long a start may take.
    pub start_timeout: Duration,
    /// How long one exchange may take.
    pub request_timeout: Duration,
    /// The file that a 2FAuth which is attached to writes its mail to (`MAIL_MAILER=log`); `None`: nobody can read it, and
    /// accounts are not recovered.
    pub mail: Option<PathBuf>,
    /// The connections of all user agents.
    pub client: HttpClient,
}

impl Default for TwofauthSettings {
    fn default() -> Self {
        let (start_timeout, request_timeout) = (Duration::from_secs(60), Duration::from_secs(60));
        Self { start_timeout, request_timeout, mail: None, client: HttpClient::new() }
    }
}

type Made = OnceCell<Result<Arc<Server>, TargetError>>;

/// One 2FAuth. Processes that were started here end with the value; users that were made on a server of somebody else's
/// are removed as each case ends.
#[derive(Debug)]
pub struct TwofauthTarget {
    pub(super) first: Arc<Server>,
    ground: Arc<Ground>,
    servers: Mutex<HashMap<Setup, Arc<Made>>>,
    version: Version,
    known: Vec<Known>,
    run: RunTag,
}

impl TwofauthTarget {
    /// Starts the 2FAuth in that directory, with data of its own, on a free port of this machine.
    ///
    /// # Errors
    /// No PHP, no 2FAuth, or it does not come up; then with the end of its log.
    pub async fn start(directory: &Path, settings: TwofauthSettings) -> Result<Self, TwofauthError> {
        let installation = Installation::prepare(directory).await?;
        Self::ours(Origin::Installation(Box::new(installation)), settings).await
    }

    /// Takes a 2FAuth that runs already; `url` is its `APP_URL`, and `admin` names one of its administrators by the e-mail
    /// address. Users are made on it, used, and removed.
    ///
    /// # Errors
    /// It does not answer, is of a version that is not known, or does not let the admin in.
    pub async fn attach(
        url: Url,
        admin: &AdminLogin,
        settings: TwofauthSettings,
    ) -> Result<Self, TwofauthError> {
        let at = Endpoint::new(url, settings.client.clone(), settings.request_timeout);
        let version = server::version(&at).await?;
        let bad = |why: String| TwofauthError::Admin { url: at.base.to_string(), why };
        let first = Server::attached(at.clone(), admin, settings.mail.clone()).await?;
        let setup = first.setup().await.map_err(|e| bad(e.to_string()))?;
        let ground = ground(Origin::There(setup.clone()), settings);
        Self::new(first, ground, setup, version)
    }

    /// Starts dialects in this process, as they are needed.
    ///
    /// # Errors
    /// One does not start.
    pub async fn dialect(settings: TwofauthSettings) -> Result<Self, TwofauthError> {
        Self::ours(Origin::Dialect, settings).await
    }

    async fn ours(origin: Origin, settings: TwofauthSettings) -> Result<Self, TwofauthError> {
        let (ground, setup) = (ground(origin, settings), Setup::default());
        // First, since its page would have it look for a newer version.
        let first = ground.start(&setup).await?;
        let version = server::version(&first.at).await?;
        Self::new(first, ground, setup, version)
    }

    fn new(first: Server, ground: Ground, setup: Setup, version: Version) -> Result<Self, TwofauthError> {
        let first = Arc::new(first);
        let made = Arc::new(OnceCell::new_with(Some(Ok(first.clone()))));
        Ok(Self {
            first,
            ground: Arc::new(ground),
            servers: Mutex::new(HashMap::from([(setup, made)])),
            version,
            known: known::read(include_str!("known.toml"))?,
            run: RunTag::new(),
        })
    }

    /// The last lines of the output of the first server that was started here.
    pub fn log_tail(&self) -> Option<String> {
        self.first.log_tail()
    }

    /// `false` once the first server that was started here is gone.
    pub fn is_alive(&self) -> bool {
        self.first.is_alive()
    }

    /// The server with that setup, started if there is none yet. Cases that need another do not wait for it.
    async fn server(&self, setup: Setup) -> Result<Arc<Server>, TargetError> {
        let cell = locked(&self.servers).entry(setup.clone()).or_default().clone();
        // What did not start once does not start again: the outcome is kept.
        cell.get_or_init(|| self.own_server(&setup)).await.clone()
    }

    /// A server with that setup that nobody else has.
    async fn own_server(&self, setup: &Setup) -> Result<Arc<Server>, TargetError> {
        let server = self.ground.start(setup).await.map_err(|e| TargetError::Unknown(e.to_string()))?;
        server.has(setup).await?;
        Ok(Arc::new(server))
    }

    /// The ids and names of all users.
    async fn users(&self) -> Result<Vec<(i64, String)>, TargetError> {
        let answer = self.first.admin.lock().await.ask(Method::GET, "api/v1/users", None).await?;
        if answer.status != 200 {
            return Err(refused(&answer));
        }
        let said = answer.json()?;
        let rows = said
            .as_array()
            .ok_or_else(|| TargetError::unexpected("a list of users", &Method::GET, &answer))?;
        let user = |row: &serde_json::Value| Some((row["id"].as_i64()?, row["name"].as_str()?.to_owned()));
        Ok(rows.iter().filter_map(user).collect())
    }
}

fn ground(origin: Origin, settings: TwofauthSettings) -> Ground {
    let TwofauthSettings { start_timeout, request_timeout, client, .. } = settings;
    Ground { origin, client, start_timeout, request_timeout }
}

impl Target for TwofauthTarget {
    fn name(&self) -> &str {
        "2fauth"
    }

    fn url(&self) -> String {
        self.first.at.base.to_string()
    }

    fn version(&self) -> Option<String> {
        Some(self.version.text.clone())
    }

    fn is_dialect(&self) -> bool {
        self.version.is_dialect
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            policy: self.ground.is_ours(),
            second_factor: false,
            passwordless: true,
            usernameless: false,
            credentials: true,
        }
    }

    fn jobs(&self) -> usize {
        JOBS
    }

    fn known(&self) -> &[Known] {
        &self.known
    }

    fn log(&self) -> Option<Vec<u8>> {
        self.first.log()
    }

    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        Box::pin(async move {
            let mut removed = Vec::new();
            for (id, name) in self.users().await? {
                if !self.run.is_of_another(&name) {
                    continue;
                }
                let path = format!("api/v1/users/{id}");
                let answer = self.first.admin.lock().await.ask(Method::DELETE, &path, None).await?;
                match answer.status {
                    204 => removed.push(name),
                    _ => return Err(refused(&answer)),
                }
            }
            Ok(removed)
        })
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        Box::pin(async move {
            let own: Wish = wish::read(wish.settings, "[server]")?;
            let setup = policy::setup(wish.policy, &own)?;
            self.ground.has(&setup)?;
            let server = match wish.changes && self.ground.is_ours() {
                true => self.own_server(&setup).await?,
                false => self.server(setup).await?,
            };
            let place = Place::new(server, self.ground.clone(), own, self.run.next());
            let site: Box<dyn Site> = Box::new(TwofauthSite(Arc::new(place)));
            Ok(site)
        })
    }
}
