//! Where servers come from: an installation and our own dialect are started for each setup, one that runs already has the setup
//! that it has.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::error::TwofauthError;
use super::home::Installation;
use super::policy::Setup;
use super::process::{Process, Start};
use super::server::Server;
use crate::dialect::twofauth::Dialect;
use crate::http::HttpClient;
use crate::process::ProcessError;
use crate::target::TargetError;

/// What servers are made with.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) origin: Origin,
    /// The connections of all user agents.
    pub(super) client: HttpClient,
    /// How long a start may take.
    pub(super) start_timeout: Duration,
    /// How long one exchange may take.
    pub(super) request_timeout: Duration,
}

/// Where they come from.
#[derive(Debug)]
pub(super) enum Origin {
    /// One is started for each setup.
    Installation(Box<Installation>),
    /// A dialect is started for each setup.
    Dialect,
    /// There is one, with the setup that it has.
    There(Setup),
}

impl Ground {
    /// Whether servers are started for the run and go with it.
    pub(super) fn is_ours(&self) -> bool {
        !matches!(self.origin, Origin::There(_))
    }

    /// Whether a server that runs already has that setup; those that are started have any.
    pub(super) fn has(&self, setup: &Setup) -> Result<(), TargetError> {
        match &self.origin {
            Origin::There(there) if there != setup => {
                Err(TargetError::Unsupported(other_setup(there, setup)))
            }
            _ => Ok(()),
        }
    }

    /// A new server with that setup.
    pub(super) async fn start(&self, setup: &Setup) -> Result<Server, TwofauthError> {
        let (client, timeout) = (self.client.clone(), self.request_timeout);
        match &self.origin {
            Origin::Installation(installation) => {
                let process = Process::start(&self.how(installation, setup)).await?;
                Server::started(process, client, timeout).await
            }
            Origin::Dialect | Origin::There(_) => {
                let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let dialect = Dialect::start(listen, setup.rp_id.clone()).await;
                let dialect = dialect.map_err(|e| ProcessError::start("the dialect of 2FAuth", e))?;
                dialect.set_user_verification(setup.user_verification);
                Server::dialect(dialect, client, timeout).await
            }
        }
    }

    /// The same server with another setup: its users, their keys and sessions stay.
    pub(super) async fn change(&self, server: &Server, setup: &Setup) -> Result<(), TargetError> {
        self.has(setup)?;
        match &self.origin {
            Origin::Installation(installation) => {
                let again = server.restart(&self.how(installation, setup)).await;
                again.map_err(|e| TargetError::Unknown(e.to_string()))?;
            }
            Origin::Dialect => server.tell_dialect(setup),
            Origin::There(_) => {}
        }
        server.has(setup).await
    }

    fn how<'a>(&'a self, installation: &'a Installation, setup: &'a Setup) -> Start<'a> {
        Start { installation, setup, timeout: self.start_timeout, client: &self.client }
    }
}

/// What its owner would have to set.
fn other_setup(there: &Setup, wanted: &Setup) -> String {
    let mut lines = Vec::new();
    if there.user_verification != wanted.user_verification {
        lines.push(format!(
            "WEBAUTHN_USER_VERIFICATION={} (it is {})",
            wanted.user_verification, there.user_verification
        ));
    }
    if let Some(id) = wanted.rp_id.as_ref().filter(|_| there.rp_id != wanted.rp_id) {
        lines.push(format!("WEBAUTHN_ID={id}"));
    }
    format!("2FAuth: its environment decides, and this needs {}", lines.join(" and "))
}
