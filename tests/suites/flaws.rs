//! The proof of the scenarios: without flaws all pass; with a flaw exactly those fail that name it; and a run repeats.

use std::collections::BTreeSet;

use links::{Bus, Direct};
use plan::event::{CaseDone, Ended, Manner, Outcome, RunDone, Sink};
use plan::{Scenario, Verdict};
use run::{KeyModel, RunPlan, Stop};
use softkeys::TestRoot;
use targets::reference::{Flaw, Flaws, ReferenceTarget, Server, Settings};

use crate::cases::Cases;

/// Runs scenarios on an embedded server with those flaws.
async fn all(scenarios: &[Scenario], ids: &[&str], flaws: Flaws, seed: u64) -> (Vec<CaseDone>, RunDone) {
    let keys: Vec<KeyModel> = profiles::usual().iter().map(KeyModel::new).collect();
    with_keys(&keys, scenarios, ids, flaws, seed).await
}

/// The same with those keys.
pub(super) async fn with_keys(
    keys: &[KeyModel],
    scenarios: &[Scenario],
    ids: &[&str],
    flaws: Flaws,
    seed: u64,
) -> (Vec<CaseDone>, RunDone) {
    on_bus(&Direct, keys, scenarios, ids, flaws, seed).await
}

/// The same with the keys plugged in there.
pub(super) async fn on_bus(
    bus: &dyn Bus,
    keys: &[KeyModel],
    scenarios: &[Scenario],
    ids: &[&str],
    flaws: Flaws,
    seed: u64,
) -> (Vec<CaseDone>, RunDone) {
    let running = Server::start(Settings { flaws, page: false, ..Settings::default() }).await.unwrap();
    let target = ReferenceTarget::embedded(running).await.unwrap();
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
        keys,
        bus,
        attached: None,
        manners: vec![Manner::Faithful, Manner::Permissive],
        target: &target,
        flaws: flaws.iter().map(|flaw| flaw.id().to_owned()).collect(),
        root: &root,
        other_root: &other_root,
        jobs: 1,
        replay: Vec::new(),
    };
    let cases = Cases::default();
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(cases.clone())];
    let done = run::run(&plan, &mut sinks, &Stop::new()).await;
    let cases = cases.0.lock().unwrap().clone();
    target.stop().await;
    (cases, done)
}

/// A case on one line.
pub(super) fn line(done: &CaseDone) -> String {
    format!("{} {}: {}", done.verdict, done.case, done.reason)
}

