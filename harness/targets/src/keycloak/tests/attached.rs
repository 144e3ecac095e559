//! Servers that answer as Keycloak does until they do not: another version, a page that has changed, a limit before it.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use plan::Policy;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::keycloak::{AdminLogin, KeycloakError, KeycloakSettings, KeycloakTarget};
use crate::target::{Account, SiteWish, Target, TargetError};

/// The address of a server of that version whose login page is what `page` gives.
async fn server(version: &'static str, page: fn() -> Response) -> Url {
    let realm = || async { Json(json!({"realm": "master"})) };
    let router = Router::new()
        .route(
            "/realms/master/protocol/openid-connect/token",
            post(|| async { Json(json!({"access_token": "t", "expires_in": 60})) }),
        )
        .route(
            "/admin/serverinfo",
            get(move || async move { Json(json!({"systemInfo": {"version": version}})) }),
        )
        .route("/admin/realms", post(|| async { StatusCode::CREATED }))
        .route("/admin/realms/{realm}", get(realm).delete(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/admin/realms/{realm}/users",
            post(|| async { (StatusCode::CREATED, [("location", "/admin/realms/x/users/the-id")]) }),
        )
        .route("/realms/{realm}/protocol/openid-connect/auth", get(move || async move { page() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn attach(url: Url) -> Result<KeycloakTarget, KeycloakError> {
    let login = AdminLogin { user: "admin".into(), password: "a password".into() };
    KeycloakTarget::attach(url, login, KeycloakSettings::default()).await
}

/// What comes of a registration there.
async fn registration(page: fn() -> Response) -> TargetError {
    let target = attach(server("26.7.3", page).await).await.unwrap();
    let settings: Map<String, Value> = json!({"defaults": true}).as_object().unwrap().clone();
    let policy = Policy::default();
    let wish = SiteWish::of(&policy, &settings);
    let site = target.site(wish).await.unwrap();
    let who = Account { name: "al".into(), password: "a word".into() };
    site.provision(&who).await.unwrap();
    let mut session = site.open().await.unwrap();
    let outcome = session.offer_registration(&who).await.map(drop).unwrap_err();
    tokio::task::spawn_blocking(move || drop(target)).await.unwrap();
    outcome
}

#[tokio::test]
async fn a_version_that_is_not_known() {
    let error = attach(server("25.0.6", || ().into_response()).await).await.unwrap_err();
    assert!(matches!(error, KeycloakError::Version { .. }), "{error}");
    assert!(error.to_string().contains("Keycloak 25.0.6"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = attach(url).await.unwrap_err().to_string();
    assert!(error.contains("is the server running"), "{error}");
}

#[tokio::test]
async fn a_page_that_has_changed_is_kept() {
    let error = registration(|| {
        Html(r#"<body data-page-id="login-new"><h1 id="kc-page-title">Hello</h1><form id="sign-in"></form></body>"#)
            .into_response()
    });
    let error = error.await;
    let TargetError::Unexpected { expected, page } = error else { panic!("{error:?}") };
    assert!(expected.contains("form#kc-form-login") && expected.contains("login-new"), "{expected}");
    assert!(page.body.contains("sign-in") && page.status == 200, "{page:?}");
}

#[tokio::test]
async fn a_limit_before_it_is_no_refusal() {
    let error = registration(|| (StatusCode::TOO_MANY_REQUESTS, "slow down").into_response()).await;
    let TargetError::Unknown(why) = error else { panic!("{error:?}") };
    assert!(why.contains("429") && why.contains("--jobs 1"), "{why}");
}
