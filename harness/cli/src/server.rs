//! The server of a command: started or attached to, and let go of afterwards.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use targets::Target;
use targets::declared::{DeclaredSettings, DeclaredTarget, Trace};
use targets::keycloak::{AdminLogin, KeycloakError, KeycloakSettings, KeycloakTarget};
use targets::reference::{self, Flaw, Flaws, ReferenceTarget, Settings};
use url::Url;

use crate::aim::{Aim, Login, described};
use crate::failure::Failure;

/// A server that can be sent to.
pub enum Server {
    /// The reference server.
    Reference(Box<ReferenceTarget>),
    /// Keycloak.
    Keycloak(Box<KeycloakTarget>),
    /// A server that a file describes.
    Described(Box<DeclaredTarget>),
}

impl Server {
    /// Starts or attaches to what `aim` names. Dropping the future ends what it has started.
    ///
    /// # Errors
    /// It does not start, or does not answer as it should.
    pub async fn start(aim: &Aim, flaws: Flaws, anchors: &[Vec<u8>]) -> Result<Self, Failure> {
        let keycloak = KeycloakSettings { anchors: anchors.to_vec(), ..KeycloakSettings::default() };
        match aim {
            Aim::Embedded => {
                let settings = Settings { flaws, page: false, ..Settings::default() };
                let running = reference::Server::start(settings).await.map_err(told)?;
                Ok(Self::Reference(Box::new(ReferenceTarget::embedded(running).await.map_err(told)?)))
            }
            Aim::Reference(url) => {
                Ok(Self::Reference(Box::new(ReferenceTarget::at(url.clone()).await.map_err(told)?)))
            }
            Aim::StartKeycloak(distribution) => {
                patience("starting Keycloak; its first start takes a minute or two");
                let target = KeycloakTarget::start(distribution, keycloak).await.map_err(usage_or_told)?;
                Ok(Self::Keycloak(Box::new(target)))
            }
            Aim::Keycloak { url, login } => {
                let login = login.read()?;
                let target = KeycloakTarget::attach(url.clone(), login, keycloak).await;
                Ok(Self::Keycloak(Box::new(target.map_err(usage_or_told)?)))
            }
            Aim::Described { file, url } => {
                Self::described(file, url.clone(), anchors, Trace::default()).await
            }
        }
    }

    /// A server that a file describes; `trace` is told of each request.
    ///
    /// # Errors
    /// The file is wrong, the server does not start, or does not answer as it should.
    pub async fn described(
        file: &Path,
        url: Option<Url>,
        anchors: &[Vec<u8>],
        trace: Trace,
    ) -> Result<Self, Failure> {
        let description = described::read(file)?;
        if url.is_none() {
            patience(&format!("starting {}", description.name()));
        }
        let settings =
            DeclaredSettings { url, anchors: anchors.to_vec(), trace, ..DeclaredSettings::default() };
        let target =
            DeclaredTarget::open(description, settings).await.map_err(|error| match error.is_usage() {
                true => Failure::usage(error),
                false => told(error),
            })?;
        Ok(Self::Described(Box::new(target)))
    }

    /// What the run talks to.
    pub fn target(&self) -> &dyn Target {
        match self {
            Self::Reference(target) => target.as_ref(),
            Self::Keycloak(target) => target.as_ref(),
            Self::Described(target) => target.as_ref(),
        }
    }

    /// The flaws that are known to be on.
    pub fn flaws(&self) -> Vec<String> {
        match self {
            Self::Reference(target) => {
                target.flaws().iter().copied().map(Flaw::id).map(str::to_owned).collect()
            }
            Self::Keycloak(_) | Self::Described(_) => Vec::new(),
        }
    }

    /// Ends what was started, and removes what was made.
    pub async fn stop(self) {
        match self {
            Self::Reference(target) => target.stop().await,
            Self::Keycloak(target) => drop(target),
            Self::Described(target) => target.leave().await,
        }
    }
}

impl Login {
    fn read(&self) -> Result<AdminLogin, Failure> {
        match self {
            Self::Environment => AdminLogin::from_environment().map_err(Failure::usage),
            Self::Variable { admin, variable } => match std::env::var(variable) {
                Ok(password) if !password.is_empty() => Ok(AdminLogin { user: admin.clone(), password }),
                _ => Err(Failure::Usage(format!("the environment variable {variable} holds no password"))),
            },
            Self::File { admin, path } => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
                let password = text.trim_end_matches(['\r', '\n']).to_owned();
                Ok(AdminLogin { user: admin.clone(), password })
            }
        }
    }
}

/// Tells a person at a terminal why nothing is to be seen yet.
fn patience(why: &str) {
    if io::stderr().is_terminal() {
        // Who cannot be told cannot be waiting.
        let _ = writeln!(io::stderr(), "anykey: {why}");
    }
}

fn told(error: impl ToString) -> Failure {
    Failure::Target(error.to_string())
}

/// What the user gave is wrong, or the server is not to be had.
fn usage_or_told(error: KeycloakError) -> Failure {
    match error {
        KeycloakError::Distribution { .. } | KeycloakError::NoLogin => Failure::usage(error),
        other => told(other),
    }
}
