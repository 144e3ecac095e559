//! The table of requests and keys on which browsers and the client model are compared: `tests/browsers/table.toml`.

use std::collections::BTreeMap;
use std::fmt;

use plan::Policy;
use plan::policy::Requirement;
use serde::Deserialize;

/// The whole table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The keys.
    pub key: Vec<Key>,
    /// The requests, in the order in which they are made.
    pub request: Vec<Request>,
}

/// A key that is plugged in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Key {
    /// What the requests call it.
    pub name: String,
    /// The model, as `anykey keys` lists it.
    pub model: String,
    /// The PIN that is set.
    pub pin: Option<String>,
    /// Vendor and product that the operating system sees instead of the model's: `1209:0004`.
    pub vid_pid: Option<String>,
}

/// What a page asks, and what comes of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Request {
    /// Its name, unique.
    pub name: String,
    /// Another request, which comes to the same with each key and browser.
    pub like: Option<String>,
    /// Registration or login.
    pub ceremony: Ceremony,
    /// The server's policy, as far as it is not the default.
    #[serde(default)]
    pub policy: Policy,
    /// At login: the user verification that the page asks for, where it is not the policy's.
    pub user_verification: Option<Requirement>,
    /// Accounts that have a credential on the key before, resident where the key can.
    #[serde(default)]
    pub before: Vec<String>,
    /// What the person at the browser does.
    #[serde(default)]
    pub person: Person,
    /// What comes of it with each key, by the client model.
    pub expect: BTreeMap<String, Outcome>,
    /// Where Chromium differs from the model.
    #[serde(default)]
    pub chromium: BTreeMap<String, Outcome>,
    /// Where Firefox differs from the model.
    #[serde(default)]
    pub firefox: BTreeMap<String, Outcome>,
    /// Why browsers differ.
    pub why: Option<String>,
}

/// A ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ceremony {
    /// `navigator.credentials.create()`.
    Create,
    /// `navigator.credentials.get()`.
    Get,
}

/// What the person at the browser does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Person {
    /// Goes along: types the PIN, takes the first account.
    #[default]
    Willing,
    /// Cancels the first question.
    Cancels,
}

/// What comes of a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Outcome {
    /// Client, key and server accept.
    Accepted,
    /// The page sees this DOM error; the key was used for nothing.
    Client(String),
    /// The page sees this DOM error; it was the key that refused, or the user who gave a sign at the key first.
    Key(String),
    /// Client and key accept, and the server refuses by this check.
    Server(String),
}

impl TryFrom<String> for Outcome {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once(": ");
        Ok(match parts {
            None if text == "accepted" => Self::Accepted,
            Some(("client", name)) => Self::Client(name.to_owned()),
            Some(("key", name)) => Self::Key(name.to_owned()),
            Some(("server", check)) => Self::Server(check.to_owned()),
            _ => {
                return Err(format!(
                    "`{text}` is none of accepted, client: ERROR, key: ERROR, server: CHECK"
                ));
            }
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.pad("accepted"),
            Self::Client(name) => write!(f, "client: {name}"),
            Self::Key(name) => write!(f, "key: {name}"),
            Self::Server(check) => write!(f, "server: {check}"),
        }
    }
}

/// A browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Chromium, driven by its DevTools protocol.
    Chromium,
    /// Firefox, driven by WebDriver BiDi.
    Firefox,
}

impl Browser {
    /// `chromium` or `firefox`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }
}

impl Request {
    /// Where the browser differs from the model.
    pub fn differences(&self, browser: Browser) -> &BTreeMap<String, Outcome> {
        match browser {
            Browser::Chromium => &self.chromium,
            Browser::Firefox => &self.firefox,
        }
    }

    /// What is expected of the browser with this key; `None`: the request is not made with it.
    pub fn expected(&self, browser: Browser, key: &Key) -> Option<&Outcome> {
        let model = self.expect.get(&key.name)?;
        Some(self.differences(browser).get(&key.name).unwrap_or(model))
    }
}

impl Table {
    /// The table of the project.
    ///
    /// # Panics
    /// It is not as it should be.
    pub fn read() -> Self {
        toml::from_str(include_str!("table.toml")).expect("tests/browsers/table.toml")
    }
}
