//! defguard's API: its answers told apart, and what its admin asks.

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::error::DefguardError;
use crate::admin::AdminLogin;
use crate::http::{Agent, Answer, Body, Endpoint, HeaderName, HttpError, Method, header};
use crate::target::TargetError;

/// Requests need one: logins without it are answered with HTTP 400.
const HEADERS: [(HeaderName, &str); 1] = [(header::USER_AGENT, "anykey")];

/// Sends a request as the web front end would.
pub(super) async fn send(
    agent: &mut Agent,
    method: Method,
    path: &str,
    body: Body<'_>,
) -> Result<Answer, HttpError> {
    agent.send(method, path, &HEADERS, body).await
}

/// A key of a user as the API lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// The row.
    pub(super) id: i64,
    /// The name that it was registered under.
    pub(super) name: String,
}

/// What the admin asks.
#[derive(Debug)]
pub(super) struct Admin {
    login: AdminLogin,
    is_dialect: bool,
    agent: Mutex<Agent>,
}

impl Admin {
    /// Logs the admin in.
    pub(super) async fn enter(at: &Endpoint, login: AdminLogin) -> Result<Self, DefguardError> {
        let mut agent = at.agent();
        let entered = Self::log_in(&mut agent, &login).await.map_err(|why| match why {
            Refused::Http(error) => DefguardError::Http(error),
            Refused::Said(why) => DefguardError::Admin { url: at.base.to_string(), why },
        })?;
        let is_dialect = entered.dialect().is_some();
        Ok(Self { login, is_dialect, agent: Mutex::new(agent) })
    }

    /// Whether it is our own dialect that answers.
    pub(super) fn is_dialect(&self) -> bool {
        self.is_dialect
    }

    /// The admin's login.
    pub(super) fn login(&self) -> &AdminLogin {
        &self.login
    }

    async fn log_in(agent: &mut Agent, login: &AdminLogin) -> Result<Answer, Refused> {
        agent.jar_mut().clear();
        let body = json!({ "username": login.user, "password": login.password });
        let answer = send(agent, Method::POST, "api/v1/auth", Body::Json(&body)).await?;
        match answer.status {
            200 if agent.jar().value(COOKIE).is_some() => Ok(answer),
            200 => Err(Refused::Said(
                "its session cookie is for another host: give the URL that stands in defguard's settings"
                    .to_owned(),
            )),
            201 => Err(Refused::Said(format!(
                "`{}` is asked for a second factor; the bench needs an admin without one",
                login.user
            ))),
            404 | 405 => Err(Refused::Said(
                "there is no login there: it is no defguard, or its setup wizard is not finished".to_owned(),
            )),
            401 => Err(Refused::Said(format!("`{}` is refused: wrong name or password", login.user))),
            _ => Err(Refused::Said(match limited(&answer) {
                Some(why) => why,
                None => format!("the login was answered with HTTP {}: {}", answer.status, answer.start()),
            })),
        }
    }

