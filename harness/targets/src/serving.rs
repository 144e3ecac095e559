//! Servers of our own: listening, taking connections, stopping. What they serve is their own business.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::serve::ListenerExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use crate::http::localhost;

pub(crate) mod guard;

/// Why a server of our own did not start.
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

/// A place to serve at: connections are taken from now on, and wait.
#[derive(Debug)]
pub(crate) struct Place {
    listener: TcpListener,
    address: SocketAddr,
}

impl Place {
    /// Listens; port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub(crate) async fn listen(wanted: SocketAddr) -> Result<Self, StartError> {
        let listener = TcpListener::bind(wanted).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::InUse { address: wanted },
            io::ErrorKind::PermissionDenied => StartError::Denied { address: wanted },
            _ => StartError::Listen { address: wanted, source },
        })?;
        let address =
            listener.local_addr().map_err(|source| StartError::Listen { address: wanted, source })?;
        Ok(Self { listener, address })
    }

    /// Where.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves in a task of the current Tokio runtime.
    pub(crate) fn serve(self, router: Router) -> Running {
        let (stop, stopped) = oneshot::channel();
        let over = Arc::new(AtomicBool::new(false));
        let router = refusing_once(router, over.clone());
        let listener = self.listener.tap_io(|connection| {
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
        Running { address: self.address, stop: Some(stop), over, task }
    }
}

/// Connections that are kept open outlive the server for a moment: no request on them is taken any more once it is over.
fn refusing_once(router: Router, over: Arc<AtomicBool>) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let over = over.load(Ordering::Relaxed);
        async move {
            match over {
                true => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                false => next.run(request).await,
            }
        }
    }))
}

/// A server that runs; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    over: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL for programs, by address, `http://127.0.0.1:4711/`.
    pub fn url(&self) -> Url {
        let mut url = self.page();
        let ip = self.address.ip();
        let reachable = if ip.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { ip };
        // It does not fail on an http URL with a host.
        let _ = url.set_ip_host(reachable);
        url
    }

    /// Its page for people, by the name that WebAuthn needs, `http://localhost:4711/`.
    pub fn page(&self) -> Url {
        localhost(self.address.port())
    }

    /// Takes no more connections, lets requests in flight end (for at most two seconds), and returns when all is over.
    pub async fn stop(mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.stop.take();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.stop.take();
        self.task.abort();
    }
}

const GRACE: Duration = Duration::from_secs(2);
