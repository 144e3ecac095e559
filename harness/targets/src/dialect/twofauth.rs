//! 2FAuth 8.0.1 as its users' browsers meet it. Its own code was not read: routes, answers and deviations are as observed, in
//! `tests/transcripts/2fauth.json` and in the runs that `docs/2fauth.md` tells of.

mod accounts;
mod api;
mod call;
mod keys;
mod login;
mod origin;
mod recovery;
mod registration;
mod reply;
mod routes;
mod state;
mod throttle;
mod user;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use url::Url;

use self::state::State;
use crate::http::localhost;
use crate::locked::locked;
use crate::serving::{Place, Running, StartError};

/// The version whose behaviour it has.
pub(crate) const VERSION: &str = "8.0.1";

/// A dialect that runs; it stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Dialect {
    running: Running,
    shared: Shared,
}

/// What handlers share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    state: Arc<Mutex<State>>,
    site: Arc<Site>,
}

/// What an environment decides of the real server.
#[derive(Debug)]
pub(super) struct Site {
    /// `APP_URL`, with a slash at its end.
    base: Url,
    /// `WEBAUTHN_ID`.
    rp_id: Option<String>,
    /// Where the mail goes, as the real one's goes to its log.
    folder: TempDir,
}

impl Site {
    /// The RP ID that responses are held against.
    fn rp_id(&self) -> &str {
        self.rp_id.as_deref().or(self.base.host_str()).unwrap_or_default()
    }

    /// The file that the mail goes to.
    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail.log")
    }
}

impl Dialect {
    /// Starts one.
    ///
    /// # Errors
    /// The address cannot be listened on, or there is no place for its mail.
    pub(crate) async fn start(listen: SocketAddr, rp_id: Option<String>) -> Result<Self, StartError> {
        let place = Place::listen(listen).await?;
        let address = place.address();
        let wrong = |source: io::Error| StartError::Listen { address, source };
        let folder = tempfile::Builder::new().prefix("anykey-2fauth-").tempdir().map_err(wrong)?;
        let base = localhost(address.port());
        let site = Arc::new(Site { base, rp_id, folder });
        let shared = Shared { state: Arc::default(), site };
        let running = super::serve(place, "2fauth", routes::router(shared.clone()));
        Ok(Self { running, shared })
    }

    /// Its URL, by the name that WebAuthn needs.
    pub(crate) fn url(&self) -> Url {
        self.running.page()
    }

    /// The file that its mail goes to.
    pub(crate) fn mail(&self) -> PathBuf {
        self.shared.site.mail()
    }

    /// Makes the administrator, whom the first user of a real one is.
    pub(crate) fn add_admin(&self, email: &str, password: &str) {
        let mut state = locked(&self.shared.state);
        state.add("admin", email, password, true);
    }

    /// Sets `WEBAUTHN_USER_VERIFICATION`. Differs: it is told, and has no effect. Seen on 8.0.1.
    pub(crate) fn set_user_verification(&self, word: &'static str) {
        locked(&self.shared.state).user_verification = Some(word);
    }

    /// What runs.
    pub(crate) fn into_running(self) -> Running {
        self.running
    }
}

#[cfg(test)]
mod tests;