/// The scenarios that a key cannot take part in, and what it lacks for them.
const UNSUPPORTED: &[(&str, &[(&str, &str)])] = &[
    ("fault.power-cut", &[("yubikey-4", "resident"), ("no-uv", "resident")]),
    ("login.no-user-handle", &[("yubikey-4", "resident"), ("no-uv", "resident")]),
    ("login.no-user-verification", &[("yubikey-4", "verification"), ("no-uv", "verification")]),
    ("login.user-handle-of-another", &[("yubikey-4", "resident"), ("no-uv", "resident")]),
    ("login.usernameless", &[("yubikey-4", "resident"), ("no-uv", "resident")]),
    ("login.verified", &[("yubikey-4", "verification"), ("no-uv", "verification")]),
    ("register.attestation-algorithm", &[("yubikey-4", "CTAP2")]),
    ("register.backed-up-forbidden", &[("yubikey-4", "CTAP2")]),
    ("register.backup-eligible", &[("yubikey-4", "CTAP2")]),
    ("register.certificate-of-another-model", &[("yubikey-4", "CTAP2")]),
    ("register.model-allowed", &[("no-uv", "certificate")]),
    ("register.model-not-allowed", &[("no-uv", "certificate")]),
    ("register.no-attestation", &[("no-uv", "certificate")]),
    ("register.no-user-verification", &[("yubikey-4", "verification"), ("no-uv", "verification")]),
    ("register.packed-attestation", &[("yubikey-4", "CTAP2")]),
    ("register.self-attestation", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-attestation", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-key-for-another-use", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-key-with-subject", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-not-generated", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-other-data", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-other-name", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-other-public-area", &[("yubikey-4", "CTAP2")]),
    ("register.tpm-without-name", &[("yubikey-4", "CTAP2")]),
    ("register.trusted-attestation", &[("no-uv", "certificate")]),
    ("register.untrusted-root", &[("no-uv", "certificate")]),
    ("register.untrusted-self-attestation", &[("yubikey-4", "CTAP2")]),
];

#[tokio::test]
async fn without_flaws_everything_passes() {
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, done) = all(&scenarios, &[], Flaws::NONE, 1).await;
    let bad: Vec<String> =
        cases.iter().filter(|c| matches!(c.verdict, Verdict::Unknown | Verdict::Fail)).map(line).collect();
    assert!(bad.is_empty(), "{} of {} cases:\n{}", bad.len(), cases.len(), bad.join("\n"));
    assert_eq!((done.ended, done.pass + done.unsupported), (Ended::Complete, cases.len()));
    for case in cases.iter().filter(|c| c.verdict == Verdict::Unsupported) {
        let scenario = UNSUPPORTED.iter().find(|(id, _)| *id == case.case.scenario);
        let lacks = scenario.and_then(|(_, keys)| keys.iter().find(|(key, _)| *key == case.case.key));
        assert!(lacks.is_some_and(|(_, what)| case.reason.contains(what)), "{}", line(case));
    }
    for (id, keys) in UNSUPPORTED {
        let there = |key: &str| {
            let is = |c: &&CaseDone| c.case.scenario == *id && c.case.key == key;
            cases.iter().filter(is).all(|c| c.verdict == Verdict::Unsupported)
        };
        assert!(keys.iter().all(|(key, _)| there(key)), "{id} is listed as unsupported and is not");
    }
}

/// What a flaw does to the scenarios that do not pass then.
struct Effect {
    failed: BTreeSet<String>,
    unknown: Vec<CaseDone>,
}

async fn with(scenarios: &[Scenario], flaw: Flaw) -> Effect {
    let (cases, _) = all(scenarios, &[], flaw.into(), 1).await;
    let of = |verdict| cases.iter().filter(move |c| c.verdict == verdict);
    let failed = of(Verdict::Fail).map(|c| c.case.scenario.clone()).collect();
    Effect { failed, unknown: of(Verdict::Unknown).cloned().collect() }
}

