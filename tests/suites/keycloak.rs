//! A real Keycloak, driven through its own pages: what it takes and refuses of each key under each policy.
//!
//! Runs when `ANYKEY_KEYCLOAK` names a distribution (a directory, or the .zip or .tar.gz of keycloak-quarkus-dist);
//! otherwise it says so. `tests/all` gets one and sets it. The lists are those of 26.7.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use client::Client;
use links::{Local, Script, Scripted};
use plan::event::{CaseDone, Ended, Event, Manner, Outcome, RunDone, Sink};
use plan::policy::{Login, Policy};
use plan::{Scenario, Verdict};
use run::{KeyModel, RunPlan, Stop};
use serde_json::{Value, json};
use softkeys::{Seeded, TestRoot};
use targets::http::{Agent, HttpError};
use targets::keycloak::{AdminLogin, KeycloakError, KeycloakSettings, KeycloakTarget};
use targets::{Account, Site, SiteWish, Target, TargetError};
use url::Url;
use webauthn::CreationOptions;

/// What a policy comes to for a key and a manner.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    /// Registered and logged in.
    In,
    /// Keycloak refused, with these words.
    Refused(&'static str),
    /// The client refused.
    ByClient,
    /// Keycloak has no such policy.
    None,
}
use Cell::{ByClient, In, None as Nothing, Refused};

const UV: Cell = Refused("UV flag in authenticatorData is not set");
const MODEL: Cell = Refused("Not acceptable authenticator model (based on the AAGUID).");
const SELF: Cell = Refused("SELF attestations is prohibited by configuration");
const ROAMING: Cell = Refused("Policy requires 'platform' authenticator attachment but got 'cross-platform'");

/// Policies down; across `passkey`, `yubikey-4`, `no-uv`, for each a faithful client and a permissive one.
const MATRIX: [(&str, [[Cell; 2]; 3]); 11] = [
    ("policy.second-factor", [[In, In], [In, In], [In, In]]),
    ("policy.uv-preferred", [[In, In], [In, In], [In, In]]),
    ("policy.uv-required", [[In, In], [ByClient, UV], [ByClient, UV]]),
    // Keycloak asks for a resident key and has no means to see whether it got one.
    ("policy.resident-required", [[In, In], [ByClient, In], [ByClient, In]]),
    ("policy.passwordless", [[In, In], [ByClient, UV], [ByClient, UV]]),
    ("policy.usernameless", [[In, In], [ByClient, UV], [ByClient, UV]]),
    ("policy.attestation-direct", [[Nothing; 2]; 3]),
    ("policy.attestation-trusted", [[Nothing; 2]; 3]),
    ("policy.aaguid-allow", [[In, In], [MODEL, MODEL], [SELF, SELF]]),
    ("policy.aaguid-deny", [[Nothing; 2]; 3]),
    ("policy.platform-only", [[ByClient, ROAMING], [ByClient, ROAMING], [ByClient, ROAMING]]),
];
const KEYS: [&str; 3] = ["passkey", "yubikey-4", "no-uv"];

/// The scenarios that Keycloak does not pass, and what it does instead.
const FINDINGS: [(&str, &str); 7] = [
    ("login.backup-eligibility-changed", "BE may change from the registration to a login"),
    ("login.not-in-allow-list", "any key of the user is taken, whatever the page listed"),
    ("login.origin-trailing-slash", "origins are compared as URLs, not as text"),
    ("login.origin-upper-case", "origins are compared as URLs, not as text"),
    ("policy.resident-required", "whether the key is resident is not looked at"),
    ("register.credential-of-another-user", "a credential id may belong to two users"),
    ("register.same-credential-again", "a credential id may be registered twice"),
];

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
    let scenarios = run::catalogue::embedded().unwrap();
    let (cases, done) = run_all(&scenarios, &target, &root).await;
    println!("{} cases in {:.1} s: {done:?}", cases.len(), began.elapsed().as_secs_f32());
    if let Some(log) = (!target.is_alive()).then(|| target.log_tail()).flatten() {
        panic!("Keycloak has ended; its log:\n{log}");
    }
    assert_eq!(done.ended, Ended::Complete);
    the_matrix_is_as_known(&cases);
    the_findings_are_those_that_are_known(&cases);

    forms_that_are_sent_twice(&target).await;
    logging_out(&target).await;
    an_algorithm_that_keycloak_lacks(&target).await;
    another_bench_attaches_and_cleans_up(&target).await;
    its_end_in_the_middle_of_a_ceremony(target).await;
}

