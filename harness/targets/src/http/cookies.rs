//! The cookies of one user agent on one host (RFC 6265, sections 5.2 to 5.4), as browsers read it.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

use super::is_loopback;

/// One cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value, as the server wrote it.
    pub value: String,
    /// The path it belongs to; begins with `/`.
    pub path: String,
    /// Goes over https or to a loopback host only.
    pub secure: bool,
    /// When it goes; `None`: with the agent.
    pub expires: Option<SystemTime>,
}

impl std::fmt::Debug for Cookie {
    /// Without the value, which is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cookie").field("name", &self.name).field("path", &self.path).finish_non_exhaustive()
    }
}

/// The cookies of one agent. All are host-only: an agent has one host.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

impl Jar {
    /// Takes one `Set-Cookie` line of the answer to `url`. A line that is none, or for another host, changes nothing;
    /// one that has expired removes.
    pub fn take(&mut self, url: &Url, line: &str, now: SystemTime) {
        let Some((cookie, domain)) = read(url, line, now) else { return };
        if !domain.is_none_or(|domain| covers(&domain, url.host_str().unwrap_or_default())) {
            return;
        }
        let gone = cookie.expires.is_some_and(|at| at <= now);
        let place = self.cookies.iter().position(|c| c.name == cookie.name && c.path == cookie.path);
        match (place, gone) {
            (Some(place), true) => drop(self.cookies.remove(place)),
            (Some(place), false) => {
                if let Some(old) = self.cookies.get_mut(place) {
                    *old = cookie;
                }
            }
            (None, true) => {}
            (None, false) => self.cookies.push(cookie),
        }
    }

    /// The `Cookie` line for a request to `url`, the longest paths first (section 5.4, step 2).
    pub fn line(&self, url: &Url, now: SystemTime) -> Option<String> {
        let secure = url.scheme() == "https" || is_loopback(url);
        let mut fitting: Vec<&Cookie> = self
            .cookies
            .iter()
            .filter(|c| {
                (secure || !c.secure) && c.expires.is_none_or(|at| at > now) && under(&c.path, url.path())
            })
            .collect();
        fitting.sort_by_key(|c| std::cmp::Reverse(c.path.len()));
        let mut line = String::new();
        for cookie in fitting {
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(&cookie.name);
            line.push('=');
            line.push_str(&cookie.value);
        }
        (!line.is_empty()).then_some(line)
    }

    /// The value of the cookie of that name with the longest path.
    pub fn value(&self, name: &str) -> Option<&str> {
        let named = self.cookies.iter().filter(|c| c.name == name);
        named.max_by_key(|c| c.path.len()).map(|c| c.value.as_str())
    }

    /// Forgets all cookies.
    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    /// The cookies, in the order in which they came.
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }
}

/// A `Set-Cookie` line and its `Domain`, if it has one (section 5.2).
fn read(url: &Url, line: &str, now: SystemTime) -> Option<(Cookie, Option<String>)> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() {
        return None;
    }
    let mut cookie = Cookie {
        name: name.into(),
        value: value.into(),
        path: default_path(url),
        secure: false,
        expires: None,
    };
    let mut domain = None;
    let mut max_age = None;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => cookie.path = value.into(),
            "secure" => cookie.secure = true,
            "domain" if !value.is_empty() => {
                domain = Some(value.trim_start_matches('.').to_ascii_lowercase())
            }
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => cookie.expires = date(value),
            _ => {}
        }
    }
    // Max-Age goes before Expires (section 5.3, step 3).
    if let Some(seconds) = max_age {
        let life = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        cookie.expires = Some(now.checked_add(life).unwrap_or(now + Duration::from_secs(400 * 86_400)));
    }
    Some((cookie, domain))
}

/// Dates with blanks or dashes (section 5.1.1 takes both); a date that cannot be read is no date.
fn date(text: &str) -> Option<SystemTime> {
    let (day, rest) = text.split_once(", ")?;
    let moment =
        OffsetDateTime::parse(&format!("{}, {}", day.get(..3)?, rest.replace('-', " ")), &Rfc2822).ok()?;
    Some(moment.into())
}

/// The directory of the request's path (section 5.1.4).
fn default_path(url: &Url) -> String {
    match url.path().rfind('/') {
        Some(last) if last > 0 => url.path()[..last].to_owned(),
        _ => "/".to_owned(),
    }
}

/// Whether the request's path lies at or under the cookie's (section 5.1.4).
fn under(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// Whether `Domain` covers the host (section 5.1.3).
fn covers(domain: &str, host: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