#[tokio::test]
async fn a_key_that_verifies_by_pin_alone_takes_part_in_everything() {
    let entry = profiles::find("passkey").unwrap();
    let mut by_pin = KeyModel::new(entry);
    by_pin.profile.ctap2.as_mut().unwrap().uv = None;
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, _) = with_keys(&[by_pin], &scenarios, &[], Flaws::NONE, 1).await;
    let bad: Vec<String> = cases.iter().filter(|c| c.verdict != Verdict::Pass).map(line).collect();
    assert!(bad.is_empty() && !cases.is_empty(), "{} of {}:\n{}", bad.len(), cases.len(), bad.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_a_flaw_exactly_those_fail_that_name_it() {
    let scenarios = std::sync::Arc::new(run::catalogue::embedded().unwrap());
    let mut tasks = Vec::new();
    for flaw in Flaw::all() {
        let scenarios = scenarios.clone();
        tasks.push((flaw, tokio::spawn(async move { with(&scenarios, flaw).await })));
    }
    let mut wrong = Vec::new();
    for (flaw, task) in tasks {
        let Effect { failed, unknown } = task.await.unwrap();
        let names =
            |id: &str| scenarios.iter().any(|s| s.id == id && s.catches.iter().any(|c| c == flaw.id()));
        let named: BTreeSet<String> = scenarios.iter().map(|s| s.id.clone()).filter(|id| names(id)).collect();
        if named.is_empty() {
            wrong.push(format!("{flaw}: no scenario names it"));
        }
        wrong.extend(failed.difference(&named).map(|id| format!("{flaw}: {id} fails and does not name it")));
        wrong.extend(named.difference(&failed).map(|id| format!("{flaw}: {id} names it and does not fail")));
        // A refusal whose twin fails proves nothing, and says so. Nothing else may be unknown.
        let twin = |case: &CaseDone| {
            scenarios.iter().find(|s| s.id == case.case.scenario).and_then(|s| s.twin.clone())
        };
        let untold =
            unknown.iter().filter(|c| !(c.baseline_failed && twin(c).is_some_and(|twin| names(&twin))));
        wrong.extend(untold.map(|c| format!("{flaw}: {}", line(c))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A negative scenario is one in which nothing but the tested check can refuse: by the bench's own verification at most one
/// thing is wrong with the response, or none where only its use is wrong. Policies of the matrix may be broken in several ways.
#[tokio::test]
async fn only_the_tested_check_can_refuse() {
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, _) = all(&scenarios, &[], Flaws::NONE, 1).await;
    // The allow list is the list of the user's credentials: another user's key is on neither.
    let is_exempt = |id: &str| {
        id == "login.key-of-another-user" || scenarios.iter().any(|s| s.id == id && s.column.is_some())
    };
    let mut seen = 0;
    for case in cases.iter().filter(|c| c.verdict == Verdict::Pass && !is_exempt(&c.case.scenario)) {
        for proof in case.proof.iter().filter(|p| p.by == "bench") {
            assert!(!proof.seen.contains("things wrong"), "{}: {}", case.case, proof.seen);
            seen += 1;
        }
    }
    assert!(seen > 300, "the bench's verification was asked only {seen} times");
}

/// Checks that a flaw leaves out together with the one that it is named after.
const SAME: [(&str, &str); 2] = [("trust-signature", "trust-anchor"), ("self-attestation", "no-attestation")];

/// A refusal for another reason would prove nothing of the check: the reference server names the check that refused, and each flaw
/// the check that it leaves out.
#[tokio::test]
async fn refusals_are_for_the_stated_reason() {
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, _) = all(&scenarios, &[], Flaws::NONE, 1).await;
    let mut seen = 0;
    for case in &cases {
        let Outcome::RefusedByServer { reason: Some(reason), .. } = &case.outcome else { continue };
        let scenario = scenarios.iter().find(|s| s.id == case.case.scenario).unwrap();
        if scenario.column.is_some() {
            continue;
        }
        let check = reason.split(':').next().unwrap();
        let stated: Vec<&str> =
            scenario.catches.iter().map(|id| id.parse::<Flaw>().unwrap().about().check).collect();
        let stands_for = SAME.iter().find(|(other, _)| *other == check).map_or(check, |(_, check)| check);
        assert!(
            stated.contains(&check) || stated.contains(&stands_for),
            "{}: {reason}, but it is about {stated:?}",
            case.case
        );
        seen += 1;
    }
    assert!(seen > 100, "only {seen} refusals");
}

/// Everything that goes over the wires, times aside.
#[tokio::test]
async fn a_run_repeats_byte_for_byte() {
    let scenarios = run::catalogue::embedded().unwrap();
    let strip = |cases: Vec<CaseDone>| -> Vec<CaseDone> {
        cases.into_iter().map(|case| CaseDone { elapsed_us: 0, ..case }).collect()
    };
    let first = strip(all(&scenarios, &[], Flaws::NONE, 7).await.0);
    let again = strip(all(&scenarios, &[], Flaws::NONE, 7).await.0);
    let other = strip(all(&scenarios, &["login.plain"], Flaws::NONE, 8).await.0);
    for (one, two) in first.iter().zip(&again) {
        assert_eq!(one, two);
    }
    assert_eq!(first.len(), again.len());
    // A single case out of a whole run repeats too, and another seed gives other bytes.
    let alone = strip(all(&scenarios, &["login.plain"], Flaws::NONE, 7).await.0);
    let of_all: Vec<_> = first.into_iter().filter(|case| case.case.scenario == "login.plain").collect();
    assert_eq!(alone, of_all);
    assert!(alone.iter().zip(&other).all(|(one, two)| one.steps[0].exchanges != two.steps[0].exchanges));
}
