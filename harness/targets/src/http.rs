//! A user agent: one person's cookies on a shared pool of connections. It follows no redirect and sends to one origin only.
//!
//! What a browser does and an HTTP library does not: a `Secure` cookie goes out over plain http to a loopback host, since
//! browsers count those hosts as trustworthy.

mod agent;
mod answer;
mod client;
mod cookies;
mod endpoint;
mod error;

pub use agent::{Agent, Body, Exchange};
pub use answer::{Answer, DIALECT};
pub use client::HttpClient;
pub use cookies::{Cookie, Jar};
pub use endpoint::Endpoint;
pub use error::HttpError;
pub use http::{HeaderMap, HeaderName, Method, header};

/// The URL as one that others start from: it ends with `/`, and has no query and no fragment.
pub fn base(mut url: url::Url) -> url::Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The base URL of a server on this machine, by the name that WebAuthn needs: `http://localhost:4711/`.
pub fn localhost(port: u16) -> url::Url {
    let mut url = LOCALHOST.clone();
    // It does not fail on an http URL with a host.
    let _ = url.set_port(Some(port));
    url
}

static LOCALHOST: std::sync::LazyLock<url::Url> =
    std::sync::LazyLock::new(|| url::Url::parse("http://localhost/").expect("a constant URL"));

/// `true` for `localhost`, names under it, 127.0.0.0/8 and ::1: the hosts that browsers trust without TLS, and the only
/// ones that the bench sends to unasked.
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
