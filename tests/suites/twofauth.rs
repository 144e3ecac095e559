//! 2FAuth, and its dialect: what they take and refuse of each of the nine keys.
//!
//! The real one runs when `ANYKEY_2FAUTH` names the directory of a release with its `vendor` folder (and `ANYKEY_PHP` a PHP, if
//! `php` is none that it runs on); otherwise it is said. Both are held to the same: what must come of each case stands in the
//! scenarios and in the list of what is known; here stands for which reason it must be.

use plan::policy::{Login, Policy};
use serde_json::json;
use targets::{Account, Target, TargetError};

use crate::dialects::Opened;
use crate::servers::{lacks, refusals_are_for_the_right_reason, site};

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

/// What 2FAuth has no setting for.
const LACKING: &[&[&str]] = &[
    lacks::ATTESTATION,
    lacks::TRUST_ANCHORS,
    lacks::AAGUID_DENY,
    lacks::ATTACHMENT,
    lacks::BACKUP_FORBIDDEN,
    lacks::BACKUP_REQUIRED,
    lacks::ALGORITHMS,
    lacks::NO_EXCLUSION,
    lacks::RESIDENT_KEY,
    lacks::USERNAMELESS,
    lacks::TOUCH_AFTER_PASSWORD,
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
    let cases = opened.run(LACKING).await;
    refusals_are_for_the_right_reason(&cases, REASONS);
}

fn passwordless() -> Policy {
    Policy { login: Login::Passwordless, ..Policy::default() }
}

/// Whoever meets the limit has not been refused: it is no word on keys.
async fn ten_logins_a_minute(target: &dyn Target) {
    let (site, al) = site(target, passwordless(), json!({})).await;
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
    let (site, al) = site(target, passwordless(), json!({})).await;
    assert!(matches!(site.provision(&al).await, Err(TargetError::Unknown(why)) if why.contains("taken")));
    let mut session = site.open().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
    let wrong = Account { password: "another word".into(), ..al.clone() };
    assert!(matches!(session.login_without_key(&wrong).await, Err(TargetError::Refused { status: 401, .. })));
    session.login_without_key(&al).await.unwrap();
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("Al"));
    session.logout().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
    assert!(session.offer_login(None).await.is_err());
    site.retire(&al).await.unwrap();
    assert!(matches!(site.credentials(&al).await, Err(TargetError::Unknown(_))));
}
