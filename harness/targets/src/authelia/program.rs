//! What is started: the program of a release, or our own dialect of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use url::Url;

use super::binary::Binary;
use super::configuration::configuration;
use super::error::AutheliaError;
use super::process::{Process, Start};
use crate::dialect::authelia as dialect;
use crate::locked::locked;
use crate::process::ProcessError;
use crate::serving;

/// What is started.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// The real one.
    Binary(Binary),
    /// Our own, in this process.
    Dialect,
}

/// One that runs.
#[derive(Debug)]
pub(super) enum Running {
    /// A process.
    Process(Process),
    /// A server in this process; nothing once it has ended.
    Dialect(Mutex<Option<serving::Running>>, Url),
}

impl Program {
    /// Its version, where it knows it.
    pub(super) fn version(&self) -> Option<String> {
        match self {
            Self::Binary(binary) => binary.version.clone(),
            Self::Dialect => Some(dialect::VERSION.to_owned()),
        }
    }

    /// A password as it stands in the users file.
    pub(super) async fn hash(&self, password: &str) -> Result<String, AutheliaError> {
        match self {
            Self::Binary(binary) => binary.hash(password).await,
            Self::Dialect => Ok(format!("$plaintext${password}")),
        }
    }

    /// Starts one, and waits until it answers.
    pub(super) async fn start(&self, start: &Start<'_>) -> Result<Running, AutheliaError> {
        match self {
            Self::Binary(binary) => Ok(Running::Process(Process::start(binary, start).await?)),
            Self::Dialect => {
                let data = start.data;
                let configuration =
                    configuration(start.choice, 0, data.folder(), start.notification, data.secrets());
                let running = dialect::start(dialect::Start {
                    listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                    configuration: &configuration,
                    users: data.users_file(),
                    database: data.database.clone(),
                    log: Some(start.log),
                    folder: None,
                });
                let running = running.await.map_err(|e| ProcessError::start("the dialect of Authelia", e))?;
                let base = running.url();
                Ok(Running::Dialect(Mutex::new(Some(running)), base))
            }
        }
    }
}

impl Running {
    /// Where it listens, `http://127.0.0.1:PORT/`.
    pub(super) fn base(&self) -> &Url {
        match self {
            Self::Process(process) => &process.base,
            Self::Dialect(_, base) => base,
        }
    }

    /// Whether it is gone.
    pub(super) fn ended(&self) -> bool {
        match self {
            Self::Process(process) => process.ended(),
            Self::Dialect(running, _) => locked(running).is_none(),
        }
    }

    /// Ends it, whoever still wants it.
    pub(super) fn end(&self) {
        match self {
            Self::Process(process) => process.end(),
            Self::Dialect(running, _) => drop(locked(running).take()),
        }
    }
}
