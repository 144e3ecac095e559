//! A server as user agents come to it.

use std::time::Duration;

use url::Url;

use super::agent::Agent;
use super::base;
use super::client::HttpClient;

/// Where a server is, and how it is asked: what all its user agents share.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The base URL; it ends with `/`.
    pub base: Url,
    /// The connections.
    pub client: HttpClient,
    /// How long one exchange may take.
    pub timeout: Duration,
}

impl Endpoint {
    /// The server at that URL.
    pub fn new(url: Url, client: HttpClient, timeout: Duration) -> Self {
        Self { base: base(url), client, timeout }
    }

    /// A user agent without cookies.
    pub fn agent(&self) -> Agent {
        Agent::with_client(self.base.clone(), self.client.clone()).timeout(self.timeout)
    }

    /// The origin of its pages, `https://login.example.test`.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The host, which is the RP ID of a server that names no other.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }
}
