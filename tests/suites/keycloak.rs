//! A real Keycloak, driven through its own pages: what it takes and refuses of each of the nine keys under each policy.
//!
//! Runs when `ANYKEY_KEYCLOAK` names a distribution (a directory, or the .zip or .tar.gz of keycloak-quarkus-dist); otherwise it says
//! so. `tests/all` gets an old and a new one and runs it with each. What must come of each case stands in the scenarios, by version
//! where versions differ, and in the list of what is known of Keycloak; here stands for which reason it must be.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plan::event::{CaseDone, Ended};
use plan::policy::{Login, Policy};
use plan::{Scenario, Verdict, Versions};
use serde_json::json;
use softkeys::TestRoot;
use targets::http::{Agent, HttpError};
use targets::keycloak::{AdminLogin, KeycloakError, KeycloakSettings, KeycloakTarget};
use targets::{Account, SiteWish, Target, TargetError};
use url::Url;

use crate::cases::{answer, every_case_is_as_expected, run_all};
use crate::servers::{self, lacks, logins_are_proven, refusals_are_for_the_right_reason, site};

/// The words with which Keycloak refuses, by scenario and version; of several lines that fit one is enough.
const REASONS: &[(&str, &str, &str)] = &[
    ("policy.uv-required", ">=26", "UV flag in authenticatorData is not set"),
    ("policy.passwordless", ">=26", "UV flag in authenticatorData is not set"),
    ("policy.usernameless", ">=26", "UV flag in authenticatorData is not set"),
    ("policy.aaguid-allow", "<26.6", "not acceptable aaguid"),
    ("policy.aaguid-allow", ">=26.6", "Not acceptable authenticator model (based on the AAGUID)."),
    ("policy.aaguid-allow", ">=26.6", "SELF attestations is prohibited by configuration"),
    ("policy.aaguid-allow", ">=26.4.4", "format 'none'"),
    (
        "policy.platform-only",
        ">=26.6",
        "Policy requires 'platform' authenticator attachment but got 'cross-platform'",
    ),
    ("register.algorithm-not-offered", ">=26.6", "alg not listed in options.pubKeyCredParams is used"),
    ("login.no-user-verification", ">=26", "UV flag in authenticatorData is not set"),
    ("login.counter-back", ">=26", "Malicious counter value is detected"),
    ("login.counter-of-before", ">=26", "Malicious counter value is detected"),
    ("login.revoked", ">=26", "Unknown user authenticated by the Passkey"),
];

/// What Keycloak has no setting for.
const LACKING: &[&[&str]] = &[lacks::AAGUID_DENY, lacks::BACKUP_FORBIDDEN, lacks::BACKUP_REQUIRED];

#[tokio::test(flavor = "multi_thread")]
async fn keycloak() {
    let Some(distribution) = std::env::var_os("ANYKEY_KEYCLOAK").map(PathBuf::from) else {
        let why = "ANYKEY_KEYCLOAK names no distribution (keycloak-quarkus-dist, directory or archive)";
        return println!("not run: {why}");
    };
    let root = TestRoot::seeded([1; 32]).unwrap();
    let settings = KeycloakSettings { anchors: vec![root.der().to_vec()], ..KeycloakSettings::default() };
    let began = Instant::now();
    let target = KeycloakTarget::start(&distribution, settings).await.unwrap_or_else(|e| panic!("{e}"));
    println!(
        "Keycloak {} started in {:.1} s",
        target.version().unwrap_or_default(),
        began.elapsed().as_secs_f32()
    );

    let began = Instant::now();
    forms_that_are_sent_twice(&target).await;
    logging_out(&target).await;
    a_user_who_is_locked_out(&target).await;
    what_a_run_that_was_broken_off_leaves(&target).await;
    an_algorithm_that_keycloak_lacks(&target).await;
    another_bench_attaches_and_cleans_up(&target).await;
    println!("what is no scenario in {:.1} s", began.elapsed().as_secs_f32());

    let began = Instant::now();
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, done) = run_all(&scenarios, &target, &root).await;
    println!("{} cases in {:.1} s: {done:?}", cases.len(), began.elapsed().as_secs_f32());
    if let Some(log) = (!target.is_alive()).then(|| target.log_tail()).flatten() {
        panic!("Keycloak has ended; its log:\n{log}");
    }
    assert_eq!(done.ended, Ended::Complete);
    let version = target.version().unwrap_or_default();
    every_case_is_as_expected(&cases);
    what_keycloak_lacks_is_known(&scenarios, &cases, &version);
    let of_version =
        REASONS.iter().filter(|(_, range, _)| range.parse::<Versions>().unwrap().contain(&version));
    let reasons: Vec<(&str, &str)> = of_version.map(|(id, _, words)| (*id, *words)).collect();
    refusals_are_for_the_right_reason(&cases, &reasons);
    // The code at the redirect, the events, the token's subject.
    logins_are_proven(
        &cases,
        &[
            "with a code",
            "UPDATE_CREDENTIAL of the credential",
            "LOGIN of the credential",
            "names the subject",
        ],
    );

    its_end_in_the_middle_of_a_ceremony(target).await;
}

