//! One user agent on the portal's API: its cookie, its address, and what answers mean.

use std::sync::Arc;

use serde_json::Value;

use super::server::Server;
use crate::http::{Agent, Answer, Body, HeaderName, Method, header};
use crate::target::TargetError;

/// The session's cookie. Its value has characters that cookies may not have, and goes back byte for byte.
const COOKIE: &str = "authelia_session";

const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const USER: HeaderName = HeaderName::from_static("remote-user");

/// What Authelia tells its proxy of a user who wants to see a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// The user may, under that name.
    As(String),
    /// The user may not.
    Not {
        /// The status of the answer.
        status: u16,
        /// The site.
        site: String,
    },
}

impl Passes {
    /// The user, if there is one who may.
    pub(super) fn user(self) -> Option<String> {
        match self {
            Self::As(user) => Some(user),
            Self::Not { .. } => None,
        }
    }
}

/// One user agent.
#[derive(Debug)]
pub(super) struct Wire {
    /// The server.
    pub(super) server: Arc<Server>,
    /// Whether a one-time code was typed in this session.
    pub(super) elevated: bool,
    agent: Agent,
    cookie: Option<String>,
    address: String,
}

impl Wire {
    /// A user agent without a cookie.
    pub(super) fn new(server: &Arc<Server>) -> Self {
        let agent = server.at.agent();
        Self { server: server.clone(), elevated: false, agent, cookie: None, address: server.address() }
    }

    /// Asks, and gives `data` of an answer that says `OK`.
    ///
    /// # Errors
    /// [`TargetError::Refused`] with the words of the answer and of the log; everything else is no decision.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Value, TargetError> {
        let journal = self.server.journal.clone();
        let since = journal.as_ref().map_or(0, super::journal::Journal::end);
        let answer = self.send(&method, path, &[], body).await?;
        let json = answer.json().unwrap_or_default();
        match answer.status {
            200 | 201 if json["status"] == "OK" => Ok(json["data"].clone()),
            400 | 401 | 403 | 404 | 409 => {
                let logged = journal.and_then(|journal| journal.reason(since, &self.address));
                let reason = Some(words(&answer, &json, logged));
                Err(TargetError::refused(&answer, reason))
            }
            _ => Err(TargetError::unexpected("an answer with the status OK or KO", &method, &answer)),
        }
    }

    /// Whether the user may see the site that this level opens; `None` where no such site is known.
    pub(super) async fn passes(&mut self, level: u8) -> Result<Option<Passes>, TargetError> {
        let Some([one, two]) = self.server.sites.clone() else { return Ok(None) };
        let site = if level >= 2 { two } else { one };
        let about = [(METHOD, "GET"), (URI, "/"), (HOST, site.as_str())];
        let answer = self.send(&Method::GET, "api/authz/forward-auth", &about, Body::Empty).await?;
        let user = answer.headers.get(USER).and_then(|user| user.to_str().ok());
        match (answer.status, user) {
            (200, Some(user)) => Ok(Some(Passes::As(user.to_owned()))),
            (302 | 401 | 403, _) => Ok(Some(Passes::Not { status: answer.status, site })),
            _ => Err(TargetError::unexpected("an answer for a proxy", &Method::GET, &answer)),
        }
    }

    async fn send(
        &mut self,
        method: &Method,
        path: &str,
        about: &[(HeaderName, &str)],
        body: Body<'_>,
    ) -> Result<Answer, TargetError> {
        let portal = &self.server.portal;
        let host = match (portal.host_str().unwrap_or_default(), portal.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let cookie = self.cookie.as_ref().map(|value| format!("{COOKIE}={value}"));
        let mut headers: Vec<(HeaderName, &str)> = about.to_vec();
        if self.server.proxy {
            headers.extend([(PROTO, portal.scheme()), (FOR, self.address.as_str())]);
            if !about.iter().any(|(name, _)| *name == HOST) {
                headers.push((HOST, host.as_str()));
            }
        }
        headers.extend(cookie.as_deref().map(|cookie| (header::COOKIE, cookie)));
        let answer = self.agent.send(method.clone(), path, &headers, body).await?;
        // The cookie is for the domain of the portal, which need not be the host that is asked.
        self.agent.jar_mut().clear();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.take_cookie(&String::from_utf8_lossy(line.as_bytes()));
        }
        match answer.status {
            429 => Err(too_many(&answer)),
            500.. => {
                Err(TargetError::unexpected("an answer that is no failure of the server", method, &answer))
            }
            _ => Ok(answer),
        }
    }

    fn take_cookie(&mut self, line: &str) {
        let bare = line.split(';').next().unwrap_or_default().trim();
        if let Some(value) = bare.strip_prefix(COOKIE).and_then(|rest| rest.strip_prefix('=')) {
            self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
    }
}

/// The words of a refusal: what the client hears, what it lacks, and what the log says.
fn words(answer: &Answer, json: &Value, logged: Option<String>) -> String {
    let said = json["message"].as_str().map_or_else(|| answer.start(), str::to_owned);
    let lacks: Vec<&str> = ["elevation", "first_factor", "second_factor"]
        .into_iter()
        .filter(|name| json["data"][*name] == true)
        .collect();
    let said = if lacks.is_empty() { said } else { format!("it wants {}", lacks.join(" and ")) };
    match logged {
        Some(logged) => format!("{said} ({logged})"),
        None => said,
    }
}

fn too_many(answer: &Answer) -> TargetError {
    let after = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.map(|after| format!(" until {after}")).unwrap_or_default();
    TargetError::Unknown(format!(
        "Authelia limits the rate of {}{after}: `server.endpoints.rate_limits.session_elevation_start` and `_finish` lift it",
        answer.url.path()
    ))
}
