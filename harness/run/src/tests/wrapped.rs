//! The embedded reference server with something wrong around it.

use std::sync::Mutex;

use plan::event::{CaseDone, Event, Manner, RunDone, Sink};
use plan::{Known, Policy, Scenario};
use serde_json::Value;
use softkeys::TestRoot;
use targets::reference::{ReferenceTarget, Server, Settings};
use targets::{
    Account, Capabilities, CredentialRecord, Offer, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};
use webauthn::{CreationOptions, RequestOptions};

use crate::{KeyModel, RunPlan, Stop, catalogue, run};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing.
    Nothing,
    /// It does not answer a registration any more.
    Dies,
    /// It answers something else than options.
    Nonsense,
    /// It says that it refuses, and stores the credential.
    RefusesAndStores,
    /// It says yes to everything, and does nothing.
    SaysYes,
    /// It refuses every registration.
    RefusesAll,
    /// It does not list credentials.
    ListsNothing,
    /// It says that somebody else is logged in.
    MistakesUsers,
    /// The bench itself has a bug here.
    Panics,
    /// The user asks the run to stop here.
    Interrupts,
}

/// The target with its fault.
pub(super) struct Wrapped {
    inner: ReferenceTarget,
    wrong: Wrong,
    pub(super) stop: Stop,
    pub(super) known: Vec<Known>,
}

struct WrappedSite {
    inner: Box<dyn Site>,
    wrong: Wrong,
    stop: Stop,
}

struct WrappedSession {
    inner: Box<dyn Session>,
    wrong: Wrong,
    stop: Stop,
}

impl Wrapped {
    pub(super) async fn new(wrong: Wrong) -> Self {
        let running = Server::start(Settings { page: false, ..Settings::default() }).await.unwrap();
        Self {
            inner: ReferenceTarget::embedded(running).await.unwrap(),
            wrong,
            stop: Stop::new(),
            known: Vec::new(),
        }
    }
}

impl Target for Wrapped {
    fn name(&self) -> &str {
        "wrapped"
    }

    fn url(&self) -> String {
        self.inner.url()
    }

    fn version(&self) -> Option<String> {
        Some("1".to_owned())
    }

    fn known(&self) -> &[Known] {
        &self.known
    }

    fn capabilities(&self) -> Capabilities {
        let credentials = self.wrong != Wrong::ListsNothing;
        Capabilities { credentials, passwordless: false, ..self.inner.capabilities() }
    }

    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        Box::pin(async move {
            let inner = self.inner.site(wish).await?;
            let site: Box<dyn Site> =
                Box::new(WrappedSite { inner, wrong: self.wrong, stop: self.stop.clone() });
            Ok(site)
        })
    }
}

impl Site for WrappedSite {
    fn origin(&self) -> String {
        self.inner.origin()
    }

    fn rp_id(&self) -> String {
        self.inner.rp_id()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        self.inner.provision(who)
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        self.inner.retire(who)
    }

    fn open(&self) -> TargetResult<'_, Box<dyn Session>> {
        Box::pin(async move {
            let inner = self.inner.open().await?;
            let session: Box<dyn Session> =
                Box::new(WrappedSession { inner, wrong: self.wrong, stop: self.stop.clone() });
            Ok(session)
        })
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        self.inner.credentials(who)
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        self.inner.revoke(who, id)
    }
}

fn refused() -> TargetError {
    TargetError::Refused { status: 400, reason: Some("no".into()), body: Vec::new() }
}

impl Session for WrappedSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        match self.wrong {
            Wrong::Panics => panic!("a bug that the test put here"),
            Wrong::Interrupts => {
                self.stop.ask();
                Box::pin(std::future::pending())
            }
            Wrong::Nonsense => {
                let error = TargetError::Unknown("answered HTTP 200 with text/html".into());
                Box::pin(std::future::ready(Err(error)))
            }
            _ => self.inner.offer_registration(who),
        }
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        match self.wrong {
            Wrong::Dies => Box::pin(std::future::ready(Err(TargetError::Unknown("connection reset".into())))),
            Wrong::SaysYes => Box::pin(std::future::ready(Ok(()))),
            Wrong::RefusesAll => Box::pin(std::future::ready(Err(refused()))),
            Wrong::RefusesAndStores => Box::pin(async move {
                self.inner.register(response).await?;
                Err(refused())
            }),
            _ => self.inner.register(response),
        }
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        self.inner.offer_login(who)
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        self.inner.login(response)
    }

    fn client_refused<'a>(&'a mut self, error: &'a str) -> TargetResult<'a, ()> {
        self.inner.client_refused(error)
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        self.inner.logout()
    }

    fn whoami(&mut self) -> TargetResult<'_, Option<String>> {
        Box::pin(async move {
            let who = self.inner.whoami().await?;
            Ok(if self.wrong == Wrong::MistakesUsers { who.map(|_| "mallory".to_owned()) } else { who })
        })
    }
}

/// All events.
#[derive(Clone, Default)]
pub(super) struct Events(pub(super) std::sync::Arc<Mutex<Vec<Event>>>);

impl Sink for Events {
    fn take(&mut self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }

    fn finish(self: Box<Self>) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs one scenario, faithful and permissive, with `passkey`.
pub(super) async fn run_one(wrong: Wrong, id: &str) -> (Vec<CaseDone>, RunDone) {
    let scenarios = catalogue::embedded().unwrap();
    let (events, done) = run_these(&Wrapped::new(wrong).await, &scenarios, &[id]).await;
    (cases(&events), done)
}

pub(super) fn cases(events: &[Event]) -> Vec<CaseDone> {
    let done = |event: &Event| match event {
        Event::CaseDone(done) => Some((**done).clone()),
        _ => None,
    };
    events.iter().filter_map(done).collect()
}

pub(super) async fn run_these(
    target: &Wrapped,
    scenarios: &[Scenario],
    ids: &[&str],
) -> (Vec<Event>, RunDone) {
    let keys = [KeyModel::new(profiles::find("passkey").unwrap())];
    let (root, other_root) = (TestRoot::seeded([1; 32]).unwrap(), TestRoot::seeded([2; 32]).unwrap());
    let plan = RunPlan {
        seed: 1,
        version: "0".into(),
        began: "2026-01-01T00:00:00Z".into(),
        scenarios,
        selected: ids.iter().map(|id| (*id).to_owned()).collect(),
        keys: &keys,
        bus: &links::Direct,
        attached: None,
        manners: vec![Manner::Faithful, Manner::Permissive],
        target,
        flaws: Vec::new(),
        root: &root,
        other_root: &other_root,
        jobs: 1,
        replay: vec!["--flaw x".into()],
    };
    let events = Events::default();
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(events.clone())];
    let done = run(&plan, &mut sinks, &target.stop).await;
    let events = events.0.lock().unwrap().clone();
    (events, done)
}

#[test]
fn the_default_policy_is_the_scenarios_default() {
    let scenarios = catalogue::embedded().unwrap();
    let plain = scenarios.iter().find(|s| s.id == "login.plain").unwrap();
    assert_eq!(plain.policy, Policy::default());
}
