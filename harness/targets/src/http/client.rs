//! The pool of connections that agents share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use super::answer::Answer;
use super::error::{HttpError, shown};
use crate::transcript::Recorder;

type Plain = Client<HttpConnector, Full<Bytes>>;
type Tls = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Keep-alive connections, shared by all clones. TLS trusts the system's roots, which are read at the first https request.
#[derive(Clone)]
pub struct HttpClient {
    plain: Plain,
    tls: Arc<OnceLock<Result<Tls, String>>>,
    recorder: Option<Recorder>,
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient {
    /// A pool without connections.
    pub fn new() -> Self {
        let plain = builder().build(connector());
        Self { plain, tls: Arc::new(OnceLock::new()), recorder: None }
    }

    /// The same connections; what comes over them is kept by `recorder`.
    #[must_use]
    pub fn recorded(self, recorder: Recorder) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    /// Keeps an answer, where somebody wants it kept.
    pub(super) fn note(&self, method: &Method, url: &Url, answer: &Answer) {
        if let Some(recorder) = &self.recorder {
            recorder.note(method, url, answer);
        }
    }

    /// One request, one answer's head.
    pub(super) async fn request(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, HttpError> {
        let answer = if url.scheme() == "https" {
            let tls = self.tls.get_or_init(tls).as_ref();
            let tls = tls.map_err(|why| HttpError::Unreachable { url: shown(url), why: why.clone() })?;
            tls.request(request)
        } else {
            self.plain.request(request)
        };
        answer.await.map_err(|e| HttpError::of_pool(url, &e))
    }
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(20));
    builder
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    connector
}

fn tls() -> Result<Tls, String> {
    let tls = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|e| format!("no TLS root certificates on this system ({e}): install ca-certificates"))?;
    Ok(builder().build(tls.https_only().enable_http1().wrap_connector(connector())))
}
