//! The server of a command: started or attached to, and let go of afterwards.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use targets::Target;
use targets::admin::{AdminLogin, NoLogin};
use targets::built_in::{BuiltIn, Open, OpenError};
use targets::declared::{DeclaredSettings, DeclaredTarget, Trace};
use targets::reference::{self, Flaw, Flaws, ReferenceTarget, Settings};
use url::Url;

use crate::aim::{Aim, Login, described};
use crate::failure::Failure;

/// A server that can be sent to.
pub enum Server {
    /// The reference server.
    Reference(Box<ReferenceTarget>),
    /// A server that is built in, or its dialect.
    BuiltIn(Box<dyn Target>),
    /// A server that a file describes.
    Described(Box<DeclaredTarget>),
}

impl Server {
    /// Starts or attaches to what `aim` names. Dropping the future ends what it has started.
    ///
    /// # Errors
    /// It does not start, or does not answer as it should.
    pub async fn start(aim: &Aim, flaws: Flaws, anchors: &[Vec<u8>]) -> Result<Self, Failure> {
        let open = Open { anchors: anchors.to_vec(), ..Open::default() };
        match aim {
            Aim::Embedded => {
                let settings = Settings { flaws, page: false, ..Settings::default() };
                let running = reference::Server::start(settings).await.map_err(told)?;
                Ok(Self::Reference(Box::new(ReferenceTarget::embedded(running).await.map_err(told)?)))
            }
            Aim::Reference(url) => {
                Ok(Self::Reference(Box::new(ReferenceTarget::at(url.clone()).await.map_err(told)?)))
            }
            Aim::Start { server, path, settings } => {
                patience(server.patience);
                let open = Open { settings: settings.clone(), ..open };
                (server.start)(path.clone(), open).await.map(Self::BuiltIn).map_err(not_open)
            }
            Aim::Attach { server, url, login, settings } => {
                let login = login.read(server)?;
                let open = Open { settings: settings.clone(), ..open };
                (server.attach)(url.clone(), login, open).await.map(Self::BuiltIn).map_err(not_open)
            }
            Aim::Dialect(server) => match &server.dialect {
                Some(dialect) => (dialect.target)(open).await.map(Self::BuiltIn).map_err(not_open),
                None => Err(Failure::Usage(format!("{} has no dialect", server.name))),
            },
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
            Self::BuiltIn(target) => target.as_ref(),
            Self::Described(target) => target.as_ref(),
        }
    }

    /// The flaws that are known to be on.
    pub fn flaws(&self) -> Vec<String> {
        match self {
            Self::Reference(target) => {
                target.flaws().iter().copied().map(Flaw::id).map(str::to_owned).collect()
            }
            Self::BuiltIn(_) | Self::Described(_) => Vec::new(),
        }
    }

    /// Ends what was started, and removes what was made.
    pub async fn stop(self) {
        match self {
            Self::Reference(target) => target.stop().await,
            Self::BuiltIn(target) => drop(target),
            Self::Described(target) => target.leave().await,
        }
    }
}

impl Login {
    /// `None` for a server that can do without, and is told of none.
    fn read(&self, server: &BuiltIn) -> Result<Option<AdminLogin>, Failure> {
        let login = match self {
            Self::Environment => match AdminLogin::from_environment(server.product, server.variable) {
                Err(NoLogin::NotSet { .. }) if !server.needs_admin => return Ok(None),
                login => login.map_err(Failure::usage)?,
            },
            Self::Variable { admin, variable } => match std::env::var(variable) {
                Ok(password) if !password.is_empty() => AdminLogin { user: admin.clone(), password },
                _ => {
                    return Err(Failure::Usage(format!(
                        "the environment variable {variable} holds no password"
                    )));
                }
            },
            Self::File { admin, path } => {
                AdminLogin::from_file(admin.clone(), path).map_err(Failure::usage)?
            }
        };
        Ok(Some(login))
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
pub fn not_open(error: OpenError) -> Failure {
    if error.is_usage { Failure::Usage(error.message) } else { Failure::Target(error.message) }
}