/// A scenario that every key leaves out proves nothing, and must not come to that unseen.
fn what_keycloak_lacks_is_known(scenarios: &[Scenario], cases: &[CaseDone], version: &str) {
    let ran = |id: &str| cases.iter().any(|c| c.case.scenario == id && c.verdict == Verdict::Pass);
    let newer = |s: &&Scenario| {
        s.server
            .as_ref()
            .and_then(|server| server.versions.as_ref())
            .is_none_or(|range| range.contain(version))
    };
    let for_it = scenarios.iter().filter(|s| s.is_for("keycloak")).filter(newer);
    let out: BTreeSet<&str> = for_it.map(|s| s.id.as_str()).filter(|id| !ran(id)).collect();
    assert_eq!(out, servers::of(LACKING), "the scenarios that ran with no key");
}

fn by(login: Login) -> Policy {
    Policy { login, ..Policy::default() }
}

fn refusal(outcome: Result<(), TargetError>) -> String {
    match outcome {
        Err(TargetError::Refused { reason, .. }) => reason.unwrap_or_default(),
        other => panic!("a refusal is expected: {other:?}"),
    }
}

async fn forms_that_are_sent_twice(target: &KeycloakTarget) {
    let nonsense = json!({"id": "AAAA", "rawId": "AAAA", "response": {
        "clientDataJSON": "AAAA", "attestationObject": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA"
    }});
    let (site, who) = site(target, by(Login::SecondFactor), json!({})).await;
    let mut session = site.open().await.unwrap();
    let offer = session.offer_registration(&who).await.unwrap();
    assert_eq!(offer.options.rp.id.as_deref(), Some(site.rp_id().as_str()));
    assert!(refusal(session.register(&nonsense).await).starts_with("Failed to register your Passkey."));
    assert!(refusal(session.register(&nonsense).await).contains("is shown again"));
    session.offer_registration(&who).await.unwrap();
    session.client_refused("NotAllowedError: no").await.unwrap();
    assert_eq!(site.credentials(&who).await.unwrap(), Vec::new());
    assert_eq!(session.whoami().await.unwrap(), None);
    assert!(refusal(session.offer_login(Some(&who)).await.map(drop)).contains("no key to log in with"));
    site.retire(&who).await.unwrap();
    assert!(matches!(site.credentials(&who).await, Err(TargetError::Unknown(_))));

    let (site, _) = servers::site(target, by(Login::Usernameless), json!({})).await;
    let mut session = site.open().await.unwrap();
    session.offer_login(None).await.unwrap();
    let reason = refusal(session.login(&nonsense).await);
    assert!(reason.contains("Unknown user") && reason.contains("user_not_found"), "{reason}");
}

