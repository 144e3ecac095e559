//! A described server that is started here.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::description::{Description, Start};
use super::error::DeclaredError;
use super::template::{Scope, Text};
use super::values;
use crate::http::{Agent, HttpClient, is_loopback};
use crate::pem;
use crate::process::{Group, ProcessError, Spawn, Tries, Wait, complete, folder, free_port};

/// How long a command that prepares the start may take.
const PREPARED_WITHIN: Duration = Duration::from_secs(120);

/// A server that runs as long as the value is there, with a data folder that goes with it.
#[derive(Debug)]
pub(super) struct Started {
    /// Before the folder, which it runs in.
    pub(super) group: Group,
    _data: TempDir,
    /// Where it runs.
    pub(super) url: Url,
    /// The names of the start: `port`, `data`.
    pub(super) scope: Scope,
}

impl Started {
    /// Starts the server on a free port and waits until it answers.
    pub(super) async fn start(
        description: &Description,
        start: &Start,
        scope: &Scope,
        anchors: &[Vec<u8>],
        log: Option<&Path>,
    ) -> Result<Self, DeclaredError> {
        let mut tries = Tries::default();
        loop {
            let mut started = Self::spawn(description, start, scope.clone(), anchors, log).await?;
            match started.ready(start).await {
                Err(error) if tries.again(&error) => {}
                outcome => return Ok(outcome.map(|()| started)?),
            }
        }
    }

    async fn spawn(
        description: &Description,
        start: &Start,
        mut scope: Scope,
        anchors: &[Vec<u8>],
        log: Option<&Path>,
    ) -> Result<Self, DeclaredError> {
        let lacking = |name: String| DeclaredError::NotGiven { what: values::missing(description, &name) };
        let data = folder("anykey-server-")?;
        let port = free_port(&description.name)?;
        scope.insert("data".to_owned(), data.path().to_string_lossy().into());
        scope.insert("port".to_owned(), port.into());
        scope.insert("anchors-pem".to_owned(), Value::String(pem::certificates(anchors)));
        let words = |command: &[Text]| {
            command
                .iter()
                .map(|word| word.text(&scope))
                .collect::<Result<Vec<String>, String>>()
                .map_err(lacking)
        };
        for (path, text) in &start.files {
            let path = data.path().join(path.text(&scope).map_err(lacking)?);
            let text = text.text(&scope).map_err(lacking)?;
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            written.and_then(|()| std::fs::write(&path, text)).map_err(|e| ProcessError::file(&path, e))?;
        }
        let mut environment = Vec::new();
        for (name, text) in &start.environment {
            environment.push((name.clone(), text.text(&scope).map_err(lacking)?));
        }
        for command in &start.prepare {
            prepare(&description.name, &words(command)?, data.path(), &environment).await?;
        }
        let command = words(&start.command)?;
        let log = log.map_or_else(|| data.path().join("server.log"), Path::to_owned);
        let arguments: Vec<OsString> = command.iter().skip(1).map(OsString::from).collect();
        let group = Group::spawn(&Spawn {
            what: &description.name,
            name: "anykey-server",
            home: data.path(),
            program: command.first().map_or("true", String::as_str).as_ref(),
            arguments: &arguments,
            environment: &environment,
            log: &log,
        })?;
        let text = start.url.text(&scope).map_err(lacking)?;
        let url =
            Url::parse(&text).map_err(|e| DeclaredError::BadUrl { url: text.clone(), why: e.to_string() })?;
        if !is_loopback(&url) {
            let why = "a server that is started here is on this machine".to_owned();
            return Err(DeclaredError::BadUrl { url: text, why });
        }
        Ok(Self { group, _data: data, url, scope })
    }

    async fn ready(&mut self, start: &Start) -> Result<(), ProcessError> {
        let mut agent =
            Agent::with_client(self.url.clone(), HttpClient::new()).timeout(Duration::from_secs(5));
        let mut wait = Wait::within(start.timeout);
        loop {
            wait.look(&mut self.group).await?;
            if agent.get(&start.ready).await.is_ok_and(|answer| answer.status < 400) {
                return Ok(());
            }
        }
    }
}

/// Runs a command to its end, which is to be a good one.
async fn prepare(
    name: &str,
    command: &[String],
    data: &Path,
    environment: &[(String, String)],
) -> Result<(), DeclaredError> {
    let program = command.first().cloned().unwrap_or_default();
    let arguments: Vec<OsString> = command.iter().skip(1).map(OsString::from).collect();
    let output = data.join("prepare.log");
    complete(program.as_ref(), &arguments, data, environment, &output, PREPARED_WITHIN)
        .await
        .map_err(|why| DeclaredError::Prepare { name: name.to_owned(), command: program, why })
}
