//! As Authelia 4.39.20 speaks: the API of its portal, and what it tells the proxy of a site. It reads the configuration and the
//! users that the real one would be given, and writes notifications and a log as that one does.
//!
//! It answers at once where Authelia waits on purpose (passwords, codes), and knows of `webauthn.metadata` as little as a machine
//! without a network: nothing.

mod answer;
mod asked;
mod credentials;
mod elevation;
mod first_factor;
mod journal;
mod limits;
mod login;
mod mail;
mod options;
mod proxy;
mod registration;
mod routes;
mod setup;
mod state;
mod verify;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::serving::{Place, Running, StartError};

pub(crate) use state::Database;

/// The version whose behaviour it has.
pub(crate) const VERSION: &str = "4.39.20";

/// What a dialect is started with.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    /// Where it listens; the configuration's `server.address` is not looked at.
    pub(crate) listen: SocketAddr,
    /// `configuration.yml`, as JSON.
    pub(crate) configuration: &'a Value,
    /// `users.yml`, as JSON; passwords are `$plaintext$...`.
    pub(crate) users: &'a Value,
    /// The tables, which two of them can have in common.
    pub(crate) database: Arc<Database>,
    /// Where the log goes.
    pub(crate) log: Option<&'a Path>,
    /// A folder that goes with it.
    pub(crate) folder: Option<TempDir>,
}

/// Starts one.
///
/// # Errors
/// It cannot listen there, or the configuration has something that this dialect does not know.
pub(crate) async fn start(start: Start<'_>) -> Result<Running, StartError> {
    let setup = setup::Setup::read(start.configuration, start.users).map_err(StartError::Setting)?;
    let journal = journal::Journal::open(start.log).map_err(|e| StartError::Setting(e.to_string()))?;
    let place = Place::listen(start.listen).await?;
    let passkeys = setup.webauthn.enable_passkey_login;
    let shared = Arc::new(state::Authelia::new(setup, journal, start.database, start.folder));
    Ok(super::serve(place, "authelia", routes::router(shared, passkeys)))
}

#[cfg(test)]
mod tests;
