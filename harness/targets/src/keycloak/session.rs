//! One user agent on Keycloak's pages.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use plan::policy::Login;
use serde_json::Value;
use url::Url;
use webauthn::{CreationOptions, RequestOptions};

use super::page::{Kind, Page};
use super::realm::{self, DONE, ENROL, LOGIN, WHOAMI};
use super::site::{Known, Place};
use crate::http::{Agent, Answer, Body, Method, header};
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

/// How many redirects a browser would follow here without growing tired; Keycloak needs two.
const HOPS: usize = 8;
/// The name of the cookie of the authentication session.
const SESSION_COOKIE: &str = "AUTH_SESSION_ID";

/// One user agent. Each ceremony begins with empty cookies, as in a new private window: Keycloak would otherwise mix the
/// login that leads to a registration with the login that is tested.
#[derive(Debug)]
pub(super) struct KeycloakSession {
    place: Arc<Place>,
    agent: Agent,
    /// The form of the ceremony; stays after it was sent, so that it can be sent twice.
    form: Option<Form>,
    /// The code that the last ceremony ended with, and the client it is for.
    code: Option<(&'static str, String)>,
    labels: u32,
}

#[derive(Clone, Debug)]
enum Form {
    Registration { action: String, user: Known },
    Login { action: String },
}

/// Where an answer leads.
enum Led {
    /// Back to the client, with its query.
    Done(Url),
    /// To a page.
    Page(Page, Answer),
}

impl KeycloakSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let server = &place.server;
        let agent = Agent::with_client(server.base.clone(), server.client.clone()).timeout(server.timeout);
        Self { place, agent, form: None, code: None, labels: 0 }
    }

    /// A new private window at the page on which a client's users log in.
    async fn begin(&mut self, client: &str, more: &[(&str, &str)]) -> Result<Led, TargetError> {
        self.agent.jar_mut().clear();
        self.form = None;
        self.code = None;
        self.authorize(client, more).await
    }

    async fn authorize(&mut self, client: &str, more: &[(&str, &str)]) -> Result<Led, TargetError> {
        let mut url = self.realm_url("protocol/openid-connect/auth")?;
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
    async fn follow(&mut self, mut answer: Answer) -> Result<Led, TargetError> {
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
    fn page(&self, answer: Answer) -> Result<Led, TargetError> {
        match answer.content_type().as_deref() {
            Some("text/html") => Ok(Led::Page(Page::read(&answer.text()), answer)),
            Some("application/json") if answer.status >= 400 => {
                let value = answer.json()?;
                let reason = ["error_description", "error"].iter().find_map(|n| value[n].as_str());
                Err(refused(&answer, reason.map(str::to_owned)))
            }
            kind => {
                let kind = kind.unwrap_or("no content type");
                Err(self.unknown(format!("HTTP {} with {kind}: `{}`", answer.status, answer.start())))
            }
        }
    }

    /// Sends the login form and follows.
    async fn log_in(&mut self, led: Led, fields: &[(&str, &str)]) -> Result<Led, TargetError> {
        let (page, answer) = self.expect_page(led)?;
        let Kind::Login { action } = &page.kind else {
            return Err(self.not_the("login page", &page, &answer));
        };
        let answer = self.agent.post(action, Body::Form(fields)).await?;
        self.follow(answer).await
    }

    fn expect_page(&self, led: Led) -> Result<(Page, Answer), TargetError> {
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

    /// A page that should have been another: a refusal if it complains, otherwise not one we know.
    fn not_the(&self, wanted: &str, page: &Page, answer: &Answer) -> TargetError {
        match &page.alert {
            Some(alert) => refused(answer, Some(alert.clone())),
            None => self.unknown(format!("not the {wanted} but \"{}\" ({:?})", page.title, page.kind)),
        }
    }

    /// Sends a ceremony's form: accepted is a redirect to the client with a code, everything else is a refusal, if it is
    /// one of Keycloak's answers at all.
    async fn submit(
        &mut self,
        action: &str,
        client: &'static str,
        fields: &[(&str, &str)],
    ) -> Result<(), TargetError> {
        self.code = None;
        let answer = self.agent.post(action, Body::Form(fields)).await?;
        match self.follow(answer).await? {
            Led::Done(url) => match (query(&url, "code"), client_error(&url)) {
                (Some(code), None) => {
                    self.code = Some((client, code));
                    Ok(())
                }
                (_, reason) => Err(TargetError::Refused { status: 302, reason, body: Vec::new() }),
            },
            Led::Page(page, answer) => match (&page.alert, &page.kind) {
                // What is sent twice, or too late, is answered with the beginning, without a word.
                (None, Kind::Register { .. } | Kind::Authenticate { .. } | Kind::Login { .. }) => {
                    Err(refused(&answer, Some(format!("the page \"{}\" is shown again", page.title))))
                }
                _ => Err(self.not_the("end of the ceremony", &page, &answer)),
            },
        }
    }

    /// The reason of a refused login stands in the events only.
    async fn with_reason(&self, code_id: Option<String>, error: TargetError) -> TargetError {
        let TargetError::Refused { status, reason, body } = error else { return error };
        let Some(code_id) = code_id else { return TargetError::Refused { status, reason, body } };
        let event = match self.place.server.admin.login_error(&self.place.realm, &code_id).await {
            Ok(event) => event,
            Err(error) => return error,
        };
        let why = event.map(|e| e.detail.unwrap_or(e.error));
        let reason = match (reason, why) {
            (Some(page), Some(why)) => Some(format!("{page} ({why})")),
            (page, why) => page.or(why),
        };
        TargetError::Refused { status, reason, body }
    }

    /// The id of the authentication session, which events call `code_id`: the cookie is base64url of `ID.SIGNATURE`,
    /// in older versions `ID.ROUTE` as it is.
    fn code_id(&self) -> Option<String> {
        let cookie = self.agent.jar().value(SESSION_COOKIE)?;
        code_id(cookie)
    }

    async fn start_registration(&mut self, who: &Account) -> Result<Offer<CreationOptions>, TargetError> {
        let user = self.place.known(who)?;
        let wish = [("kc_action", realm::action(self.place.login))];
        let more = if self.place.is_enrolled(&user) { &wish[..] } else { &[] };
        let led = self.begin(ENROL, more).await?;
        let fields = [("username", user.name.as_str()), ("password", &who.password), ("credentialId", "")];
        let led = self.log_in(led, &fields).await?;
        let (page, answer) = self.expect_page(led)?;
        let Kind::Register { action } = &page.kind else {
            return Err(self.not_the("page that registers a key", &page, &answer));
        };
        let options = page.creation_options()?;
        let options = CreationOptions::from_value(options).map_err(|e| self.unknown(e))?;
        // A name of an algorithm that Keycloak does not know is stored, and then left out here.
        let offered: Vec<i32> = options.pub_key_cred_params.iter().map(|p| p.alg).collect();
        if offered != self.place.algorithms {
            let wanted = &self.place.algorithms;
            return Err(
                self.unknown(format!("the page offers the algorithms {offered:?} instead of {wanted:?}"))
            );
        }
        self.form = Some(Form::Registration { action: action.clone(), user });
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn start_login(&mut self, who: Option<&Account>) -> Result<Offer<RequestOptions>, TargetError> {
        let led = self.begin(LOGIN, &[]).await?;
        let led = match (self.place.login, who) {
            (Login::Usernameless, _) => led,
            (_, None) => {
                return Err(TargetError::Unsupported("this realm asks for a user name first".into()));
            }
            (Login::Passwordless, Some(who)) => {
                let user = self.place.known(who)?;
                self.log_in(led, &[("username", &user.name)]).await?
            }
            (Login::SecondFactor, Some(who)) => {
                let user = self.place.known(who)?;
                let fields =
                    [("username", user.name.as_str()), ("password", &who.password), ("credentialId", "")];
                self.log_in(led, &fields).await?
            }
        };
        let (page, answer) = self.expect_page(led)?;
        let action = match &page.kind {
            Kind::Authenticate { action } => action,
            Kind::Register { .. } => {
                return Err(refused(&answer, Some("the user has no key to log in with".into())));
            }
            _ => return Err(self.not_the("page that asks for a key", &page, &answer)),
        };
        let options = page.request_options()?;
        let options = RequestOptions::from_value(options).map_err(|e| self.unknown(e))?;
        self.form = Some(Form::Login { action: action.clone() });
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn send_registration(&mut self, response: &Value) -> Result<(), TargetError> {
        let Some(Form::Registration { action, user }) = self.form.clone() else {
            return Err(self.unknown("no registration was begun in this session"));
        };
        self.labels += 1;
        let label = format!("AnyKey {:08x}-{}", rand::random::<u32>(), self.labels);
        let transports = response["response"]["transports"].as_array().map(Vec::as_slice).unwrap_or_default();
        let transports: Vec<&str> = transports.iter().filter_map(Value::as_str).collect();
        let transports = transports.join(",");
        let fields = [
            ("clientDataJSON", text(&response["response"]["clientDataJSON"])),
            ("attestationObject", text(&response["response"]["attestationObject"])),
            ("publicKeyCredentialId", text(&response["rawId"])),
            ("authenticatorLabel", &label),
            ("transports", &transports),
            ("authenticatorAttachment", text(&response["authenticatorAttachment"])),
            ("error", ""),
        ];
        self.submit(&action, ENROL, &fields).await?;
        self.place.enrol(&user);
        Ok(())
    }

    async fn send_login(&mut self, response: &Value) -> Result<(), TargetError> {
        let Some(Form::Login { action }) = self.form.clone() else {
            return Err(self.unknown("no login was begun in this session"));
        };
        let code_id = self.code_id();
        let inner = &response["response"];
        let fields = [
            ("clientDataJSON", text(&inner["clientDataJSON"])),
            ("authenticatorData", text(&inner["authenticatorData"])),
            ("signature", text(&inner["signature"])),
            ("credentialId", text(&response["id"])),
            ("userHandle", text(&inner["userHandle"])),
            ("error", ""),
        ];
        match self.submit(&action, LOGIN, &fields).await {
            Err(error) => Err(self.with_reason(code_id, error).await),
            accepted => accepted,
        }
    }

    /// Tells the server the client's error, as the page's script does. The server's complaint about it is no news.
    async fn send_error(&mut self, error: &str) -> Result<(), TargetError> {
        let outcome = match self.form.clone() {
            None => return Ok(()),
            Some(Form::Registration { action, .. }) => {
                let empty = [
                    "clientDataJSON",
                    "attestationObject",
                    "publicKeyCredentialId",
                    "authenticatorLabel",
                    "transports",
                    "authenticatorAttachment",
                ];
                let mut fields: Vec<(&str, &str)> = empty.map(|name| (name, "")).to_vec();
                fields.push(("error", error));
                self.submit(&action, ENROL, &fields).await
            }
            Some(Form::Login { action }) => {
                let empty =
                    ["clientDataJSON", "authenticatorData", "signature", "credentialId", "userHandle"];
                let mut fields: Vec<(&str, &str)> = empty.map(|name| (name, "")).to_vec();
                fields.push(("error", error));
                self.submit(&action, LOGIN, &fields).await
            }
        };
        match outcome {
            Ok(()) => Err(self.unknown("a ceremony was accepted although the client had refused it")),
            Err(TargetError::Refused { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The user whom the server names for the code of the last ceremony, or for the cookies of this user agent.
    async fn identity(&mut self) -> Result<Option<String>, TargetError> {
        let Some(tokens) = self.tokens().await? else { return Ok(None) };
        let bearer = format!("Bearer {}", text(&tokens["access_token"]));
        let url = self.realm_url("protocol/openid-connect/userinfo")?;
        let headers = [(header::AUTHORIZATION, bearer.as_str())];
        let answer = self.agent.send(Method::GET, url.as_str(), &headers, Body::Empty).await?;
        let info = answer.json()?;
        match info["preferred_username"].as_str() {
            Some(name) => Ok(Some(self.place.account_of(name))),
            None => Err(self.unknown(format!("no user name at userinfo: HTTP {}", answer.status))),
        }
    }

    /// Tokens for the code of the last ceremony, or for the cookies of this user agent; `None`: nobody is logged in.
    async fn tokens(&mut self) -> Result<Option<Value>, TargetError> {
        let (client, code) = match self.code.take() {
            Some(found) => found,
            None => match self.authorize(WHOAMI, &[("prompt", "none")]).await? {
                Led::Done(url) => match query(&url, "code") {
                    Some(code) => (WHOAMI, code),
                    None => return Ok(None),
                },
                Led::Page(page, answer) => return Err(self.not_the("word who is logged in", &page, &answer)),
            },
        };
        let done = self.done()?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", &code),
            ("redirect_uri", done.as_str()),
        ];
        let url = self.realm_url("protocol/openid-connect/token")?;
        let answer = self.agent.post(url.as_str(), Body::Form(&form)).await?;
        let tokens = answer.json()?;
        if tokens["access_token"].is_string() {
            return Ok(Some(tokens));
        }
        Err(self.unknown(format!("no token for the code of the login: HTTP {}", answer.status)))
    }

    async fn end_session(&mut self) -> Result<(), TargetError> {
        let Some(tokens) = self.tokens().await? else { return Ok(()) };
        let mut url = self.realm_url("protocol/openid-connect/logout")?;
        url.query_pairs_mut().append_pair("id_token_hint", text(&tokens["id_token"]));
        let answer = self.agent.get(url.as_str()).await?;
        match answer.status {
            200..400 => Ok(()),
            _ => Err(self.unknown(format!("logging out is answered with HTTP {}", answer.status))),
        }
    }

    fn realm_url(&self, path: &str) -> Result<Url, TargetError> {
        let path = format!("realms/{}/{path}", self.place.realm);
        self.agent.base().join(&path).map_err(|e| self.unknown(e))
    }

    fn done(&self) -> Result<Url, TargetError> {
        done_url(self.agent.base()).map_err(|e| self.unknown(e))
    }

    /// What was seen, with the way that led there.
    fn unknown(&self, what: impl std::fmt::Display) -> TargetError {
        let trail: Vec<String> = self.agent.trail().map(ToString::to_string).collect();
        TargetError::Unknown(format!("Keycloak: {what} [{}]", trail.join(", ")))
    }
}

impl Session for KeycloakSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        Box::pin(self.start_registration(who))
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.send_registration(response))
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        Box::pin(self.start_login(who))
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        Box::pin(self.send_login(response))
    }

    fn client_refused<'a>(&'a mut self, error: &'a str) -> TargetResult<'a, ()> {
        Box::pin(self.send_error(error))
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        Box::pin(self.end_session())
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        Box::pin(self.identity())
    }
}

/// Where Keycloak sends the user agent at the end.
pub(super) fn done_url(base: &Url) -> Result<Url, url::ParseError> {
    base.join(DONE)
}

pub(super) fn code_id(cookie: &str) -> Option<String> {
    let bare = cookie.split('.').next()?;
    let decoded = URL_SAFE_NO_PAD.decode(bare).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(text) if text.contains('.') => text.split('.').next().map(str::to_owned),
        _ => Some(bare.to_owned()),
    }
}

fn refused(answer: &Answer, reason: Option<String>) -> TargetError {
    TargetError::Refused { status: answer.status, reason, body: answer.body.to_vec() }
}

/// The error that Keycloak hands to the client in its redirect.
fn client_error(url: &Url) -> Option<String> {
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

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A string of the response, empty for anything else: a form knows nothing else.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
