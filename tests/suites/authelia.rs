//! Authelia and its dialect, driven through the API of its portal: what it takes and refuses of each of the nine keys under each
//! policy.
//!
//! The real one runs when `ANYKEY_AUTHELIA` names the program. What must come of each case stands in the scenarios and in the list
//! of what is known of Authelia; here stands for which reason it must be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plan::Verdict;
use plan::event::CaseDone;
use plan::policy::{Login, Policy};
use serde_json::{Value, json};
use softkeys::TestRoot;
use targets::authelia::{AutheliaAttachment, AutheliaError, AutheliaSettings, AutheliaTarget};
use targets::{SiteWish, Target, TargetError};

use crate::cases::{answer, every_case_is_as_expected, run_all};
use crate::dialects::Opened;
use crate::servers::{lacks, logins_are_proven, refusals_are_for_the_right_reason, site};

/// The words with which Authelia refuses: it tells them to its log, and the client nothing.
const REASONS: &[(&str, &str)] = &[
    ("login.backed-up-but-not-eligible", "Backup State Flag is true but Backup Eligible flag is false"),
    ("login.backup-eligibility-changed", "Backup Eligible flag inconsistency"),
    ("login.challenge-of-other-session", "Error validating challenge"),
    ("login.challenge-of-registration", "Error validating challenge"),
    ("login.counter-back", "sign count indicates that it is cloned"),
    ("login.counter-of-before", "sign count indicates that it is cloned"),
    ("login.cross-origin", "Error validating cross origin flag"),
    ("login.no-user-presence", "User presence required"),
    ("login.no-user-verification", "User verification required"),
    ("login.other-origin", "Error validating origin"),
    ("login.other-rp-id", "RP Hash mismatch"),
    ("login.replayed-assertion", "challenge session data is not present"),
    ("login.revoked", "User does not own all credentials"),
    ("login.type-of-registration", "Error validating ceremony type"),
    ("login.wrong-signature", "Error validating the assertion signature"),
    ("policy.aaguid-deny", "prohibit the AAGUID"),
    ("policy.uv-required", "User verification required"),
    ("register.attestation-signature", "ignature"),
    ("register.backup-forbidden", "prohibit credentials that are backup eligible"),
    ("register.challenge-of-other-session", "Error validating challenge"),
    ("register.challenge-reused", "challenge session data is not present"),
    ("register.credential-of-another-user", "UNIQUE constraint failed"),
    ("register.cross-origin", "Error validating cross origin flag"),
    ("register.no-user-presence", "User presence required"),
    ("register.no-user-verification", "User verification required"),
    ("register.other-origin", "Error validating origin"),
    ("register.other-rp-id", "RP Hash mismatch"),
    ("register.type-of-login", "Error validating ceremony type"),
    ("authelia.same-credential-again", "UNIQUE constraint failed"),
];

/// What Authelia has no setting for.
const LACKING: &[&[&str]] = &[
    lacks::TRUST_ANCHORS,
    lacks::BACKUP_REQUIRED,
    lacks::ALGORITHMS,
    lacks::NO_EXCLUSION,
    lacks::PASSWORDLESS,
];

