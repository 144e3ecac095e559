//! The cases of a run, kept for a test to look at.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::Client;
use links::{Local, Script, Scripted};
use plan::event::{CaseDone, Event, Manner, RunDone, Sink};
use plan::{Scenario, Verdict};
use run::{KeyModel, RunPlan, Stop};
use serde_json::Value;
use softkeys::{Seeded, TestRoot};
use targets::Target;
use webauthn::CreationOptions;

/// Keeps the cases.
#[derive(Clone, Default)]
pub(crate) struct Cases(pub(crate) Arc<Mutex<Vec<CaseDone>>>);

impl Sink for Cases {
    fn take(&mut self, event: &Event) {
        if let Event::CaseDone(done) = event {
            self.0.lock().unwrap().push((**done).clone());
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// Runs all scenarios with all keys in both manners. The seed is 1; `root` is what the target was given as trust anchor.
pub(crate) async fn run_all(
    scenarios: &[Scenario],
    target: &dyn Target,
    root: &TestRoot,
) -> (Vec<CaseDone>, RunDone) {
    let keys: Vec<KeyModel> = profiles::all().iter().map(KeyModel::new).collect();
    let other_root = TestRoot::seeded([2; 32]).unwrap();
    let plan = RunPlan {
        seed: 1,
        version: "0".into(),
        began: String::new(),
        scenarios,
        selected: scenarios.iter().map(|s| s.id.clone()).collect(),
        keys: &keys,
        bus: &links::Direct,
        attached: None,
        manners: vec![Manner::Faithful, Manner::Permissive],
        target,
        flaws: Vec::new(),
        root,
        other_root: &other_root,
        jobs: target.jobs(),
        replay: Vec::new(),
    };
    let cases = Cases::default();
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(cases.clone())];
    let done = run::run(&plan, &mut sinks, &Stop::new()).await;
    let cases = cases.0.lock().unwrap().clone();
    (cases, done)
}

/// One line on a case.
pub(crate) fn line(case: &CaseDone) -> String {
    format!("{} {}: {}", case.verdict, case.case, case.reason)
}

/// Panics where a case failed or came to nothing.
pub(crate) fn every_case_is_as_expected(cases: &[CaseDone]) {
    let bad = |c: &&CaseDone| matches!(c.verdict, Verdict::Fail | Verdict::Unknown);
    let bad: Vec<String> = cases.iter().filter(bad).map(line).collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), cases.len(), bad.join("\n"));
}

/// What the key `no-uv`, which needs no attestation key, answers to these options.
pub(crate) async fn answer(origin: &str, options: &CreationOptions) -> Value {
    let profile = profiles::find("no-uv").unwrap().profile;
    let hands = Scripted::new(Script::Touch(Duration::from_millis(100)));
    let mut key = Local::new(profile, Box::new(Seeded::from_seed([7; 32])), Box::new(hands)).unwrap();
    let made = Client::new(client::Manner::Faithful).create(&mut key, origin, options).await;
    made.map(|created| created.response.to_value()).unwrap_or_else(|e| panic!("{e}"))
}
