//! The servers that are built in, each an entry of one list.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use thiserror::Error;
use url::Url;

use crate::admin::AdminLogin;
use crate::http::HttpClient;
use crate::serving::Running;
use crate::target::Target;
use crate::transcript::Reading;

/// A server that is built in: how the bench comes to one.
pub struct BuiltIn {
    /// `keycloak`: what `--target` and a scenario's `[server]` name.
    pub name: &'static str,
    /// `Keycloak`: for people.
    pub product: &'static str,
    /// What is started, for people: `a distribution (directory, .zip or .tar.gz)`.
    pub artefact: &'static str,
    /// `ANYKEY_KEYCLOAK`: the environment variable that names what is started. With `_ADMIN`, `_PASSWORD` and `_PASSWORD_FILE`
    /// behind it: the login of the admin of a server that runs already.
    pub variable: &'static str,
    /// Whether nothing can be done with a server that runs already without the login of its admin.
    pub needs_admin: bool,
    /// Members (strings) of a target file beside those that every server has. They come as [`Open::settings`].
    pub members: &'static [&'static str],
    /// What there is to say to a person who waits for a start.
    pub patience: &'static str,
    /// Starts what is at that path on this machine; it is gone with the target.
    pub start: fn(PathBuf, Open) -> Opening,
    /// Takes a server that runs already.
    pub attach: fn(Url, Option<AdminLogin>, Open) -> Opening,
    /// The server's dialect, if it has one.
    pub dialect: Option<Dialect>,
}

/// A server of our own that speaks as another server does.
pub struct Dialect {
    /// The version whose behaviour it has.
    pub version: &'static str,
    /// How its answers are compared with the real server's.
    pub reading: Reading,
    /// Starts one in this process, and the server's own target on it; it is gone with the target.
    pub target: fn(Open) -> Opening,
    /// Starts one for others.
    pub serve: fn(SocketAddr) -> BoxFuture<'static, Result<Served, OpenError>>,
}

/// What targets are opened with.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Trust anchors for attestation, DER certificates.
    pub anchors: Vec<Vec<u8>>,
    /// The connections of all user agents, with what looks on them.
    pub client: HttpClient,
    /// What a target file says beyond what every server has; the names are among [`BuiltIn::members`].
    pub settings: BTreeMap<String, String>,
}

/// A target that is on its way.
pub type Opening = BoxFuture<'static, Result<Box<dyn Target>, OpenError>>;

/// A dialect that runs, and what its user has to know.
#[derive(Debug)]
pub struct Served {
    /// It stops when this is dropped.
    pub running: Running,
    /// The URL to be used.
    pub url: Url,
    /// What else there is to tell, `admin` and its login: a word and a text each.
    pub told: Vec<(&'static str, String)>,
}

/// Why there is no server to drive.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct OpenError {
    /// What was given is wrong; otherwise the server is not to be had.
    pub is_usage: bool,
    /// What, where, and what to do.
    pub message: String,
}

impl OpenError {
    /// What was given is wrong.
    pub fn usage(what: impl ToString) -> Self {
        Self { is_usage: true, message: what.to_string() }
    }

    /// The server is not to be had.
    pub fn server(what: impl ToString) -> Self {
        Self { is_usage: false, message: what.to_string() }
    }
}

/// What came of opening a target, for whoever wanted it.
pub(crate) fn opened<E: Into<OpenError>>(
    outcome: Result<impl Target + 'static, E>,
) -> Result<Box<dyn Target>, OpenError> {
    match outcome {
        Ok(target) => Ok(Box::new(target)),
        Err(error) => Err(error.into()),
    }
}

/// All of them.
pub static ALL: &[&BuiltIn] = &[
    &crate::keycloak::BUILT_IN,
    &crate::authelia::BUILT_IN,
    &crate::defguard::BUILT_IN,
    &crate::twofauth::BUILT_IN,
];

/// The server of that name.
pub fn find(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().copied().find(|server| server.name == name)
}

impl std::fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BuiltIn").field(&self.name).finish()
    }
}

impl PartialEq for BuiltIn {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for BuiltIn {}
