//! One user agent on Keycloak's pages.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use webauthn::{CreationOptions, RequestOptions};

use super::event;
use super::realm::{ENROL, LOGIN};
use super::site::{Known, Place};
use super::wish::Labels;
use crate::http::Agent;
use crate::target::{Account, Offer, Session, TargetError, TargetResult};

/// The label that Keycloak's page proposes.
const PROPOSED: &str = "Passkey (Default Label)";
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
    /// What was seen beside the answers.
    pub(super) seen: Vec<String>,
    labels: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Registration { action: String, user: Known },
    Login { action: String },
}

impl KeycloakSession {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let agent = place.server.at.agent();
        Self { place, agent, form: None, code: None, seen: Vec::new(), labels: 0 }
    }

    /// Looks the ceremony up in the realm's events: they say who was right, and the reason of a refused login stands there only.
    async fn with_event(
        &mut self,
        types: [&str; 2],
        code_id: Option<String>,
        outcome: Result<(), TargetError>,
    ) -> Result<(), TargetError> {
        let decided = matches!(outcome, Ok(()) | Err(TargetError::Refused { .. }));
        let Some(code_id) = code_id.filter(|_| decided) else { return outcome };
        let found = self.place.server.admin.event(&self.place.realm, types, &code_id).await?;
        let Some(event) = found else { return outcome };
        self.seen.push(event.sentence());
        match outcome {
            Ok(()) if event.error.is_some() => Err(self
                .unknown(format!("the user agent was led on as if all were well, but {}", event.sentence()))),
            Err(TargetError::Refused { status, reason, body }) => {
                let why = event.why().map(str::to_owned);
                let reason = match (reason, why) {
                    (Some(page), Some(why)) if page.contains(&why) => Some(page),
                    (Some(page), Some(why)) => Some(format!("{page} ({why})")),
                    (page, why) => page.or(why),
                };
                Err(TargetError::Refused { status, reason, body })
            }
            other => other,
        }
    }

    /// The id of the authentication session, which events call `code_id`: the cookie is base64url of `ID.SIGNATURE`,
    /// in older versions `ID.ROUTE` as it is.
    fn code_id(&self) -> Option<String> {
        let cookie = self.agent.jar().value(SESSION_COOKIE)?;
        code_id(cookie)
    }

    async fn send_registration(&mut self, response: &Value) -> Result<(), TargetError> {
        let Some(Form::Registration { action, user }) = self.form.clone() else {
            return Err(self.unknown("no registration was begun in this session"));
        };
        self.labels += 1;
        let label = match self.place.wish.labels {
            Labels::Distinct => format!("AnyKey {:08x}-{}", rand::random::<u32>(), self.labels),
            Labels::Proposed => PROPOSED.to_owned(),
        };
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
        let code_id = self.code_id();
        let outcome = self.submit(&action, ENROL, &fields).await;
        self.with_event(event::REGISTRATION, code_id, outcome).await?;
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
        let outcome = self.submit(&action, LOGIN, &fields).await;
        self.with_event(event::LOGIN, code_id, outcome).await
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

    fn login_without_key<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, ()> {
        Box::pin(self.enter(who))
    }

    fn seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
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
