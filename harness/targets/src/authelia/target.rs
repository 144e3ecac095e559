//! Authelia as a target: started here, or attached to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use plan::Known;
use url::Url;

use super::attached::{Attached, AutheliaAttachment};
use super::binary::Binary;
use super::configuration::{Choice, PORTAL};
use super::error::AutheliaError;
use super::managed::Managed;
use super::policy::lacks;
use super::program::Program;
use super::site::{AutheliaSite, Place};
use super::wish::Wish;
use crate::http::HttpClient;
use crate::known;
use crate::process::ProcessError;
use crate::target::{Capabilities, Site, SiteWish, Target, TargetError, TargetResult};

/// Authelia answers a password or a code late on purpose, so that cases wait for it more than they work.
pub(super) const JOBS: usize = 24;

/// How the bench treats its Authelia.
#[derive(Clone, Debug)]
pub struct AutheliaSettings {
    /// How long the start of a process may take.
    pub start_timeout: Duration,
    /// How long one exchange may take.
    pub request_timeout: Duration,
    /// The connections.
    pub client: HttpClient,
}

impl Default for AutheliaSettings {
    fn default() -> Self {
        Self {
            start_timeout: Duration::from_secs(60),
            request_timeout: Duration::from_secs(60),
            client: HttpClient::new(),
        }
    }
}

/// One Authelia. Processes that were started here end with the value.
#[derive(Debug)]
pub struct AutheliaTarget {
    kind: Kind,
    known: Vec<Known>,
}

#[derive(Debug)]
enum Kind {
    Managed(Arc<Managed>),
    Attached(Attached),
}

impl AutheliaTarget {
    /// Takes the program `authelia`; it is started as configurations are needed.
    ///
    /// # Errors
    /// It is not there, not Authelia, or another version than this target knows.
    pub async fn start(program: &Path, settings: AutheliaSettings) -> Result<Self, AutheliaError> {
        let binary = Binary::find(program).await?;
        known_version(binary.version.as_deref(), &program.display().to_string())?;
        Self::managed(Program::Binary(binary), &settings).await
    }

    /// Takes our own dialect of Authelia, which speaks in this process.
    ///
    /// # Errors
    /// It cannot listen.
    pub async fn dialect(settings: AutheliaSettings) -> Result<Self, AutheliaError> {
        Self::managed(Program::Dialect, &settings).await
    }

    async fn managed(program: Program, settings: &AutheliaSettings) -> Result<Self, AutheliaError> {
        let managed = Managed::new(program, settings).await?;
        // One that does not start at all is told at once, and not case by case.
        let first = managed.instance(&Choice::default()).await;
        first.map_err(|e| ProcessError::start("Authelia", e))?;
        Ok(Self { kind: Kind::Managed(Arc::new(managed)), known: known::read(include_str!("known.toml"))? })
    }

    /// Takes an Authelia that runs already, with the users that it was given.
    ///
    /// # Errors
    /// It does not answer, is none, lets no user in, or is said to be another version than this target knows.
    pub async fn attach(
        url: Url,
        about: AutheliaAttachment,
        settings: AutheliaSettings,
    ) -> Result<Self, AutheliaError> {
        known_version(about.version.as_deref(), url.as_str())?;
        let attached = Attached::connect(url, about, &settings).await?;
        Ok(Self { kind: Kind::Attached(attached), known: known::read(include_str!("known.toml"))? })
    }

    /// An Authelia of this target as another bench would attach to it, with users that nobody else has then: where it is, and
    /// what has to be said of it. It ends with the value.
    ///
    /// # Errors
    /// [`TargetError::Unsupported`] where nothing was started here.
    pub async fn lend(&self, users: usize) -> Result<(Url, AutheliaAttachment), TargetError> {
        match &self.kind {
            Kind::Managed(managed) => managed.lend(users).await,
            Kind::Attached(_) => Err(lacks("this one is somebody else's")),
        }
    }

    /// `false` once a process that was started here has ended by itself.
    pub fn is_alive(&self) -> bool {
        match &self.kind {
            Kind::Managed(managed) => managed.running().iter().all(|instance| !instance.process.ended()),
            Kind::Attached(_) => true,
        }
    }

    async fn place(&self, wish: &SiteWish<'_>) -> Result<Place, TargetError> {
        let own = Wish::read(wish.settings)?;
        let parts = match &self.kind {
            Kind::Managed(managed) => managed.parts(wish.policy, &own).await?,
            Kind::Attached(attached) => attached.parts(wish.policy, &own)?,
        };
        Ok(Place::new(parts, wish.policy.login, own))
    }
}

impl Drop for AutheliaTarget {
    fn drop(&mut self) {
        if let Kind::Managed(managed) = &self.kind {
            managed.end();
        }
    }
}

/// The oldest version whose API is known is 4.39; one that does not say its version is taken.
fn known_version(version: Option<&str>, what: &str) -> Result<(), AutheliaError> {
    let Some(version) = version else { return Ok(()) };
    let known: Option<plan::Versions> = ">=4.39, <5".parse().ok();
    match known {
        Some(known) if !known.contain(version) => {
            Err(AutheliaError::Version { what: what.to_owned(), version: version.to_owned() })
        }
        _ => Ok(()),
    }
}

impl Target for AutheliaTarget {
    fn name(&self) -> &str {
        "authelia"
    }

    fn is_dialect(&self) -> bool {
        match &self.kind {
            Kind::Managed(managed) => matches!(managed.program, Program::Dialect),
            Kind::Attached(attached) => attached.is_dialect,
        }
    }

    fn url(&self) -> String {
        match &self.kind {
            Kind::Managed(_) => PORTAL.to_owned(),
            Kind::Attached(attached) => attached.server.portal.to_string(),
        }
    }

    fn version(&self) -> Option<String> {
        match &self.kind {
            Kind::Managed(managed) => managed.program.version(),
            Kind::Attached(attached) => attached.version.clone(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        let passkeys = match &self.kind {
            Kind::Managed(_) => true,
            Kind::Attached(attached) => attached.passkeys(),
        };
        Capabilities {
            policy: matches!(self.kind, Kind::Managed(_)),
            second_factor: true,
            passwordless: false,
            usernameless: passkeys,
            credentials: true,
        }
    }

    fn jobs(&self) -> usize {
        match &self.kind {
            Kind::Managed(_) => JOBS,
            Kind::Attached(attached) => attached.jobs(),
        }
    }

    fn known(&self) -> &[Known] {
        &self.known
    }

    fn log(&self) -> Option<Vec<u8>> {
        match &self.kind {
            Kind::Managed(managed) => Some(managed.log()),
            Kind::Attached(_) => None,
        }
    }

    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        Box::pin(async move {
            match &self.kind {
                // Nothing outlives a process that was started here.
                Kind::Managed(_) => Ok(Vec::new()),
                Kind::Attached(attached) => attached.clean().await,
            }
        })
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        Box::pin(async move {
            let site: Box<dyn Site> = Box::new(AutheliaSite(Arc::new(self.place(&wish).await?)));
            Ok(site)
        })
    }
}
