//! Authelias that are started here: a process for each configuration, as they are needed.

use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, Weak};

use plan::Policy;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use url::Url;

use super::attached::AutheliaAttachment;
use super::configuration::{Choice, NOTIFICATION, PORTAL, SITES};
use super::error::AutheliaError;
use super::journal::Journal;
use super::policy::webauthn;
use super::process::{Data, Start};
use super::program::{Program, Running};
use super::server::Server;
use super::site::Parts;
use super::target::AutheliaSettings;
use super::wish::Wish;
use crate::http::Endpoint;
use crate::locked::locked;
use crate::process::{folder, random_password};
use crate::target::TargetError;

/// How many configurations are kept ready; those that cases are still on live as long as these.
const READY: usize = 8;
/// With fewer users than this, another process takes over: the cases that are on one already need some more.
const RESERVE: usize = 128;

/// One process and how it is driven.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) process: Arc<Running>,
    pub(super) server: Arc<Server>,
    pub(super) data: Arc<Data>,
}

type Cell = Arc<OnceCell<Result<Arc<Instance>, TargetError>>>;

/// The processes of one run.
#[derive(Debug)]
pub(super) struct Managed {
    pub(super) program: Program,
    password: String,
    hash: String,
    settings: AutheliaSettings,
    /// By choice, the one that was used last at the end.
    ready: Mutex<Vec<(String, Cell)>>,
    folder: TempDir,
    logs: Mutex<Vec<(String, PathBuf)>>,
    /// All of them, also those that only cases still hold.
    all: Mutex<Vec<Weak<Running>>>,
}

/// What was started for a site.
#[derive(Debug)]
pub(super) struct Started {
    managed: Arc<Managed>,
    /// The first has the database, the last is the one that is asked.
    instances: Mutex<Vec<Arc<Instance>>>,
}

impl Started {
    /// Another Authelia of that policy on the same database: what was registered with the first one is there.
    pub(super) async fn with(&self, policy: &Policy, wish: &Wish) -> Result<Arc<Server>, TargetError> {
        let choice = Choice::of(webauthn(policy, wish)?, wish);
        let first = locked(&self.instances).first().cloned();
        let first = first.ok_or_else(|| TargetError::Unknown("the site's Authelia is gone".to_owned()))?;
        let notification = format!("notification-{:08x}.txt", rand::random::<u32>());
        let next = Arc::new(self.managed.start(&choice, &first.data, &notification).await?);
        locked(&self.instances).push(next.clone());
        Ok(next.server.clone())
    }
}

impl Managed {
    pub(super) async fn new(program: Program, settings: &AutheliaSettings) -> Result<Self, AutheliaError> {
        let password = random_password();
        let hash = program.hash(&password).await?;
        let folder = folder("anykey-authelia-")?;
        Ok(Self {
            program,
            password,
            hash,
            settings: settings.clone(),
            ready: Mutex::default(),
            folder,
            logs: Mutex::default(),
            all: Mutex::default(),
        })
    }

    /// The Authelia of that configuration, started if there is none.
    pub(super) async fn instance(&self, choice: &Choice) -> Result<Arc<Instance>, TargetError> {
        let key = choice.key();
        loop {
            let cell = self.cell(&key);
            let start = async {
                let data = Data::make(self.folder.path(), &self.password, &self.hash).map(Arc::new);
                let data = data.map_err(|e| TargetError::Unknown(e.to_string()))?;
                self.start(choice, &data, NOTIFICATION).await.map(Arc::new)
            };
            // A configuration that Authelia refuses once it refuses again: the outcome is kept.
            let instance = cell.get_or_init(|| start).await.clone()?;
            if instance.data.users.left() >= RESERVE && !instance.process.ended() {
                return Ok(instance);
            }
            locked(&self.ready).retain(|(_, other)| !Arc::ptr_eq(other, &cell));
        }
    }

    /// A site with that policy.
    pub(super) async fn parts(self: &Arc<Self>, policy: &Policy, wish: &Wish) -> Result<Parts, TargetError> {
        let instance = self.instance(&Choice::of(webauthn(policy, wish)?, wish)).await?;
        let (server, pool) = (instance.server.clone(), instance.data.users.clone());
        let started = Started { managed: self.clone(), instances: Mutex::new(vec![instance]) };
        Ok(Parts { server, pool, started: Some(started) })
    }

    /// What there is to say to somebody who attaches to the Authelia of a new installation.
    pub(super) async fn lend(&self, users: usize) -> Result<(Url, AutheliaAttachment), TargetError> {
        let instance = self.instance(&Choice::default()).await?;
        let users = (0..users).filter_map(|_| instance.data.users.take());
        let about = AutheliaAttachment {
            portal: Some(instance.server.portal.clone()),
            notifier: instance.server.notifier.as_ref().map(|notifier| notifier.path().to_owned()),
            users: users.map(|user| (user.name, user.password)).collect(),
            version: self.program.version(),
        };
        Ok((instance.server.at.base.clone(), about))
    }

    fn cell(&self, key: &str) -> Cell {
        let mut ready = locked(&self.ready);
        let found = ready.iter().position(|(other, _)| other == key).map(|at| ready.remove(at).1);
        let cell = found.unwrap_or_default();
        ready.push((key.to_owned(), cell.clone()));
        let over = ready.len().saturating_sub(READY);
        ready.drain(..over);
        cell
    }

    /// A process of that configuration on that database.
    async fn start(
        &self,
        choice: &Choice,
        data: &Arc<Data>,
        notification: &str,
    ) -> Result<Instance, TargetError> {
        let log = {
            let mut logs = locked(&self.logs);
            let path = self.folder.path().join(format!("{}.log", logs.len() + 1));
            logs.push((choice.key(), path.clone()));
            path
        };
        let (home, timeout) = (self.folder.path(), self.settings.start_timeout);
        let process =
            self.program.start(&Start { choice, home, data, notification, log: &log, timeout }).await;
        let process = Arc::new(process.map_err(|e| TargetError::Unknown(e.to_string()))?);
        let mut all = locked(&self.all);
        all.retain(|process| process.strong_count() > 0);
        all.push(Arc::downgrade(&process));
        drop(all);
        let portal = Url::parse(PORTAL).map_err(|e| TargetError::Unknown(e.to_string()))?;
        let server = Server {
            at: Endpoint::new(
                process.base().clone(),
                self.settings.client.clone(),
                self.settings.request_timeout,
            ),
            portal,
            proxy: true,
            notifier: Some(data.notifier(notification)),
            journal: Some(Journal::new(&log)),
            sites: Some(SITES.map(str::to_owned)),
            agents: AtomicU32::new(0),
        };
        Ok(Instance { process, server: Arc::new(server), data: data.clone() })
    }

    /// What all of them logged, each after a line that says which one it was.
    pub(super) fn log(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for (number, (choice, path)) in (1..).zip(locked(&self.logs).iter()) {
            all.extend(format!("== Authelia {number}: {choice}\n").bytes());
            all.extend(std::fs::read(path).unwrap_or_default());
        }
        all
    }

    /// Ends all of them, also those that cases are still on.
    pub(super) fn end(&self) {
        locked(&self.all).iter().filter_map(Weak::upgrade).for_each(|process| process.end());
    }

    /// Those that are ready now.
    pub(super) fn running(&self) -> Vec<Arc<Instance>> {
        let ready = locked(&self.ready);
        ready.iter().filter_map(|(_, cell)| cell.get()?.clone().ok()).collect()
    }
}
