//! The way from page to page: redirects, login forms, and what an answer means.

use url::Url;

use super::page::{Kind, Page};
use super::realm::DONE;
use super::session::KeycloakSession;
use crate::http::{Answer, Body};
use crate::target::TargetError;

/// How many redirects a browser would follow here without growing tired; Keycloak needs two.
const HOPS: usize = 8;

/// Where an answer leads.
pub(super) enum Led {
    /// Back to the client, with its query.
    Done(Url),
    /// To a page.
    Page(Page, Box<Answer>),
}

impl KeycloakSession {
    /// A new private window at the page on which a client's users log in.
    pub(super) async fn begin(&mut self, client: &str, more: &[(&str, &str)]) -> Result<Led, TargetError> {
        self.begin_at("auth", client, more).await
    }

    /// The same at the endpoint of that name.
    pub(super) async fn begin_at(
        &mut self,
        endpoint: &str,
        client: &str,
        more: &[(&str, &str)],
    ) -> Result<Led, TargetError> {
        self.agent.jar_mut().clear();
        self.form = None;
        self.code = None;
        self.open(endpoint, client, more).await
    }

    /// The page of an endpoint, with the cookies that there are.
    pub(super) async fn open(
        &mut self,
        endpoint: &str,
        client: &str,
        more: &[(&str, &str)],
    ) -> Result<Led, TargetError> {
        let mut url = self.realm_url(&format!("protocol/openid-connect/{endpoint}"))?;
        url.query_pairs_mut()
            .append_pair("client_id", client)
            .append_pair("redirect_uri", self.done()?.as_str())
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("state", "anykey")
            .extend_pairs(more);
        let answer = self.agent.get(url.as_str()).await?;
        self.follow(answer).await
    }

    /// Follows redirects on the server; a redirect to the client is the end, and is not followed.
    pub(super) async fn follow(&mut self, mut answer: Answer) -> Result<Led, TargetError> {
        let done = self.done()?;
        for _ in 0..HOPS {
            if !(300..400).contains(&answer.status) {
                return self.page(answer);
            }
            let Some(url) = answer.location() else { break };
            if url.origin() == done.origin() && url.path() == done.path() {
                return Ok(Led::Done(url));
            }
            answer = self.agent.get(url.as_str()).await?;
        }
        Err(self.unknown(format!("redirects without end, or to nowhere (HTTP {})", answer.status)))
    }

    /// Keycloak's decisions are pages and JSON errors; anything else is no answer of Keycloak's.
    pub(super) fn page(&self, answer: Answer) -> Result<Led, TargetError> {
        match answer.content_type().as_deref() {
            Some("text/html") => Ok(Led::Page(Page::read(&answer.text()), Box::new(answer))),
            Some("application/json") if answer.status >= 400 => {
                let value = answer.json()?;
                let reason = ["error_description", "error"].iter().find_map(|n| value[n].as_str());
                Err(TargetError::refused(&answer, reason.map(str::to_owned)))
            }
            _ if matches!(answer.status, 429 | 503) => Err(self.unknown(format!(
                "HTTP {}: something before Keycloak limits the rate of requests; lift its limit for this machine, or run with \
                 --jobs 1",
                answer.status
            ))),
            _ => Err(self.unexpected("a page (text/html)", &answer)),
        }
    }

    /// Sends the login form and follows.
    pub(super) async fn log_in(&mut self, led: Led, fields: &[(&str, &str)]) -> Result<Led, TargetError> {
        let (page, answer) = self.expect_page(led)?;
        let Kind::Login { action } = &page.kind else {
            return Err(self.not_the("the login page, with form#kc-form-login", &page, &answer));
        };
        self.post(action, fields).await
    }