#[tokio::test(flavor = "multi_thread")]
async fn dialect() {
    let opened = Opened::dialect("authelia").await;
    whole(&opened).await;
    let lender = AutheliaTarget::dialect(AutheliaSettings::default()).await.unwrap();
    another_bench_attaches_and_cleans_up(&lender).await;
    opened.compare();
    its_end_in_the_middle_of_a_ceremony(opened.target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real() {
    let Some(opened) = Opened::real("authelia").await else { return };
    whole(&opened).await;
    let log = String::from_utf8(opened.target.log().unwrap()).unwrap();
    assert!(log.contains("== Authelia 1: ") && log.contains("Startup complete"), "the log is kept");
    let program = std::env::var_os("ANYKEY_AUTHELIA").unwrap();
    let lender = AutheliaTarget::start(Path::new(&program), AutheliaSettings::default()).await.unwrap();
    another_bench_attaches_and_cleans_up(&lender).await;
    assert!(lender.is_alive(), "an Authelia has ended");
    opened.keep();
    its_end_in_the_middle_of_a_ceremony(opened.target).await;
}

async fn whole(opened: &Opened) {
    let target = opened.target.as_ref();
    a_user_who_is_banned(target).await;
    too_many_codes(target).await;
    a_configuration_that_authelia_refuses(target).await;
    options_as_authelia_gives_them(target).await;
    let cases = opened.run(LACKING).await;
    refusals_are_for_the_right_reason(&cases, REASONS);
    // The level of the session, and that the site behind it is open.
    logins_are_proven(&cases, &["the session is at level 2", "says that alice is logged in"]);
}

fn second_factor() -> Policy {
    Policy { login: Login::SecondFactor, ..Policy::default() }
}

#[tokio::test]
async fn a_program_that_is_no_authelia() {
    let start = |path: &'static str| AutheliaTarget::start(Path::new(path), AutheliaSettings::default());
    let nothing = start("/nowhere/authelia").await.unwrap_err();
    assert!(matches!(nothing, AutheliaError::Binary { .. }), "{nothing}");
    let other = start("/bin/true").await.unwrap_err();
    assert!(other.to_string().contains("asked for its version"), "{other}");
}

/// The right password is refused then, which is no word on keys.
async fn a_user_who_is_banned(target: &dyn Target) {
    let regulation = json!({ "max_retries": 2, "find_time": "1h", "ban_time": "1h" });
    let settings = json!({ "regulation": regulation, "wrong-passwords": 2 });
    let (site, who) = site(target, second_factor(), settings).await;
    let mut session = site.open().await.unwrap();
    let outcome = session.offer_registration(&who).await;
    let Err(TargetError::Unknown(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("banned") && why.contains("regulation.max_retries"), "{why}");
}

async fn too_many_codes(target: &dyn Target) {
    let limit = json!({ "enable": true, "buckets": [{ "period": "1h", "requests": 1 }] });
    let settings = json!({ "rate-limits": { "session_elevation_start": limit }, "elevation": "wrong-code" });
    let (site, who) = site(target, second_factor(), settings).await;
    let mut session = site.open().await.unwrap();
    let first = session.offer_registration(&who).await;
    assert!(matches!(first, Err(TargetError::Refused { .. })), "{first:?}");
    let second = session.offer_registration(&who).await;
    let Err(TargetError::Unknown(why)) = second else { panic!("{second:?}") };
    assert!(why.contains("limits the rate") && why.contains("session_elevation_start"), "{why}");
}

async fn a_configuration_that_authelia_refuses(target: &dyn Target) {
    let policy = Policy::default();
    let settings = json!({ "webauthn": { "no_such_option": true } });
    let outcome = target.site(SiteWish::of(&policy, settings.as_object().unwrap())).await;
    let Err(TargetError::Unknown(why)) = outcome.map(drop) else { panic!("it started") };
    assert!(why.contains("no_such_option"), "{why}");
}

async fn options_as_authelia_gives_them(target: &dyn Target) {
    let (site, who) = site(target, second_factor(), json!({ "defaults": true })).await;
    let mut session = site.open().await.unwrap();
    session.logout().await.unwrap();
    let offer = session.offer_registration(&who).await.unwrap();
    let raw: Value = serde_json::from_slice(&offer.raw).unwrap();
    assert_eq!(raw["rp"]["id"], site.rp_id());
    assert_eq!(raw["attestation"], "indirect");
    assert_eq!(raw["pubKeyCredParams"].as_array().map(Vec::len), Some(10));
    assert_eq!(raw.get("excludeCredentials"), None, "the user has no key");
    assert_eq!(session.whoami().await.unwrap(), None, "a password is one factor");
    let login = session.offer_login(Some(&who)).await;
    assert!(matches!(login, Err(TargetError::Refused { status: 403, .. })), "{login:?}");
    let never = session.register(&json!({})).await;
    assert!(matches!(never, Err(TargetError::Unknown(_))), "{never:?}");
}

/// What is set can be tested, and what is not is unsupported; users go back without keys.
async fn another_bench_attaches_and_cleans_up(target: &AutheliaTarget) {
    let (url, about) = target.lend(16).await.unwrap();
    let attach = |about| AutheliaTarget::attach(url.clone(), about, AutheliaSettings::default());
    let nobody = AutheliaAttachment { users: BTreeMap::new(), ..about.clone() };
    let error = attach(nobody).await.unwrap_err();
    assert!(error.to_string().contains("users.toml"), "{error}");
    let strangers = about.users.keys().map(|name| (name.clone(), "another".to_owned())).collect();
    let error = attach(AutheliaAttachment { users: strangers, ..about.clone() }).await.unwrap_err();
    assert!(error.to_string().contains("does not take the password"), "{error}");
    let old = AutheliaAttachment { version: Some("4.38.19".into()), ..about.clone() };
    let error = attach(old).await.unwrap_err();
    assert!(matches!(error, AutheliaError::Version { .. }), "{error}");

    let other = attach(about.clone()).await.unwrap();
    assert_eq!(
        (other.jobs(), other.capabilities().policy, other.is_dialect()),
        (8, false, target.is_dialect())
    );
    let mut scenarios = run::catalogue::embedded().unwrap();
    let some =
        ["login.plain", "register.second-key", "login.twice", "policy.uv-required", "authelia.renamed"];
    scenarios.retain(|s| some.contains(&s.id.as_str()) || s.id == "policy.second-factor");
    let root = TestRoot::seeded([1; 32]).unwrap();
    let (cases, _) = run_all(&scenarios, &other, &root).await;
    every_case_is_as_expected(&cases);
    let set = |c: &&CaseDone| c.verdict == Verdict::Unsupported;
    let unset: BTreeSet<&str> = cases.iter().filter(set).map(|c| c.case.scenario.as_str()).collect();
    assert_eq!(unset, BTreeSet::from(["policy.uv-required"]));

    let (place, who) = site(&other, second_factor(), json!({})).await;
    let mut session = place.open().await.unwrap();
    let offer = session.offer_registration(&who).await.unwrap();
    session.register(&answer(&place.origin(), &offer.options).await).await.unwrap();
    drop(other);
    let cleaner = attach(about.clone()).await.unwrap();
    let left = cleaner.clean().await.unwrap();
    assert!(matches!(left.as_slice(), [one] if one.contains(": AnyKey ")), "{left:?}");
    assert_eq!(cleaner.clean().await.unwrap(), Vec::<String>::new());

    let blind = attach(AutheliaAttachment { notifier: None, ..about }).await.unwrap();
    let (place, who) = site(&blind, second_factor(), json!({})).await;
    let outcome = place.open().await.unwrap().offer_registration(&who).await;
    assert!(matches!(outcome, Err(TargetError::Unsupported(_))), "{outcome:?}");
}

/// Whether it took effect cannot be told: that is neither accepted nor refused.
async fn its_end_in_the_middle_of_a_ceremony(target: Box<dyn Target>) {
    let (site, who) = site(target.as_ref(), second_factor(), json!({})).await;
    let mut session = site.open().await.unwrap();
    session.offer_registration(&who).await.unwrap();
    drop(target);
    let outcome = session.register(&json!({})).await;
    let untold = matches!(outcome, Err(TargetError::Unknown(_) | TargetError::Unexpected { .. }));
    assert!(untold, "{outcome:?}");
}
