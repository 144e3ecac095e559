//! Starting the server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use plan::Policy;

use super::clock::Clock;
use super::flaws::Flaws;
use super::routes::{self, Shared};
use super::site::SiteSettings;
use super::sites::Sites;
use crate::serving::{Place, Running, StartError};

/// How the server is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The default site's policy.
    pub policy: Policy,
    /// The default site's trust anchors, DER certificates.
    pub anchors: Vec<Vec<u8>>,
    /// The flaws of all its sites.
    pub flaws: Flaws,
    /// The default site's seed; `None`: from the system's entropy.
    pub seed: Option<[u8; 32]>,
    /// Whether `GET /` gives the page for people.
    pub page: bool,
    /// What time it is.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            policy: Policy::default(),
            anchors: Vec::new(),
            flaws: Flaws::NONE,
            seed: None,
            page: true,
            clock: Clock::real(),
        }
    }
}

/// The server, not yet running.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Binds, and serves in a task of the current Tokio runtime. When this returns, connections are taken.
    ///
    /// # Errors
    /// The address cannot be listened on, or a setting makes no sense.
    pub async fn start(settings: Settings) -> Result<Running, StartError> {
        let place = Place::listen(settings.listen).await?;
        let address = place.address();
        let default = SiteSettings {
            origin: format!("http://localhost:{}", address.port()),
            rp_id: "localhost".to_owned(),
            policy: settings.policy,
            anchors: settings.anchors,
            flaws: settings.flaws,
            seed: settings.seed,
        };
        let sites = Sites::new(default).map_err(StartError::Setting)?;
        let shared = Shared { sites: Arc::new(sites), clock: settings.clock };
        let router = routes::router(shared, settings.page, address.ip().is_loopback());
        Ok(place.serve(router))
    }
}
