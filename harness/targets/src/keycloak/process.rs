//! A Keycloak process of our own, on loopback, gone when the value is.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::error::KeycloakError;
use super::home::Home;
use super::java;
use crate::admin::AdminLogin;
use crate::http::{Agent, HttpClient, localhost};
use crate::pem;
use crate::process::{Group, ProcessError, Spawn, Tries, Wait, free_port, random_password};

/// For people.
const WHAT: &str = "Keycloak";

/// A running Keycloak.
#[derive(Debug)]
pub(super) struct Process {
    /// Before the home, which it runs in.
    pub(super) group: Group,
    home: Home,
    address: SocketAddr,
    /// Its base URL, `http://localhost:PORT/`.
    pub(super) url: Url,
    /// The admin of this start.
    pub(super) admin: AdminLogin,
}

/// What a start needs to know.
#[derive(Debug)]
pub(super) struct Start<'a> {
    /// A directory or an archive.
    pub(super) distribution: &'a Path,
    /// Where to keep what can be made again.
    pub(super) cache: Option<&'a Path>,
    /// Where the log goes; `None`: into the home, which goes with the process.
    pub(super) log: Option<&'a Path>,
    /// Trust anchors (DER) beside those of Java.
    pub(super) anchors: &'a [Vec<u8>],
    /// How long the start may take.
    pub(super) timeout: Duration,
}

impl Process {
    /// Starts Keycloak and waits until it answers.
    pub(super) async fn start(start: &Start<'_>, client: &HttpClient) -> Result<Self, KeycloakError> {
        java::check()?;
        let mut tries = Tries::default();
        loop {
            let mut process = Self::spawn(start)?;
            match process.ready(client, start.timeout).await {
                Err(error) if tries.again(&error) => {}
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    process.home.keep_compiled();
                    return Ok(process);
                }
            }
        }
    }

    fn spawn(start: &Start<'_>) -> Result<Self, KeycloakError> {
        let port = free_port(WHAT)?;
        let build: Vec<String> = vec!["start-dev".into(), "--db=dev-mem".into()];
        let home = Home::prepare(start.distribution, start.cache, &build)?;
        let log = start.log.map_or_else(|| home.path().join("keycloak.log"), Path::to_owned);
        let admin = AdminLogin { user: "anykey-admin".into(), password: random_password() };

        let mut arguments: Vec<OsString> = build.into_iter().map(OsString::from).collect();
        arguments.extend(["--http-host=127.0.0.1".into(), format!("--http-port={port}").into()]);
        if !start.anchors.is_empty() {
            let roots = home.path().join("attestation-roots.pem");
            fs::write(&roots, pem::certificates(start.anchors)).map_err(|e| ProcessError::file(&roots, e))?;
            arguments.push(format!("--truststore-paths={}", roots.display()).into());
        }
        let environment = [
            ("KC_BOOTSTRAP_ADMIN_USERNAME".to_owned(), admin.user.clone()),
            ("KC_BOOTSTRAP_ADMIN_PASSWORD".to_owned(), admin.password.clone()),
            ("JAVA_OPTS_APPEND".to_owned(), java::options(std::env::var("JAVA_OPTS_APPEND").ok())),
        ];
        let group = Group::spawn(&Spawn {
            what: WHAT,
            name: "anykey-keycloak",
            home: home.path(),
            program: home.path().join("bin/kc.sh").as_os_str(),
            arguments: &arguments,
            environment: &environment,
            log: &log,
        })?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Self { group, home, address, url: localhost(port), admin })
    }

    /// Waits until the realm `master` is served.
    async fn ready(&mut self, client: &HttpClient, timeout: Duration) -> Result<(), ProcessError> {
        let mut agent = Agent::with_client(self.url.clone(), client.clone()).timeout(Duration::from_secs(5));
        let mut wait = Wait::within(timeout);
        loop {
            wait.look(&mut self.group).await?;
            if agent.get("realms/master").await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.end_at(self.address);
    }
}
