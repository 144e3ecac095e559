//! A dialect that runs already, as a defguard of somebody else's does.

use std::net::{Ipv4Addr, SocketAddr};

use plan::Policy;
use serde_json::Map;

use crate::admin::AdminLogin;
use crate::defguard::{DefguardError, DefguardSettings, DefguardTarget};
use crate::dialect::defguard::{Started, start};
use crate::target::{Account, Session, SiteWish, Target, TargetError};

async fn dialect() -> Started {
    start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap()
}

async fn attach(started: &Started) -> DefguardTarget {
    let settings = DefguardSettings::default();
    DefguardTarget::attach(started.url.clone(), started.admin.clone(), settings).await.unwrap()
}

/// A user agent of alice, who has no key.
async fn session(started: &Started) -> Box<dyn Session> {
    let (policy, none) = (Policy::default(), Map::new());
    let site = attach(started).await.site(SiteWish::of(&policy, &none)).await.unwrap();
    site.provision(&alice()).await.unwrap();
    site.open().await.unwrap()
}

fn alice() -> Account {
    Account { name: "alice".into(), password: "a word to pass".into() }
}

#[tokio::test]
async fn a_dialect_that_is_attached_to_is_none_of_the_real_ones() {
    let started = dialect().await;
    let target = attach(&started).await;
    assert!(target.is_dialect());
    assert_eq!(target.version().as_deref(), Some("2.0.1"));
}

#[tokio::test]
async fn wrong_passwords_and_other_urls_are_told() {
    let started = dialect().await;
    let wrong = AdminLogin { user: "admin".into(), password: "wrong".into() };
    let error = DefguardTarget::attach(started.url.clone(), wrong, DefguardSettings::default()).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, DefguardError::Admin { .. }) && error.to_string().contains("wrong name"),
        "{error}"
    );
    let by_address = started.running.url();
    let error = DefguardTarget::attach(by_address, started.admin.clone(), DefguardSettings::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("defguard's settings"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told() {
    let started = dialect().await;
    let (url, admin) = (started.url.clone(), started.admin.clone());
    started.running.stop().await;
    let error = DefguardTarget::attach(url, admin, DefguardSettings::default()).await.unwrap_err();
    assert!(error.to_string().contains("is the server running"), "{error}");
}

#[tokio::test]
async fn leftovers_of_other_runs_are_removed() {
    let started = dialect().await;
    let (policy, none) = (Policy::default(), Map::new());
    let other = attach(&started).await;
    let site = other.site(SiteWish::of(&policy, &none)).await.unwrap();
    assert!(!site.is_disposable());
    site.provision(&alice()).await.unwrap();
    // Enough for a second page of the list.
    for n in 0..60 {
        site.provision(&Account { name: format!("u{n}"), ..alice() }).await.unwrap();
    }
    let target = attach(&started).await;
    let own = target.site(SiteWish::of(&policy, &none)).await.unwrap();
    own.provision(&alice()).await.unwrap();
    let removed = target.clean().await.unwrap();
    assert_eq!(removed.len(), 61);
    assert!(removed.iter().all(|name| name.starts_with("anykey-")), "{removed:?}");
    assert_eq!(target.clean().await.unwrap(), Vec::<String>::new());
    own.retire(&alice()).await.unwrap();
    assert!(matches!(own.retire(&alice()).await, Err(TargetError::Unknown(_))), "it is gone");
}

#[tokio::test]
async fn a_user_who_is_locked_out_is_no_word_on_keys() {
    let started = dialect().await;
    let mut session = session(&started).await;
    let wrong = Account { password: "another word".into(), ..alice() };
    for _ in 0..5 {
        let refused = session.login_without_key(&wrong).await;
        assert!(matches!(refused, Err(TargetError::Refused { status: 401, .. })), "{refused:?}");
    }
    let Err(TargetError::Unknown(why)) = session.login_without_key(&alice()).await else { panic!() };
    assert!(why.contains("locked out"), "{why}");
}

#[tokio::test]
async fn what_is_sent_without_a_beginning_is_unknown() {
    let started = dialect().await;
    let mut session = session(&started).await;
    let nothing = serde_json::json!({});
    assert!(matches!(session.register(&nothing).await, Err(TargetError::Unknown(_))));
    assert!(matches!(session.offer_login(None).await, Err(TargetError::Unsupported(_))));
    // Without a key the password is enough.
    let Err(TargetError::Refused { reason, .. }) = session.offer_login(Some(&alice())).await else {
        panic!()
    };
    assert!(reason.unwrap().contains("no key is asked for"));
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("alice"));
    session.logout().await.unwrap();
    assert_eq!(session.whoami().await.unwrap(), None);
    session.logout().await.unwrap();
}
