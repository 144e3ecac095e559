//! The bench's side of the reference server's API, the same for the embedded one and for one at a URL.

use std::fmt::Display;

use futures_util::FutureExt;
use http::Method;
use plan::Policy;
use plan::policy::Login;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;
use webauthn::{Base64Url, CreationOptions, DictionaryError, RequestOptions};

use super::answer::ErrorBody;
use super::flaws::Flaw;
use super::site::{Listed, Whoami};
use super::sites::NewSite;
use crate::http::{Agent, Answer, Body, HttpClient};
use crate::serving::Running;
use crate::target::{
    Account, Capabilities, CredentialRecord, Offer, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};

/// How the server calls itself.
pub(super) const SERVER: &str = "anykey-reference";

/// A reference server, embedded or at a URL.
#[derive(Debug)]
pub struct ReferenceTarget {
    url: Url,
    version: String,
    flaws: Vec<Flaw>,
    client: HttpClient,
    /// Embedded: runs as long as the target does.
    running: Option<Running>,
}

/// `GET api/info`, as far as it matters here.
#[derive(Deserialize)]
struct Info {
    server: String,
    version: String,
    site: InfoSite,
}

#[derive(Deserialize)]
struct InfoSite {
    flaws: Vec<Flaw>,
}

impl ReferenceTarget {
    /// Takes over a server of this process.
    ///
    /// # Errors
    /// It does not answer as it should.
    pub async fn embedded(running: Running) -> Result<Self, TargetError> {
        let target = Self::at(running.url()).await?;
        Ok(Self { running: Some(running), ..target })
    }

    /// Attaches to a server at a base URL. Whether one may send there is the caller's question.
    ///
    /// # Errors
    /// Nobody answers, or not a reference server.
    pub async fn at(url: Url) -> Result<Self, TargetError> {
        let client = HttpClient::new();
        let mut agent = Agent::with_client(url, client.clone());
        let answer = agent.get("api/info").await?;
        let info: Info = parsed(&answer)?;
        if info.server != SERVER {
            return Err(unknown(format!("{} is `{}`, no reference server", answer.url, info.server)));
        }
        let url = agent.base().clone();
        Ok(Self { url, version: info.version, flaws: info.site.flaws, client, running: None })
    }

    /// The flaws that are on.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// Ends an embedded server in good order; one at a URL goes on.
    pub async fn stop(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }

    async fn make_site(&self, wish: SiteWish<'_>) -> Result<ReferenceSite, TargetError> {
        let body = NewSite {
            policy: wish.policy.clone(),
            seed: Some(Base64Url(wish.seed.to_vec())),
            anchors: wish.anchors.iter().map(|anchor| Base64Url(anchor.clone())).collect(),
            ..NewSite::default()
        };
        let body = serde_json::to_value(body).map_err(|e| unknown(format!("the site's wish: {e}")))?;
        let mut agent = Agent::with_client(self.url.clone(), self.client.clone());
        let made: MadeSite = parsed(&agent.post("api/sites", Body::Json(&body)).await?)?;
        let base = self.url.join(&format!("sites/{}/api/", made.id));
        let base = base.map_err(|e| unknown(format!("the id of the new site, `{}`: {e}", made.id)))?;
        let admin = Mutex::new(Agent::with_client(base.clone(), self.client.clone()));
        Ok(ReferenceSite { base, client: self.client.clone(), admin, made })
    }
}

impl Target for ReferenceTarget {
    fn name(&self) -> &str {
        "reference"
    }

    fn url(&self) -> String {
        self.url.to_string()
    }

    fn version(&self) -> Option<String> {
        Some(self.version.clone())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            policy: true,
            second_factor: true,
            passwordless: true,
            usernameless: true,
            credentials: true,
        }
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        async move { Ok(Box::new(self.make_site(wish).await?) as Box<dyn Site>) }.boxed()
    }
}

/// The answer to `POST api/sites`.
#[derive(Debug, Deserialize)]
struct MadeSite {
    id: String,
    origin: String,
    rp_id: String,
    policy: Policy,
}

#[derive(Debug)]
struct ReferenceSite {
    base: Url,
    client: HttpClient,
    /// One at a time: what the bench asks beside the ceremonies is rare.
    admin: Mutex<Agent>,
    made: MadeSite,
}

impl ReferenceSite {
    async fn ask(&self, method: Method, path: &str, body: Body<'_>) -> Result<Answer, TargetError> {
        let answer = self.admin.lock().await.send(method, path, &[], body).await?;
        accepted(&answer)?;
        Ok(answer)
    }
}

impl Site for ReferenceSite {
    fn origin(&self) -> String {
        self.made.origin.clone()
    }

