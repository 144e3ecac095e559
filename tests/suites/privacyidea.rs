//! A real privacyIDEA, started and driven as `servers/privacyidea.toml` says: what it takes and refuses of each key under each
//! policy, its own policies set through its REST interface.
//!
//! Runs when `ANYKEY_PRIVACYIDEA` names a virtual environment that has the package; otherwise it says so. `tests/all` makes
//! one and sets it. What it does otherwise than required is in the file, as what is known of it.

use std::time::Instant;

use plan::Verdict;
use plan::event::{CaseDone, Outcome};
use plan::policy::{Login, Policy};
use softkeys::TestRoot;
use targets::declared::{DeclaredSettings, DeclaredTarget};
use targets::{Account, SiteWish, Target};

use crate::declared::{description, run_selected};

#[tokio::test(flavor = "multi_thread")]
async fn privacyidea() {
    if std::env::var_os("ANYKEY_PRIVACYIDEA").is_none() {
        let why = "ANYKEY_PRIVACYIDEA names no virtual environment with the package privacyidea";
        return println!("not run: {why}");
    }
    let began = Instant::now();
    let root = TestRoot::seeded([1; 32]).unwrap();
    let settings = DeclaredSettings { anchors: vec![root.der().to_vec()], ..DeclaredSettings::default() };
    let opened = DeclaredTarget::open(description("privacyidea.toml"), settings).await;
    let target = opened.unwrap_or_else(|error| panic!("{error}"));
    println!(
        "privacyIDEA {} started in {:.1} s",
        target.version().unwrap_or_default(),
        began.elapsed().as_secs_f32()
    );

    let scenarios = run::catalogue::embedded().unwrap();
    let began = Instant::now();
    let mut cases = run_selected(&scenarios, |_| true, &["passkey"], &target).await;
    // What the other keys come to differs by policy and attestation.
    let of_keys = |id: &str| id.starts_with("policy.") || BY_KEY.contains(&id);
    let others: Vec<&str> = profiles::names().filter(|name| *name != "passkey").collect();
    cases.extend(run_selected(&scenarios, of_keys, &others, &target).await);
    println!("{} cases in {:.1} s", cases.len(), began.elapsed().as_secs_f32());
    if !target.is_alive() {
        panic!("privacyIDEA has ended; its log:\n{}", target.log_tail().unwrap_or_default());
    }
    nothing_is_new(&cases);
    the_matrix_is_as_known(&cases);
    leftovers_are_found(&target).await;
    target.leave().await;
}

/// Scenarios beside those of policies whose outcome depends on the model.
const BY_KEY: [&str; 3] =
    ["register.cross-platform", "register.trusted-attestation", "register.untrusted-root"];

/// Every finding is known, everything that is known was found, and everything could be told.
fn nothing_is_new(cases: &[CaseDone]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Unknown))
        .map(|case| format!("{} {}: {}", case.verdict, case.case, case.reason))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let passed = |id: &str| {
        cases.iter().any(|c| c.case.scenario == id && c.verdict == Verdict::Pass && c.known.is_none())
    };
    for id in ["login.plain", "login.usernameless", "login.wrong-signature", "register.model-not-allowed"] {
        assert!(passed(id), "{id} has passed with no key");
    }
}

/// The policies that privacyIDEA enforces by itself.
fn the_matrix_is_as_known(cases: &[CaseDone]) {
    let refused = |scenario: &str, key: &str| {
        cases.iter().any(|case| {
            case.case.scenario == scenario
                && case.case.key == key
                && matches!(case.outcome, Outcome::RefusedByServer { .. })
        })
    };
    for (scenario, key) in [
        ("policy.uv-required", "no-uv"),
        ("policy.uv-required", "yubikey-neo"),
        ("policy.attestation-trusted", "no-uv"),
        ("policy.attestation-trusted", "synced-passkey"),
    ] {
        assert!(refused(scenario, key), "{scenario} {key}");
    }
}

/// What a run that is broken off leaves is found by the next one.
async fn leftovers_are_found(target: &DeclaredTarget) {
    let policy = Policy { login: Login::SecondFactor, ..Policy::default() };
    let root = TestRoot::seeded([1; 32]).unwrap();
    let anchors = [root.der().to_vec()];
    let site = target
        .site(SiteWish { anchors: &anchors, ..SiteWish::of(&policy, &serde_json::Map::new()) })
        .await
        .unwrap();
    let who = Account { name: "left".into(), password: "a word to pass".into() };
    site.provision(&who).await.unwrap();
    site.open().await.unwrap().offer_registration(&who).await.unwrap();
    let removed = target.clean().await.unwrap();
    assert!(removed.iter().any(|name| name.ends_with("-left")), "{removed:?}");
    assert_eq!(target.clean().await.unwrap(), Vec::<String>::new());
}
