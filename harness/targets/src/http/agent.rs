//! One user agent.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::answer::Answer;
use super::client::HttpClient;
use super::cookies::Jar;
use super::error::{HttpError, shown};

/// The longest body taken unless set otherwise.
const BODY_LIMIT: usize = 8 << 20;
/// The time for one exchange unless set otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How many exchanges are remembered.
const TRAIL: usize = 16;

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Nothing.
    Empty,
    /// `application/json`.
    Json(&'a Value),
    /// `application/x-www-form-urlencoded`, in this order.
    Form(&'a [(&'a str, &'a str)]),
    /// Any bytes under that content type.
    Raw(&'a str, &'a [u8]),
}

/// One exchange as a report may show it: no query, no header, no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The status, if an answer came.
    pub status: Option<u16>,
}

impl std::fmt::Display for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} -> ", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, "{status}"),
            None => f.write_str("no answer"),
        }
    }
}

/// One user agent: cookies, a base URL, and the connections it shares with others.
#[derive(Clone, Debug)]
pub struct Agent {
    base: Url,
    client: HttpClient,
    jar: Jar,
    timeout: Duration,
    body_limit: usize,
    trail: VecDeque<Exchange>,
}

impl Agent {
    /// An agent with connections of its own.
    pub fn new(base: Url) -> Self {
        Self::with_client(base, HttpClient::new())
    }

    /// An agent on shared connections.
    pub fn with_client(base: Url, client: HttpClient) -> Self {
        Self {
            base: super::base(base),
            client,
            jar: Jar::default(),
            timeout: TIMEOUT,
            body_limit: BODY_LIMIT,
            trail: VecDeque::with_capacity(TRAIL),
        }
    }

    /// Sets the time that one exchange may take, body included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the longest body taken, in bytes.
    pub fn body_limit(mut self, limit: usize) -> Self {
        self.body_limit = limit;
        self
    }

    /// The URL that relative ones start from; ends with `/`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The cookies.
    pub fn jar(&self) -> &Jar {
        &self.jar
    }

    /// The cookies, to change.
    pub fn jar_mut(&mut self) -> &mut Jar {
        &mut self.jar
    }

    /// The last exchanges, oldest first.
    pub fn trail(&self) -> impl Iterator<Item = &Exchange> {
        self.trail.iter()
    }

    /// [`Agent::send`] without headers and body.
    ///
    /// # Errors
    /// As [`Agent::send`].
    pub async fn get(&mut self, target: &str) -> Result<Answer, HttpError> {
        self.send(Method::GET, target, &[], Body::Empty).await
    }

    /// [`Agent::send`] of a body without further headers.
    ///
    /// # Errors
    /// As [`Agent::send`].
    pub async fn post(&mut self, target: &str, body: Body<'_>) -> Result<Answer, HttpError> {
        self.send(Method::POST, target, &[], body).await
    }

    /// Sends one request and takes the whole answer, whatever its status; a redirect is an answer like any other
    /// ([`Answer::location`]). `target` is a URL, a path (`/x`, from the root of the host), or a path without a leading
    /// slash (under the base).
    ///
    /// # Errors
    /// Only for want of a complete HTTP answer, and for a target on another origin, where nothing is sent.
    pub async fn send(
        &mut self,
        method: Method,
        target: &str,
        headers: &[(HeaderName, &str)],
        body: Body<'_>,
    ) -> Result<Answer, HttpError> {
        let url = self.resolve(target)?;
        let request = self.request(&method, &url, headers, body)?;
        let work = exchange(&self.client, &url, request, self.body_limit);
        let outcome = match tokio::time::timeout(self.timeout, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(HttpError::Timeout { url: shown(&url), after: self.timeout }),
        };
        if let Ok(answer) = &outcome {
            self.client.note(&method, &url, answer);
        }
        self.note(method, &url, outcome.as_ref().ok().map(|a| a.status));
        let answer = outcome?;
        let now = SystemTime::now();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.jar.take(&url, &String::from_utf8_lossy(line.as_bytes()), now);
        }
        Ok(answer)
    }

    fn resolve(&self, target: &str) -> Result<Url, HttpError> {
        let bad = |why: String| HttpError::BadUrl { url: target.to_owned(), why };
        let url = self.base.join(target).map_err(|e| bad(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("the scheme is `{}`", url.scheme())));
        }
        if url.origin() != self.base.origin() {
            let base = self.base.origin().ascii_serialization();
            return Err(HttpError::Elsewhere { url: shown(&url), base });
        }
        Ok(url)
    }

    fn request(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(HeaderName, &str)],
        body: Body<'_>,
    ) -> Result<Request<Full<Bytes>>, HttpError> {
        let bad = |why: String| HttpError::BadRequest { url: shown(url), why };
        let (kind, bytes) = match body {
            Body::Empty => (None, Vec::new()),
            Body::Json(value) => (Some("application/json"), value.to_string().into_bytes()),
            Body::Form(pairs) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs);
                (Some("application/x-www-form-urlencoded"), form.finish().into_bytes())
            }
            Body::Raw(kind, bytes) => (Some(kind), bytes.to_vec()),
        };
        let mut path = url.clone();
        path.set_fragment(None);
        let mut request = Request::builder().method(method).uri(path.as_str());
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(line) = self.jar.line(url, SystemTime::now()) {
            let value = HeaderValue::from_str(&line).map_err(|e| bad(format!("cookies: {e}")))?;
            request = request.header(header::COOKIE, value);
        }
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request.body(Full::new(Bytes::from(bytes))).map_err(|e| bad(e.to_string()))
    }

    fn note(&mut self, method: Method, url: &Url, status: Option<u16>) {
        if self.trail.len() == TRAIL {
            self.trail.pop_front();
        }
        self.trail.push_back(Exchange { method, path: url.path().to_owned(), status });
    }
}

async fn exchange(
    client: &HttpClient,
    url: &Url,
    request: Request<Full<Bytes>>,
    limit: usize,
) -> Result<Answer, HttpError> {
    let answer = client.request(url, request).await?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, limit).collect().await.map_err(|e| {
        if e.downcast_ref::<LengthLimitError>().is_some() {
            return HttpError::TooLarge { url: shown(url), limit };
        }
        match e.downcast_ref::<hyper::Error>() {
            Some(inner) => HttpError::of_hyper(url, inner),
            None => HttpError::Cut { url: shown(url), why: e.to_string() },
        }
    })?;
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.to_bytes(),
        url: url.clone(),
    })
}
