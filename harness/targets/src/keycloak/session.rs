//! One user agent on Keycloak's pages.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use plan::policy::Login;
use serde_json::Value;
use webauthn::{CreationOptions, RequestOptions};

use super::browse::refused;
use super::page::Kind;
use super::realm::{self, ENROL, LOGIN};
use super::site::{Known, Place};
use crate::http::Agent;
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

/// The name of the cookie of the authentication session.
const SESSION_COOKIE: &str = "AUTH_SESSION_ID";

/// One user agent. Each ceremony begins with empty cookies, as in a new private window: Keycloak would otherwise mix the
/// login that leads to a registration with the login that is tested.
#[derive(Debug)]
pub(super) struct KeycloakSession {
    pub(super) place: Arc<Place>,
    pub(super) agent: Agent,
    /// The form of the ceremony; stays after it was sent, so that it can be sent twice.
    pub(super) form: Option<Form>,
    /// The code that the last ceremony ended with, and the client it is for.
    pub(super) code: Option<(&'static str, String)>,
    labels: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Registration { action: String, user: Known },
    Login { action: String },
}

impl KeycloakSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let server = &place.server;
        let agent = Agent::with_client(server.base.clone(), server.client.clone()).timeout(server.timeout);
        Self { place, agent, form: None, code: None, labels: 0 }
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

pub(super) fn code_id(cookie: &str) -> Option<String> {
    let bare = cookie.split('.').next()?;
    let decoded = URL_SAFE_NO_PAD.decode(bare).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(text) if text.contains('.') => text.split('.').next().map(str::to_owned),
        _ => Some(bare.to_owned()),
    }
}

/// A string of the response, empty for anything else: a form knows nothing else.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
