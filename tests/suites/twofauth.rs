//! 2FAuth, and its dialect: what they take and refuse of each of the nine keys.
//!
//! The real one runs when `ANYKEY_2FAUTH` names the directory of a release with its `vendor` folder (and `ANYKEY_PHP` a PHP, if
//! `php` is none that it runs on); otherwise it is said. Both are held to the same: what must come of each case stands in the
//! scenarios and in the list of what is known; here stands for which reason it must be.

use std::collections::BTreeSet;

use plan::event::{CaseDone, Outcome};
use plan::policy::{Login, Policy};
use serde_json::{Map, json};
use targets::{Account, Site, SiteWish, Target, TargetError};

use crate::dialects::{Opened, what_ran_with_no_key};

/// The words with which 2FAuth refuses, by scenario. Of a refused login it says nothing but that.
const REASONS: &[(&str, &str)] = &[
    ("register.challenge-of-other-session", "Response challenge is not equal."),
    ("register.made-up-challenge", "Response challenge is not equal."),
    ("register.no-user-presence", "Response did not have the user present."),
    ("register.origin-null", "Response origin is invalid."),
    ("register.origin-subdomain", "Response not made to a secure server (localhost or HTTPS)."),
    ("register.other-origin", "Relying Party ID not scoped to current."),
    ("register.other-rp-id", "Response has different Relying Party ID hash."),
    ("register.credential-of-another-user", "Credential ID already exists in the database."),
    ("register.type-of-login", "Response is not for creating WebAuthn Credentials."),
    ("register.unknown-format", "Format name [made-up] is invalid."),
];

/// The scenarios for which 2FAuth has no such setting: with no key they are more than unsupported.
const NOTHING: &[&str] = &[
    "fault.power-cut",
    "login.no-user-handle",
    "login.user-handle-of-another",
    "login.usernameless",
    "policy.aaguid-allow",
    "policy.aaguid-deny",
    "policy.attestation-direct",
    "policy.attestation-trusted",
    "policy.changed",
    "policy.platform-only",
    "policy.resident-required",
    "policy.second-factor",
    "policy.usernameless",
    "policy.uv-required-later",
    "register.algorithm-not-offered",
    "register.attestation-algorithm",
    "register.attestation-signature",
    "register.backed-up-forbidden",
    "register.backup-forbidden",
    "register.backup-required",
    "register.certificate-of-another-model",
    "register.cross-platform",
    "register.model-allowed",
    "register.model-denied",
    "register.model-not-allowed",
    "register.no-attestation",
    "register.packed-attestation",
    "register.same-credential-again",
    "register.same-key-twice",
    "register.same-key-twice-allowed",
    "register.self-attestation",
    "register.tpm-attestation",
    "register.tpm-key-for-another-use",
    "register.tpm-key-with-subject",
    "register.tpm-not-generated",
    "register.tpm-other-data",
    "register.tpm-other-name",
    "register.tpm-other-public-area",
    "register.tpm-without-name",
    "register.trusted-attestation",
    "register.untrusted-root",
    "register.untrusted-self-attestation",
];

#[tokio::test(flavor = "multi_thread")]
async fn twofauth() {
    let Some(real) = Opened::real("2fauth").await else { return };
    everything(&real).await;
    real.keep();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialect_of_2fauth() {
    let dialect = Opened::dialect("2fauth").await;
    everything(&dialect).await;
    dialect.compare();
}

async fn everything(opened: &Opened) {
    ten_logins_a_minute(opened.target.as_ref()).await;
    users_come_and_go(opened.target.as_ref()).await;
    let cases = opened.run().await;
    assert_eq!(what_ran_with_no_key(&cases), NOTHING);
    refusals_are_for_the_right_reason(&cases);
}

fn refusals_are_for_the_right_reason(cases: &[CaseDone]) {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let Outcome::RefusedByServer { reason, .. } = &case.outcome else { continue };
        let words = REASONS.iter().find(|(id, _)| *id == case.case.scenario).map(|(_, words)| *words);
        seen.insert(case.case.scenario.as_str());
        let said = reason.as_deref().unwrap_or_default();
        if words.is_some_and(|words| !said.contains(words)) {
            wrong.push(format!("{}: {words:?} is expected, not {said:?}", case.case));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, _) in REASONS {
        assert!(seen.contains(id), "{id} was refused by the server with no key");
    }
}

fn who(name: &str) -> Account {
    Account { name: name.into(), password: "a word to pass".into() }
}

async fn site(target: &dyn Target) -> Box<dyn Site> {
    let policy = Policy { login: Login::Passwordless, ..Policy::default() };
    let none = Map::new();
    let wish = SiteWish {
        policy: &policy,
        seed: [0; 32],
        anchors: &[],
        changes: false,
        verifies_user: true,
        settings: &none,
    };
    target.site(wish).await.unwrap()
}

/// Whoever meets the limit has not been refused: it is no word on keys.
async fn ten_logins_a_minute(target: &dyn Target) {
    let (site, al) = (site(target).await, who("Al"));
    site.provision(&al).await.unwrap();
    let mut session = site.open().await.unwrap();
    session.offer_login(Some(&al)).await.unwrap();
    let nonsense = json!({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {
        "clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA"
    }});
    for _ in 0..10 {
        assert!(matches!(session.login(&nonsense).await, Err(TargetError::Refused { status: 401, .. })));
    }
    let Err(TargetError::Unknown(why)) = session.login(&nonsense).await else { panic!("the limit is met") };
    assert!(why.contains("HTTP 429") && why.contains("TRUSTED_PROXIES"), "{why}");
    // Another browser has another address.
    site.open().await.unwrap().login_without_key(&al).await.unwrap();
}

async fn users_come_and_go(target: &dyn Target) {
    let (site, bea) = (site(target).await, who("Bea"));
    site.provision(&bea).await.unwrap();
    assert!(matches!(site.provision(&bea).await, Err(TargetError::Unknown(why)) if why.contains("taken")));
    let mut session = site.open().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
    let wrong = Account { password: "another word".into(), ..bea.clone() };
    assert!(matches!(session.login_without_key(&wrong).await, Err(TargetError::Refused { status: 401, .. })));
    session.login_without_key(&bea).await.unwrap();
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Bea"));
    session.logout().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
    assert!(session.offer_login(None).await.is_err());
    site.retire(&bea).await.unwrap();
    assert!(matches!(site.credentials(&bea).await, Err(TargetError::Unknown(_))));
}