    pub(super) fn expect_page(&self, led: Led) -> Result<(Page, Box<Answer>), TargetError> {
        match led {
            Led::Page(page, answer) => Ok((page, answer)),
            Led::Done(url) => match client_error(&url) {
                Some(reason) => {
                    Err(TargetError::Refused { status: 302, reason: Some(reason), body: Vec::new() })
                }
                None => Err(self.unknown("the login was over before the page that was to come")),
            },
        }
    }

    /// Sends a form and follows.
    pub(super) async fn post(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<Led, TargetError> {
        let answer = self.agent.post(action, Body::Form(fields)).await?;
        self.follow(answer).await
    }

    /// A page that should have been another: a refusal if it complains, otherwise not one we know.
    pub(super) fn not_the(&self, wanted: &str, page: &Page, answer: &Answer) -> TargetError {
        match &page.alert {
            Some(alert) => TargetError::refused(answer, Some(alert.clone())),
            None => {
                let wanted = format!("{wanted}, not the page \"{}\" ({})", page.title, page.name);
                self.unexpected(&wanted, answer)
            }
        }
    }

    /// An answer that is none of Keycloak's, as far as they are known: it is kept for the report.
    pub(super) fn unexpected(&self, wanted: &str, answer: &Answer) -> TargetError {
        let method = self.agent.trail().last().map(|last| last.method.clone()).unwrap_or_default();
        TargetError::unexpected(&format!("Keycloak: {wanted}"), &method, answer)
    }

    /// Sends a ceremony's form: accepted is a redirect to the client with a code, everything else is a refusal, if it is
    /// one of Keycloak's answers at all.
    pub(super) async fn submit(
        &mut self,
        action: &str,
        client: &'static str,
        fields: &[(&str, &str)],
    ) -> Result<(), TargetError> {
        self.code = None;
        match self.post(action, fields).await? {
            Led::Done(url) => match (query(&url, "code"), client_error(&url)) {
                (Some(code), None) => {
                    self.code = Some((client, code));
                    self.seen.push("led back to the application with a code".to_owned());
                    Ok(())
                }
                (_, reason) => Err(TargetError::Refused { status: 302, reason, body: Vec::new() }),
            },
            Led::Page(page, answer) => match (&page.alert, &page.kind) {
                // What is sent twice, or too late, is answered with the beginning, without a word.
                (None, Kind::Register { .. } | Kind::Authenticate { .. } | Kind::Login { .. }) => {
                    Err(TargetError::refused(
                        &answer,
                        Some(format!("the page \"{}\" is shown again", page.title)),
                    ))
                }
                _ => Err(self.not_the("the end of the ceremony", &page, &answer)),
            },
        }
    }

    pub(super) fn realm_url(&self, path: &str) -> Result<Url, TargetError> {
        let path = format!("realms/{}/{path}", self.place.realm);
        self.agent.base().join(&path).map_err(|e| self.unknown(e))
    }

    pub(super) fn done(&self) -> Result<Url, TargetError> {
        done_url(self.agent.base()).map_err(|e| self.unknown(e))
    }

    /// What was seen, with the way that led there.
    pub(super) fn unknown(&self, what: impl std::fmt::Display) -> TargetError {
        let trail: Vec<String> = self.agent.trail().map(ToString::to_string).collect();
        TargetError::Unknown(format!("Keycloak: {what} [{}]", trail.join(", ")))
    }
}

/// Where Keycloak sends the user agent at the end.
pub(super) fn done_url(base: &Url) -> Result<Url, url::ParseError> {
    base.join(DONE)
}

/// The error that Keycloak hands to the client in its redirect.
pub(super) fn client_error(url: &Url) -> Option<String> {
    let error = query(url, "error");
    let status =
        query(url, "kc_action_status").filter(|s| s != "success").map(|s| format!("the action is {s}"));
    let description = query(url, "error_description");
    match (error, description) {
        (Some(error), Some(description)) => Some(format!("{error}: {description}")),
        (Some(error), None) => Some(error),
        (None, _) => status,
    }
}

pub(super) fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