/// A user who logged in with the password on the way to a registration, and out again.
async fn logging_out(target: &KeycloakTarget) {
    let (site, who) = site(target, by(Login::SecondFactor), json!({})).await;
    let mut session = site.open().await.unwrap();
    session.logout().await.unwrap();
    let offer = session.offer_registration(&who).await.unwrap();
    session.register(&answer(&site.origin(), &offer.options).await).await.unwrap();
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Al"));
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Al"), "by the cookies alone");
    session.logout().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
}

/// The right password is refused then, which is no word on keys.
async fn a_user_who_is_locked_out(target: &KeycloakTarget) {
    let (site, who) = site(target, Policy::default(), json!({"brute-force": true})).await;
    let mut session = site.open().await.unwrap();
    let wrong = Account { password: "another word".into(), ..who.clone() };
    for _ in 0..2 {
        assert!(matches!(
            session.offer_registration(&wrong).await,
            Err(TargetError::Refused { .. } | TargetError::Unknown(_))
        ));
    }
    let outcome = session.offer_registration(&who).await;
    let Err(TargetError::Unknown(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("locked") && why.contains("bruteForceProtected"), "{why}");
}

async fn what_a_run_that_was_broken_off_leaves(target: &KeycloakTarget) {
    let url: Url = target.url().parse().unwrap();
    let other =
        KeycloakTarget::attach(url, target.admin().clone(), KeycloakSettings::default()).await.unwrap();
    let (_site, _) = site(&other, by(Login::Passwordless), json!({})).await;
    let left = other.realms();
    std::mem::forget(other);
    assert_eq!(target.clean().await.unwrap(), left);
    assert_eq!(target.clean().await.unwrap(), Vec::<String>::new());
    let (_site, _) = site(target, by(Login::Passwordless), json!({})).await;
}

async fn an_algorithm_that_keycloak_lacks(target: &KeycloakTarget) {
    let policy = Policy { algorithms: vec![-7, -48], ..Policy::default() };
    let outcome = target.site(SiteWish::of(&policy, &serde_json::Map::new())).await;
    assert!(matches!(outcome.err(), Some(TargetError::Unsupported(reason)) if reason.contains("-48")));
}

async fn another_bench_attaches_and_cleans_up(target: &KeycloakTarget) {
    let url: Url = target.url().parse().unwrap();
    let wrong = AdminLogin { user: "nobody".into(), password: "nothing".into() };
    let error = KeycloakTarget::attach(url.clone(), wrong, KeycloakSettings::default()).await.unwrap_err();
    assert!(matches!(error, KeycloakError::Admin { .. }) && error.to_string().contains("refused"), "{error}");

    let other = KeycloakTarget::attach(url.clone(), target.admin().clone(), KeycloakSettings::default())
        .await
        .unwrap();
    let (_site, _) = site(&other, by(Login::Passwordless), json!({})).await;
    let realms = other.realms();
    let [realm] = realms.as_slice() else { panic!("one realm is expected: {realms:?}") };
    let mut agent = Agent::new(url);
    let path = format!("realms/{realm}");
    assert_eq!(agent.get(&path).await.unwrap().status, 200);
    drop(other);
    assert_eq!(agent.get(&path).await.unwrap().status, 404, "its realm is gone with it");
}

/// Whether it took effect cannot be told: that is neither accepted nor refused. And nothing stays behind.
async fn its_end_in_the_middle_of_a_ceremony(target: KeycloakTarget) {
    let (site, who) = site(&target, by(Login::SecondFactor), json!({})).await;
    let mut session = site.open().await.unwrap();
    session.offer_registration(&who).await.unwrap();
    let url: Url = target.url().parse().unwrap();
    drop(target);
    let outcome = session.register(&json!({})).await;
    assert!(matches!(outcome, Err(TargetError::Unknown(_))), "{outcome:?}");
    let mut agent = Agent::new(url).timeout(Duration::from_secs(5));
    let gone = agent.get("realms/master").await.unwrap_err();
    assert!(matches!(gone, HttpError::Refused { .. }), "{gone}");
}