    fn rp_id(&self) -> String {
        self.made.rp_id.clone()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        async move {
            let body = json!({ "name": who.name, "password": who.password });
            self.ask(Method::POST, "accounts", Body::Json(&body)).await.map(drop)
        }
        .boxed()
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        async move {
            let path = format!("accounts/{}", segment(&who.name));
            self.ask(Method::DELETE, &path, Body::Empty).await.map(drop)
        }
        .boxed()
    }

    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        async move {
            let agent = Agent::with_client(self.base.clone(), self.client.clone());
            let session = ReferenceSession { agent, login: self.made.policy.login, password_of: None };
            Ok(Box::new(session) as Box<dyn Session>)
        }
        .boxed()
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        async move {
            let path = format!("accounts/{}/credentials", segment(&who.name));
            let answer = self.ask(Method::GET, &path, Body::Empty).await?;
            let listed: Vec<Listed> = parsed(&answer)?;
            listed.into_iter().map(record).collect()
        }
        .boxed()
    }

    fn set_policy<'a>(&'a self, policy: &'a Policy) -> TargetResult<'a, ()> {
        async move {
            let body = serde_json::to_value(policy).map_err(|e| unknown(format!("the policy: {e}")))?;
            let path = format!("/api/sites/{}/policy", segment(&self.made.id));
            self.ask(Method::PUT, &path, Body::Json(&body)).await.map(drop)
        }
        .boxed()
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        async move {
            let id = webauthn::bytes::encode(id);
            let path = format!("accounts/{}/credentials/{id}", segment(&who.name));
            self.ask(Method::DELETE, &path, Body::Empty).await.map(drop)
        }
        .boxed()
    }
}

#[derive(Debug)]
struct ReferenceSession {
    agent: Agent,
    login: Login,
    /// Whose password this session gave.
    password_of: Option<String>,
}

impl ReferenceSession {
    async fn give_password(&mut self, who: &Account) -> Result<(), TargetError> {
        if self.password_of.as_ref() == Some(&who.name) {
            return Ok(());
        }
        let body = json!({ "name": who.name, "password": who.password });
        accepted(&self.agent.post("login/password", Body::Json(&body)).await?)?;
        self.password_of = Some(who.name.clone());
        Ok(())
    }

    async fn offer<T>(
        &mut self,
        path: &str,
        body: Value,
        read: fn(&[u8]) -> Result<T, DictionaryError>,
    ) -> Result<Offer<T>, TargetError> {
        let answer = self.agent.post(path, Body::Json(&body)).await?;
        accepted(&answer)?;
        let options = read(&answer.body).map_err(|e| not_due(&answer, e))?;
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn send(&mut self, path: &str, response: &Value) -> Result<(), TargetError> {
        let answer = self.agent.post(path, Body::Json(response)).await?;
        parsed::<Decision>(&answer).map(drop)
    }
}

/// What an accepted ceremony's answer has to have.
#[derive(Deserialize)]
struct Decision {
    #[serde(rename = "user")]
    _user: String,
}

impl Session for ReferenceSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        async move {
            self.give_password(who).await?;
            self.offer("registration/options", json!({}), CreationOptions::from_slice).await
        }
        .boxed()
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        self.send("registration/verify", response).boxed()
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        async move {
            let body = match (self.login, who) {
                // Where the key tells who it is, the page has no field for a name.
                (Login::Usernameless, _) | (_, None) => json!({}),
                (Login::Passwordless, Some(who)) => json!({ "name": who.name }),
                (Login::SecondFactor, Some(who)) => {
                    self.give_password(who).await?;
                    json!({ "name": who.name })
                }
            };
            self.offer("login/options", body, RequestOptions::from_slice).await
        }
        .boxed()
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        self.send("login/verify", response).boxed()
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        async move {
            self.password_of = None;
            accepted(&self.agent.post("logout", Body::Json(&json!({}))).await?)
        }
        .boxed()
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        async move { parsed::<Whoami>(&self.agent.get("whoami").await?).map(|whoami| whoami.user) }.boxed()
    }
}

/// Sorts an answer: accepted, refused in the server's own words, or nothing that can be relied on.
fn accepted(answer: &Answer) -> Result<(), TargetError> {
    if answer.is_success() {
        return Ok(());
    }
    let said = serde_json::from_slice::<ErrorBody>(&answer.body);
    match said {
        Ok(ErrorBody { error }) if (400..500).contains(&answer.status) => {
            Err(TargetError::refused(answer, Some(format!("{}: {}", error.check, error.message))))
        }
        Ok(ErrorBody { error }) => {
            Err(unknown(format!("{} answered HTTP {}: {}", answer.url, answer.status, error.message)))
        }
        Err(_) => Err(not_due(answer, "its errors are JSON with `error.check`")),
    }
}

/// The answer as that type.
fn parsed<T: DeserializeOwned>(answer: &Answer) -> Result<T, TargetError> {
    accepted(answer)?;
    serde_json::from_slice(&answer.body).map_err(|e| not_due(answer, e))
}

fn not_due(answer: &Answer, why: impl Display) -> TargetError {
    let kind = answer.content_type().unwrap_or_else(|| "no content type".to_owned());
    unknown(format!(
        "{} answered HTTP {} with {kind}, which is not what the reference server's API answers ({why}): `{}`; is this \
         an `anykey serve`, or something in front of it?",
        answer.url,
        answer.status,
        answer.start(),
    ))
}

fn unknown(why: String) -> TargetError {
    TargetError::Unknown(why)
}

fn record(listed: Listed) -> Result<CredentialRecord, TargetError> {
    let id = Base64Url::decode(&listed.id).map_err(|why| unknown(format!("a listed credential id {why}")))?;
    Ok(CredentialRecord { id: id.0, sign_count: Some(listed.sign_count), aaguid: Some(listed.aaguid) })
}

/// A name as one segment of a path.
fn segment(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            // A dot too: a segment of dots alone would be resolved away.
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests;