    /// One request; the session is renewed where it has ended.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Answer, TargetError> {
        // Requests of several cases go out at the same time, each with the cookies of the one session.
        let mut agent = self.agent.lock().await.clone();
        let answer = send(&mut agent, method.clone(), path, body).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let mut own = self.agent.lock().await;
        Self::log_in(&mut own, &self.login).await.map_err(|why| match why {
            Refused::Http(error) => error.into(),
            Refused::Said(why) => TargetError::Unknown(format!("the admin's session has ended, and {why}")),
        })?;
        Ok(send(&mut own, method, path, body).await?)
    }

    async fn json(&self, path: &str) -> Result<Value, TargetError> {
        let answer = self.ask(Method::GET, path, Body::Empty).await?;
        match answer.status {
            200 => Ok(answer.json()?),
            _ => Err(unexpected("the admin's answer", &Method::GET, &answer)),
        }
    }

    async fn act(&self, method: Method, path: &str, body: Body<'_>) -> Result<(), TargetError> {
        let answer = self.ask(method.clone(), path, body).await?;
        if answer.is_success() { Ok(()) } else { Err(unexpected("an act of the admin's", &method, &answer)) }
    }

    /// The settings of the server.
    pub(super) async fn settings(&self) -> Result<Value, TargetError> {
        self.json("api/v1/settings").await
    }

    /// What it says of its version.
    pub(super) async fn version(&self) -> Result<Option<String>, TargetError> {
        let info = self.json("api/v1/info").await?;
        Ok(info["version"].as_str().map(str::to_owned))
    }

    /// Sets the URL under which the server knows itself.
    pub(super) async fn set_url(&self, url: &str) -> Result<(), TargetError> {
        let body = json!({ "defguard_url": url });
        self.act(Method::PATCH, "api/v1/settings", Body::Json(&body)).await
    }

    /// The names of all users.
    pub(super) async fn users(&self) -> Result<Vec<String>, TargetError> {
        let mut names = Vec::new();
        let mut page = 1;
        loop {
            let all = self.json(&format!("api/v1/user?page={page}")).await?;
            let users = all["data"].as_array();
            let users = users.ok_or_else(|| TargetError::Unknown("the list of users is none".to_owned()))?;
            names.extend(users.iter().filter_map(|user| user["username"].as_str()).map(str::to_owned));
            match all["pagination"]["next_page"].as_u64() {
                Some(next) if next > page => page = next,
                _ => return Ok(names),
            }
        }
    }

    /// Makes a user.
    pub(super) async fn make_user(&self, name: &str, password: &str) -> Result<(), TargetError> {
        let body = json!({
            "username": name,
            "first_name": "AnyKey",
            "last_name": "Test",
            "email": format!("{name}@anykey.test"),
            "phone": null,
            "password": password,
        });
        self.act(Method::POST, "api/v1/user", Body::Json(&body)).await
    }

    /// Removes a user and all it has.
    pub(super) async fn remove_user(&self, name: &str) -> Result<(), TargetError> {
        self.act(Method::DELETE, &format!("api/v1/user/{name}"), Body::Empty).await
    }

    /// A user's keys.
    pub(super) async fn keys(&self, name: &str) -> Result<Vec<Listed>, TargetError> {
        let user = self.json(&format!("api/v1/user/{name}")).await?;
        let keys = user["security_keys"].as_array();
        let keys =
            keys.ok_or_else(|| TargetError::Unknown(format!("the user `{name}` has no list of keys")))?;
        let read =
            |key: &Value| Some(Listed { id: key["id"].as_i64()?, name: key["name"].as_str()?.to_owned() });
        keys.iter()
            .map(|key| {
                read(key).ok_or_else(|| TargetError::Unknown(format!("a key without id or name: {key}")))
            })
            .collect()
    }

    /// Takes a key from a user.
    pub(super) async fn remove_key(&self, name: &str, id: i64) -> Result<(), TargetError> {
        self.act(Method::DELETE, &format!("api/v1/user/{name}/security_key/{id}"), Body::Empty).await
    }

    /// Takes all factors but the password from a user.
    pub(super) async fn remove_factors(&self, name: &str) -> Result<(), TargetError> {
        self.act(Method::DELETE, &format!("api/v1/user/{name}/mfa"), Body::Empty).await
    }
}

const COOKIE: &str = "defguard_session";

/// Why the admin is not let in.
enum Refused {
    Http(HttpError),
    Said(String),
}

impl From<HttpError> for Refused {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// What `{"msg": ...}` says.
pub(super) fn message(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body["msg"].as_str().map(str::to_owned)
}

/// A lock-out or a rate limit, with the setting that lifts it: no word on keys.
pub(super) fn limited(answer: &Answer) -> Option<String> {
    if answer.status != 429 {
        return None;
    }
    Some(match message(answer) {
        Some(said) if said.contains("login attempts") => format!(
            "the user is locked out after failed logins (`{said}`): it ends by itself after five minutes, or when defguard starts anew"
        ),
        _ => "the rate is limited (HTTP 429): set DEFGUARD_RATELIMIT_PERSECOND=0 and DEFGUARD_RATELIMIT_BURST=0, lift the limit of \
              a proxy before it, or use --jobs 1"
            .to_owned(),
    })
}

/// The server's decision against it.
pub(super) fn refusal(answer: &Answer) -> TargetError {
    TargetError::refused(answer, said(answer))
}

/// What is neither acceptance nor refusal.
pub(super) fn unexpected(expected: &str, method: &Method, answer: &Answer) -> TargetError {
    match limited(answer) {
        Some(why) => TargetError::Unknown(why),
        None => TargetError::unexpected(expected, method, answer),
    }
}

/// The server's words: those of its JSON, or a text as it is.
fn said(answer: &Answer) -> Option<String> {
    message(answer).or_else(|| {
        let is_text = answer.content_type().is_some_and(|kind| kind == "text/plain");
        is_text.then(|| answer.start()).filter(|text| !text.is_empty())
    })
}
