//! A 2FAuth that runs already: the dialect, and servers that only claim to be one.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use plan::Policy;
use plan::policy::{Login, Requirement};
use serde_json::{Map, json};
use url::Url;

use crate::admin::AdminLogin;
use crate::dialect::twofauth::Dialect;
use crate::http::HttpError;
use crate::serving::{Place, Running};
use crate::target::{Account, Site, SiteWish, Target, TargetError};
use crate::twofauth::{TwofauthError, TwofauthSettings, TwofauthTarget};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn admin(password: &str) -> AdminLogin {
    AdminLogin { user: "root@example.test".into(), password: password.into() }
}

async fn running() -> Dialect {
    let dialect = Dialect::start(ANYWHERE, None).await.unwrap();
    dialect.add_admin("root@example.test", "a good word");
    dialect
}

async fn attach(url: Url, password: &str) -> Result<TwofauthTarget, TwofauthError> {
    TwofauthTarget::attach(url, &admin(password), TwofauthSettings::default()).await
}

async fn site(target: &TwofauthTarget, asked: Requirement) -> Result<Box<dyn Site>, TargetError> {
    let policy = Policy { login: Login::Passwordless, user_verification: asked, ..Policy::default() };
    target.site(SiteWish::of(&policy, &Map::new())).await
}

fn al() -> Account {
    Account { name: "al".into(), password: "a word to pass".into() }
}

#[tokio::test]
async fn users_are_removed_and_what_others_left_is_found() {
    let dialect = running().await;
    let target = attach(dialect.url(), "a good word").await.unwrap();
    assert!(target.is_dialect() && !target.capabilities().policy);
    let site = site(&target, Requirement::Preferred).await.unwrap();
    assert!(!site.is_disposable());
    site.provision(&al()).await.unwrap();
    assert_eq!(target.clean().await.unwrap(), Vec::<String>::new(), "its own");
    let other = attach(dialect.url(), "a good word").await.unwrap();
    let left = other.clean().await.unwrap();
    assert!(
        matches!(left.as_slice(), [name] if name.starts_with("anykey-") && name.ends_with("-al")),
        "{left:?}"
    );
    assert_eq!(other.clean().await.unwrap(), Vec::<String>::new());
    let again = attach(dialect.url(), "a good word").await.unwrap();
    let site = self::site(&again, Requirement::Preferred).await.unwrap();
    site.provision(&al()).await.unwrap();
    site.retire(&al()).await.unwrap();
    assert_eq!(other.clean().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_its_owner_would_have_to_set_is_said() {
    let dialect = running().await;
    let target = attach(dialect.url(), "a good word").await.unwrap();
    let Err(TargetError::Unsupported(why)) = site(&target, Requirement::Required).await else { panic!() };
    assert!(why.contains("WEBAUTHN_USER_VERIFICATION=required (it is preferred)"), "{why}");
}

#[tokio::test]
async fn a_policy_changes_as_far_as_the_server_is_ours() {
    let asks =
        |user_verification| Policy { login: Login::Passwordless, user_verification, ..Policy::default() };
    let own = TwofauthTarget::dialect(TwofauthSettings::default()).await.unwrap();
    let none = Map::new();
    let before = asks(Requirement::Preferred);
    let wish = || SiteWish { changes: true, ..SiteWish::of(&before, &none) };
    let site = own.site(wish()).await.unwrap();
    site.provision(&al()).await.unwrap();
    site.set_policy(&asks(Requirement::Required)).await.unwrap();
    site.open().await.unwrap().login_without_key(&al()).await.unwrap();
    let resident = Policy { resident_key: Requirement::Required, ..before.clone() };
    assert!(matches!(site.set_policy(&resident).await, Err(TargetError::Unsupported(_))));
    assert_ne!(own.site(wish()).await.unwrap().origin(), site.origin(), "each has a server to itself");

    let dialect = running().await;
    let target = attach(dialect.url(), "a good word").await.unwrap();
    let site = target.site(wish()).await.unwrap();
    site.set_policy(&before).await.unwrap();
    let changed = site.set_policy(&asks(Requirement::Required)).await;
    let Err(TargetError::Unsupported(why)) = changed else { panic!("{changed:?}") };
    assert!(why.contains("WEBAUTHN_USER_VERIFICATION=required"), "{why}");
}

/// Where nobody may register, the admin makes the users.
#[tokio::test]
async fn a_server_that_is_closed() {
    let dialect = running().await;
    let target = attach(dialect.url(), "a good word").await.unwrap();
    let mut root = target.first.admin.lock().await;
    let path = "api/v1/settings/disableRegistration";
    let closed = root.ask(http::Method::PUT, path, Some(&json!({"value": true}))).await.unwrap();
    assert_eq!(closed.status, 200);
    drop(root);
    let site = site(&target, Requirement::Preferred).await.unwrap();
    site.provision(&al()).await.unwrap();
    let mut session = site.open().await.unwrap();
    session.login_without_key(&al()).await.unwrap();
    assert_eq!(session.whoami().await.unwrap().as_deref(), Some("al"));
    assert_eq!(site.credentials(&al()).await.unwrap(), Vec::new());
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let dialect = running().await;
    let error = attach(dialect.url(), "a wrong word").await.unwrap_err();
    assert!(matches!(&error, TwofauthError::Admin { why, .. } if why.contains("refused")), "{error}");
}

#[tokio::test]
async fn its_end_in_the_middle_of_a_ceremony_is_unknown() {
    let dialect = running().await;
    let target = attach(dialect.url(), "a good word").await.unwrap();
    let site = site(&target, Requirement::Preferred).await.unwrap();
    site.provision(&al()).await.unwrap();
    let mut session = site.open().await.unwrap();
    session.offer_registration(&al()).await.unwrap();
    dialect.into_running().stop().await;
    assert!(matches!(session.register(&json!({})).await, Err(TargetError::Unknown(_))));
}

#[tokio::test]
async fn nobody_there() {
    let url = {
        let dialect = running().await;
        let url = dialect.url();
        dialect.into_running().stop().await;
        url
    };
    let error = attach(url, "a good word").await.unwrap_err();
    assert!(matches!(error, TwofauthError::Http(HttpError::Refused { .. })), "{error}");
}

async fn page(text: &'static str) -> Running {
    let place = Place::listen(ANYWHERE).await.unwrap();
    place.serve(Router::new().route("/", get(move || async move { Html(text) })))
}

#[tokio::test]
async fn other_servers_and_versions_are_told() {
    let old = page("<script>var appVersion = '5.6.1';</script>").await;
    let error = attach(old.url(), "a good word").await.unwrap_err();
    assert!(matches!(&error, TwofauthError::Version { version, .. } if version == "5.6.1"), "{error}");
    let other = page("<title>something else</title>").await;
    let error = attach(other.url(), "a good word").await.unwrap_err();
    assert!(matches!(error, TwofauthError::NotIt { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_installation_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let start = |path: &std::path::Path| {
        let path = path.to_owned();
        async move { TwofauthTarget::start(&path, TwofauthSettings::default()).await.unwrap_err() }
    };
    let error = start(empty.path()).await;
    assert!(error.is_usage() && error.to_string().contains("it has no artisan"), "{error}");
    assert!(start(&empty.path().join("nowhere")).await.is_usage());
}