async fn run_all(
    scenarios: &[Scenario],
    target: &KeycloakTarget,
    root: &TestRoot,
) -> (Vec<CaseDone>, RunDone) {
    let keys: Vec<KeyModel> = KEYS.iter().map(|name| KeyModel::new(profiles::find(name).unwrap())).collect();
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

fn the_matrix_is_as_known(cases: &[CaseDone]) {
    let columns: BTreeSet<&str> =
        cases.iter().map(|c| c.case.scenario.as_str()).filter(|id| id.starts_with("policy.")).collect();
    assert_eq!(columns, MATRIX.iter().map(|(id, _)| *id).collect(), "the policies that are walked");
    let mut wrong = Vec::new();
    for (id, rows) in MATRIX {
        for (key, cells) in KEYS.iter().zip(rows) {
            for (manner, cell) in [Manner::Faithful, Manner::Permissive].into_iter().zip(cells) {
                let ours =
                    |c: &&CaseDone| c.case.scenario == id && c.case.key == *key && c.case.manner == manner;
                let case =
                    cases.iter().find(ours).unwrap_or_else(|| panic!("{id} {key} {manner:?} did not run"));
                if !fits(cell, case) {
                    wrong.push(format!(
                        "{}: {cell:?} is expected, not {:?}: {}",
                        case.case, case.outcome, case.reason
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn fits(cell: Cell, case: &CaseDone) -> bool {
    match (cell, &case.outcome) {
        (In, Outcome::Accepted) | (ByClient, Outcome::RefusedByClient { .. }) => true,
        (Refused(words), Outcome::RefusedByServer { status: 200, reason, .. }) => {
            let said = reason.as_deref().unwrap_or_default();
            case.verdict == Verdict::Pass && said.contains(words)
        }
        (Nothing, Outcome::None) => case.verdict == Verdict::Unsupported,
        _ => false,
    }
}

fn the_findings_are_those_that_are_known(cases: &[CaseDone]) {
    let line = |c: &CaseDone| format!("{} {}: {}", c.verdict, c.case, c.reason);
    let unknown: Vec<String> = cases.iter().filter(|c| c.verdict == Verdict::Unknown).map(line).collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    let failed = cases.iter().filter(|c| c.verdict == Verdict::Fail);
    let failed: BTreeSet<&str> = failed.map(|c| c.case.scenario.as_str()).collect();
    let known: BTreeSet<&str> = FINDINGS.iter().map(|(id, _)| *id).collect();
    let new: Vec<String> = cases
        .iter()
        .filter(|c| c.verdict == Verdict::Fail && !known.contains(c.case.scenario.as_str()))
        .map(line)
        .collect();
    assert!(new.is_empty(), "not known of Keycloak:\n{}", new.join("\n"));
    let gone: Vec<_> = known.difference(&failed).collect();
    assert!(gone.is_empty(), "Keycloak does it right now: {gone:?}");
    let passed = |id: &str| cases.iter().any(|c| c.case.scenario == id && c.verdict == Verdict::Pass);
    for id in ["login.plain", "login.usernameless", "login.replayed-assertion", "register.model-not-allowed"]
    {
        assert!(passed(id), "{id} has passed with no key");
    }
}

async fn site(target: &KeycloakTarget, login: Login) -> (Box<dyn Site>, Account) {
    let policy = Policy { login, ..Policy::default() };
    let wish = SiteWish { policy: &policy, seed: [0; 32], anchors: &[], settings: &Map::new() };
    let site = target.site(wish).await.unwrap();
    let who = Account { name: "Al".into(), password: "a word to pass".into() };
    site.provision(&who).await.unwrap();
    (site, who)
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
    let (site, who) = site(target, Login::SecondFactor).await;
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

    let (site, _) = self::site(target, Login::Usernameless).await;
    let mut session = site.open().await.unwrap();
    session.offer_login(None).await.unwrap();
    let reason = refusal(session.login(&nonsense).await);
    assert!(reason.contains("Unknown user") && reason.contains("user_not_found"), "{reason}");
}

/// A user who logged in with the password on the way to a registration, and out again.
async fn logging_out(target: &KeycloakTarget) {
    let (site, who) = site(target, Login::SecondFactor).await;
    let mut session = site.open().await.unwrap();
    session.logout().await.unwrap();
    let offer = session.offer_registration(&who).await.unwrap();
    session.register(&answer(&site.origin(), &offer.options).await).await.unwrap();
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Al"));
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Al"), "by the cookies alone");
    session.logout().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
}

/// What the key `no-uv`, which needs no attestation key, answers to these options.
async fn answer(origin: &str, options: &CreationOptions) -> Value {
    let profile = profiles::find("no-uv").unwrap().profile;
    let hands = Scripted::new(Script::Touch(Duration::from_millis(100)));
    let mut key = Local::new(profile, Box::new(Seeded::from_seed([7; 32])), Box::new(hands)).unwrap();
    let made = Client::new(client::Manner::Faithful).create(&mut key, origin, options).await;
    made.map(|created| created.response.to_value()).unwrap_or_else(|e| panic!("{e}"))
}

async fn an_algorithm_that_keycloak_lacks(target: &KeycloakTarget) {
    let policy = Policy { algorithms: vec![-7, -48], ..Policy::default() };
    let outcome = target.site(SiteWish { policy: &policy, seed: [0; 32], anchors: &[], settings: &Map::new() }).await;
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
    let (_site, _) = site(&other, Login::Passwordless).await;
    let realms = other.realms().await;
    let [realm] = realms.as_slice() else { panic!("one realm is expected: {realms:?}") };
    let mut agent = Agent::new(url);
    let path = format!("realms/{realm}");
    assert_eq!(agent.get(&path).await.unwrap().status, 200);
    drop(other);
    assert_eq!(agent.get(&path).await.unwrap().status, 404, "its realm is gone with it");
}

/// Whether it took effect cannot be told: that is neither accepted nor refused. And nothing stays behind.
async fn its_end_in_the_middle_of_a_ceremony(target: KeycloakTarget) {
    let (site, who) = site(&target, Login::SecondFactor).await;
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
