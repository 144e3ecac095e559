//! The reference server, described in a file: every case ends as with the target that is built in.

use std::path::{Path, PathBuf};

use plan::event::{CaseDone, Manner, Sink};
use plan::{Scenario, Verdict};
use run::{KeyModel, RunPlan, Stop};
use softkeys::TestRoot;
use targets::Target;
use targets::declared::{DeclaredSettings, DeclaredTarget, Description};
use targets::reference::{Flaw, Flaws, ReferenceTarget, Server, Settings};

use crate::cases::Cases;

/// A file of `servers/`.
pub(crate) fn description(name: &str) -> Description {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("servers").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    Description::parse(name, &text, path.parent().unwrap())
        .unwrap_or_else(|e| panic!("{}", e.lines().join("\n")))
}

/// Runs these scenarios with these keys.
pub(crate) async fn run_all(scenarios: &[Scenario], keys: &[&str], target: &dyn Target) -> Vec<CaseDone> {
    run_selected(scenarios, |_| true, keys, target).await
}

/// Runs those of the scenarios that are wanted with these keys.
pub(crate) async fn run_selected(
    scenarios: &[Scenario],
    wanted: impl Fn(&str) -> bool,
    keys: &[&str],
    target: &dyn Target,
) -> Vec<CaseDone> {
    let keys: Vec<KeyModel> = keys.iter().map(|name| KeyModel::new(profiles::find(name).unwrap())).collect();
    let (root, other_root) = (TestRoot::seeded([1; 32]).unwrap(), TestRoot::seeded([2; 32]).unwrap());
    let plan = RunPlan {
        jobs: 1,
        seed: 1,
        version: "0".into(),
        began: String::new(),
        scenarios,
        selected: scenarios.iter().map(|s| s.id.clone()).filter(|id| wanted(id)).collect(),
        keys: &keys,
        bus: &links::Direct,
        attached: None,
        manners: vec![Manner::Faithful, Manner::Permissive],
        target,
        flaws: Vec::new(),
        root: &root,
        other_root: &other_root,
        replay: Vec::new(),
    };
    let cases = Cases::default();
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(cases.clone())];
    run::run(&plan, &mut sinks, &Stop::new()).await;
    cases.0.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_described_reference_server_is_the_built_in_one() {
    let scenarios = run::catalogue::embedded().unwrap();
    let keys = ["passkey", "yubikey-4", "no-uv"];
    for (flaw, keys) in [(None, &keys[..]), (Some(Flaw::all().next().unwrap()), &keys[..1])] {
        let flaws: Flaws = flaw.into_iter().collect();
        let running = Server::start(Settings { flaws, page: false, ..Settings::default() }).await.unwrap();
        let target = ReferenceTarget::embedded(running).await.unwrap();
        let settings =
            DeclaredSettings { url: Some(target.url().parse().unwrap()), ..DeclaredSettings::default() };
        let described = DeclaredTarget::open(description("reference.toml"), settings).await.unwrap();
        assert_eq!(described.version(), target.version());
        let built_in = run_all(&scenarios, keys, &target).await;
        let from_file = run_all(&scenarios, keys, &described).await;
        same(&built_in, &from_file);
        let failed = from_file.iter().any(|case| case.verdict == Verdict::Fail);
        assert_eq!(failed, flaw.is_some(), "{flaw:?}");
    }
}

/// Case by case: verdict, outcome, reason.
fn same(built_in: &[CaseDone], from_file: &[CaseDone]) {
    assert_eq!(built_in.len(), from_file.len());
    let mut wrong = Vec::new();
    for (one, other) in built_in.iter().zip(from_file) {
        let told =
            |case: &CaseDone| (case.case.clone(), case.verdict, case.outcome.clone(), case.reason.clone());
        if told(one) != told(other) {
            wrong.push(format!(
                "{}: {} ({}) is {} ({}) by the file",
                one.case, one.verdict, one.reason, other.verdict, other.reason
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
