//! Whom AnyKey may send to: this machine, and hosts whose owner says so.

use std::net::{IpAddr, Ipv6Addr};

use url::{Host, Url};

use crate::failure::Failure;

/// Whether the host's text itself names this machine: `localhost`, 127.0.0.0/8 or ::1, in any spelling that URLs allow.
/// A name that a resolver maps to this machine does not: what it maps to can change between the check and the request.
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || mapped(ip),
        None => false,
    }
}

/// Refuses `url` unless it is on this machine or its host is among `owned`.
///
/// # Errors
/// It is not; the message says what to do.
pub fn check(url: &Url, owned: &[String]) -> Result<(), Failure> {
    let host = url.host_str().unwrap_or_default().to_owned();
    if is_local(url) || owned.iter().any(|own| same(own, &host)) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{host} is not this machine, and AnyKey sends what an attacker would send. Nothing was sent. If the host is yours to \
         attack, say so: --i-own {host}"
    )))
}

/// Reads an http(s) URL without a user name or password in it.
///
/// # Errors
/// It is none; the message says why.
pub fn parse(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).map_err(|error| Failure::Usage(format!("`{text}` is no URL: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        // The text is not repeated: it may hold a password.
        return Err(Failure::usage(
            "a URL with a user name or password in it is not taken: secrets come from the environment or a file",
        ));
    }
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(Failure::Usage(format!("`{text}` is no http or https URL"))),
    }
}

fn mapped(ip: Ipv6Addr) -> bool {
    ip.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
}

/// Whether the owner's word names the host, in any spelling that URLs allow.
fn same(own: &str, host: &str) -> bool {
    let bare = own.trim_start_matches('[').trim_end_matches(']');
    let own = match bare.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        _ => Host::parse(own).map_or_else(|_| own.to_owned(), |host| host.to_string()),
    };
    own.trim_end_matches('.').eq_ignore_ascii_case(host.trim_end_matches('.'))
}

#[cfg(test)]
mod tests;
