//! Starting and stopping the server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use plan::Policy;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use super::clock::Clock;
use super::flaws::Flaws;
use super::routes::{self, Shared};
use super::site::SiteSettings;
use super::sites::Sites;

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

/// Why the server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Somebody listens there.
    #[error(
        "{address} is in use by another program: stop that one, or listen on another port (port 0 takes any free one)"
    )]
    InUse {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// No right to listen there.
    #[error("not allowed to listen on {address}: ports below 1024 need special rights, take a higher one")]
    Denied {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// Any other reason of the system.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// The system's words.
        source: io::Error,
    },
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(String),
}

/// The server, not yet running.
#[derive(Debug)]
pub struct Server;

/// A server that runs; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Binds, and serves in a task of the current Tokio runtime. When this returns, connections are taken.
    ///
    /// # Errors
    /// The address cannot be listened on, or a setting makes no sense.
    pub async fn start(settings: Settings) -> Result<Running, StartError> {
        let wanted = settings.listen;
        let listener = TcpListener::bind(wanted).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::InUse { address: wanted },
            io::ErrorKind::PermissionDenied => StartError::Denied { address: wanted },
            _ => StartError::Listen { address: wanted, source },
        })?;
        let address =
            listener.local_addr().map_err(|source| StartError::Listen { address: wanted, source })?;
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

        let (stop, stopped) = oneshot::channel();
        let listener = listener.tap_io(|connection| {
            // Answers are small and complete: waiting to fill a packet only costs time. A failure here costs nothing else.
            let _ = connection.set_nodelay(true);
        });
        let serve = axum::serve(listener, router).with_graceful_shutdown(async {
            // An error says that the sender is gone: the server is to stop then too.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move {
            // `axum::serve` goes on after errors of single connections and never returns one.
            let _ = serve.await;
        });
        Ok(Running { address, stop: Some(stop), task })
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL for programs, by address, `http://127.0.0.1:4711/`.
    pub fn url(&self) -> Url {
        let mut url = LOCAL.clone();
        let ip = self.address.ip();
        let reachable = if ip.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { ip };
        // Neither fails on an http URL with a host.
        let _ = url.set_ip_host(reachable);
        let _ = url.set_port(Some(self.address.port()));
        url
    }

    /// Its page for people, by the name that WebAuthn needs, `http://localhost:4711/`.
    pub fn page(&self) -> Url {
        let mut url = LOCAL.clone();
        let _ = url.set_port(Some(self.address.port()));
        url
    }

    /// Takes no more connections, lets requests in flight end (for at most two seconds), and returns when all is over.
    pub async fn stop(mut self) {
        self.stop.take();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
        self.task.abort();
    }
}

static LOCAL: std::sync::LazyLock<Url> =
    std::sync::LazyLock::new(|| Url::parse("http://localhost/").expect("a constant URL"));
const GRACE: Duration = Duration::from_secs(2);
