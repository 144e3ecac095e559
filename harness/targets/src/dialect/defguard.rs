//! A dialect of defguard 2.0.1: its API as far as the web front end registers keys and logs in, and as far as its admin makes users.
//!
//! What is known of the real server was seen on it, in runs of all scenarios; see `tests/transcripts/defguard.json`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use url::Url;

use crate::admin::AdminLogin;
use crate::http::localhost;
use crate::process::random_password;
use crate::serving::{Place, Running, StartError};
use crate::transcript::Reading;

mod accounts;
mod answer;
mod ceremonies;
mod login;
mod routes;
mod state;
mod users;
mod verify;

use state::State;

/// The version whose behaviour it has.
pub(crate) const VERSION: &str = "2.0.1";

/// How its answers are compared with the real server's.
pub(crate) const READING: Reading = Reading {
    routes: &[
        "/api/v1/user/{username}",
        "/api/v1/user/{username}/mfa",
        "/api/v1/user/{username}/security_key/{id}",
    ],
    literals: &["msg", "mfa_method"],
};

/// A dialect that runs, with the login of its admin and its URL, `http://localhost:PORT/`.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) running: Running,
    pub(crate) url: Url,
    pub(crate) admin: AdminLogin,
}

/// Starts it.
///
/// # Errors
/// The address cannot be listened on.
pub(crate) async fn start(listen: SocketAddr) -> Result<Started, StartError> {
    let place = Place::listen(listen).await?;
    let url = localhost(place.address().port());
    let admin = AdminLogin { user: "admin".to_owned(), password: format!("{}-Aa1", random_password()) };
    let state = State::new(url.origin().ascii_serialization(), &admin);
    let router = routes::router(Arc::new(Mutex::new(state)));
    Ok(Started { running: super::serve(place, "defguard", router), url, admin })
}
