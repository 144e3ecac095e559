//! Servers that only claim to be defguard.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use plan::Policy;
use serde_json::{Map, Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use url::Url;

use crate::admin::AdminLogin;
use crate::defguard::{DefguardError, DefguardSettings, DefguardTarget};
use crate::serving::{Place, Running};
use crate::target::{Account, SiteWish, Target, TargetError};

/// A server of that version; `finish` is its answer to a registration, after which nobody is logged in.
async fn fake(version: &'static str, finish: (StatusCode, Value)) -> (Running, Url) {
    let place = Place::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let url = Url::parse(&format!("http://localhost:{}/", place.address().port())).unwrap();
    let own = url.to_string();
    let cookie = [(header::SET_COOKIE, "defguard_session=x; Path=/")];
    let options = json!({ "publicKey": {
        "rp": { "name": "x", "id": "localhost" },
        "user": { "id": "AAAA", "name": "al", "displayName": "al" },
        "challenge": "AAAA",
        "pubKeyCredParams": [],
    }});
    let router = Router::new()
        .route(
            "/api/v1/auth",
            post(move || async move { (cookie, Json(json!({ "user": {} }))).into_response() }),
        )
        .route("/api/v1/info", get(move || async move { Json(json!({ "version": version })) }))
        .route("/api/v1/settings", get(move || async move { Json(json!({ "defguard_url": own })) }))
        .route("/api/v1/user", post(|| async { (StatusCode::CREATED, Json(json!({}))) }))
        .route("/api/v1/me", get(|| async { (StatusCode::UNAUTHORIZED, Json(json!({ "msg": "gone" }))) }))
        .route("/api/v1/auth/webauthn/init", post(move || async move { Json(options) }))
        .route("/api/v1/auth/webauthn/finish", post(move || async move { (finish.0, Json(finish.1)) }));
    (place.serve(router), url)
}

async fn attach(url: &Url) -> Result<DefguardTarget, DefguardError> {
    let admin = AdminLogin { user: "admin".into(), password: "x".into() };
    DefguardTarget::attach(url.clone(), admin, DefguardSettings::default()).await
}

/// What becomes of a registration that is answered so.
async fn registered(finish: (StatusCode, Value)) -> TargetError {
    let (_running, url) = fake("2.0.1+abc", finish).await;
    let target = attach(&url).await.unwrap();
    assert!(!target.is_dialect());
    let (policy, none) = (Policy::default(), Map::new());
    let site = target.site(SiteWish::of(&policy, &none)).await.unwrap();
    let who = Account { name: "al".into(), password: "x".into() };
    site.provision(&who).await.unwrap();
    let mut session = site.open().await.unwrap();
    session.offer_registration(&who).await.unwrap();
    session.register(&json!({})).await.unwrap_err()
}

#[tokio::test]
async fn another_version_is_told() {
    let (_running, url) = fake("1.6.6", (StatusCode::OK, Value::Null)).await;
    let error = attach(&url).await.unwrap_err();
    assert!(matches!(&error, DefguardError::Version { version, .. } if version == "1.6.6"), "{error}");
}

#[tokio::test]
async fn a_crash_is_no_refusal() {
    let finish = (StatusCode::INTERNAL_SERVER_ERROR, json!({ "msg": "Internal server error" }));
    let TargetError::Unknown(why) = registered(finish).await else { panic!() };
    assert!(why.contains("has ended the session"), "{why}");
    let other = (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "something else" }));
    assert!(matches!(registered(other).await, TargetError::Unexpected { .. }));
}

#[tokio::test]
async fn a_rate_limit_is_no_refusal() {
    let TargetError::Unknown(why) = registered((StatusCode::TOO_MANY_REQUESTS, json!({}))).await else {
        panic!()
    };
    assert!(why.contains("DEFGUARD_RATELIMIT_PERSECOND"), "{why}");
}

#[tokio::test]
async fn what_is_no_program_is_told() {
    let start = DefguardTarget::start(Path::new("/nowhere/defguard"), DefguardSettings::default()).await;
    let error = start.unwrap_err();
    assert!(
        matches!(error, DefguardError::Program { .. }) && error.to_string().contains("/nowhere"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_that_is_none_is_told_without_its_password() {
    for (url, why) in
        [("mysql://u:secret@localhost/x", "postgres://"), ("postgres://u:secret@localhost/", "name")]
    {
        let settings =
            DefguardSettings { database: Some(Url::parse(url).unwrap()), ..DefguardSettings::default() };
        let program = std::env::current_exe().unwrap();
        let error = DefguardTarget::start(&program, settings).await.unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("secret"), "{error}");
    }
}
