//! The agent against small servers on loopback.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{Json, Path, RawForm};
use axum::http::HeaderMap as Heads;
use axum::response::Redirect;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::{Agent, Body, HttpClient, HttpError, Jar, is_loopback};

async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/app", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A server which reads one request and then does as told with the connection.
async fn raw(answer: &'static [u8]) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer).await;
        }
    });
    url
}

fn echo() -> Router {
    Router::new()
        .route("/app/form", post(|RawForm(bytes): RawForm| async move { Json(pairs(&bytes)) }))
        .route("/app/json", post(|Json(value): Json<Value>| async move { Json(value) }))
        .route("/root", get(|| async { "root" }))
        .route("/app/away", get(|| async { Redirect::to("../root?code=1") }))
        .route("/app/html", get(|| async { axum::response::Html("<p>sorry\n</p>") }))
        .route("/app/big", get(|| async { "x".repeat(5000) }))
        .route("/app/cookies", get(|heads: Heads| async move { text(&heads) }))
        .route("/app/deep/cookies", get(|heads: Heads| async move { text(&heads) }))
        .route("/app/set/{line}", get(|Path(line): Path<String>| async move { [("set-cookie", line)] }))
}

fn text(heads: &Heads) -> String {
    heads.get("cookie").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn bodies_paths_and_redirects() {
    let base = serve(echo()).await;
    let mut agent = Agent::new(base);
    let form = agent.post("form", Body::Form(&[("a", "1 &="), ("b", "ü")])).await.unwrap();
    assert_eq!(form.json().unwrap(), json!([["a", "1 &="], ["b", "ü"]]));
    let sent = json!({"x": [1, null]});
    assert_eq!(agent.post("json", Body::Json(&sent)).await.unwrap().json().unwrap(), sent);
    assert_eq!(agent.get("/root").await.unwrap().text(), "root");
    let away = agent.get("away").await.unwrap();
    assert_eq!(away.status, 303);
    let to = away.location().unwrap();
    assert_eq!((to.path(), to.query()), ("/root", Some("code=1")));
    let trail: Vec<String> = agent.trail().map(ToString::to_string).collect();
    assert_eq!(trail[0], "POST /app/form -> 200");
    assert_eq!(trail[3], "GET /app/away -> 303");
}

#[tokio::test]
async fn agents_share_connections_but_no_cookies() {
    let base = serve(echo()).await;
    let client = HttpClient::new();
    let mut one = Agent::with_client(base.clone(), client.clone());
    let mut two = Agent::with_client(base, client);
    one.get("set/a=1; Path=%2Fapp; Secure; SameSite=None").await.unwrap();
    assert_eq!(one.get("cookies").await.unwrap().text(), "a=1", "Secure goes over http to loopback");
    assert_eq!(two.get("cookies").await.unwrap().text(), "");
}

#[tokio::test]
async fn cookies_follow_path_and_max_age() {
    let mut agent = Agent::new(serve(echo()).await);
    agent.get("set/deep=2; Path=%2Fapp%2Fdeep").await.unwrap();
    agent.get("set/wide=1; Path=%2F").await.unwrap();
    assert_eq!(agent.get("cookies").await.unwrap().text(), "wide=1");
    assert_eq!(agent.get("deep/cookies").await.unwrap().text(), "deep=2; wide=1");
    agent.get("set/wide=; Path=%2F; Max-Age=0").await.unwrap();
    assert_eq!(agent.get("cookies").await.unwrap().text(), "");
    assert_eq!(agent.get("deep/cookies").await.unwrap().text(), "deep=2");
}

#[test]
fn cookie_lines() {
    let url: Url = "http://localhost:8080/realms/r/auth".parse().unwrap();
    let far: Url = "http://login.example.test/realms/r/auth".parse().unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let line = |url: &Url, set: &[&str]| {
        let mut jar = Jar::default();
        set.iter().for_each(|line| jar.take(url, line, now));
        jar.line(url, now)
    };
    assert_eq!(line(&url, &["a=1", "a=2"]).as_deref(), Some("a=2"));
    assert_eq!(line(&url, &["a=1; Path=/realms/r/"]).as_deref(), Some("a=1"));
    assert_eq!(line(&url, &["a=1; Path=/realm"]), None, "a prefix of a segment is no match");
    assert_eq!(line(&url, &["a=1", "a=; Expires=Thu, 01-Jan-1970 00:00:10 GMT"]), None);
    assert_eq!(line(&url, &["a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:10 GMT"]), None);
    assert_eq!(
        line(&url, &["a=1; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Max-Age=60"]).as_deref(),
        Some("a=1")
    );
    assert_eq!(line(&url, &["a=1; Expires=gibberish"]).as_deref(), Some("a=1"));
    assert_eq!(line(&url, &["a=1; Domain=example.test"]), None, "for another host");
    assert_eq!(line(&far, &["a=1; Domain=.example.test"]).as_deref(), Some("a=1"));
    assert_eq!(line(&far, &["a=1; Domain=ample.test"]), None);
    assert_eq!(line(&far, &["a=1; Secure"]), None, "not over http to a host elsewhere");
    assert_eq!(line(&url, &["", ";", "=x", "novalue"]), None);
    assert_eq!(line(&url, &["a=b=c; max-age=99999999999999999"]).as_deref(), Some("a=b=c"));
}

#[test]
fn cookie_values_stay_out_of_debug() {
    let url: Url = "http://localhost/".parse().unwrap();
    let mut jar = Jar::default();
    jar.take(&url, "sid=secret-value", SystemTime::now());
    assert!(!format!("{jar:?}").contains("secret-value"));
    assert_eq!(jar.value("sid"), Some("secret-value"));
}

#[test]
fn loopback_hosts() {
    let loopback = |text: &str| is_loopback(&text.parse().unwrap());
    assert!(loopback("http://localhost:1"));
    assert!(loopback("http://a.localhost"));
    assert!(loopback("http://127.9.9.9"));
    assert!(loopback("http://[::1]:8"));
    assert!(!loopback("http://localhost.example.test"));
    assert!(!loopback("http://10.0.0.1"));
}

#[tokio::test]
async fn nothing_is_sent_elsewhere() {
    let mut agent = Agent::new("http://127.0.0.1:9".parse().unwrap());
    let error = agent.get("http://login.example.test/x?secret=1").await.unwrap_err();
    assert!(matches!(error, HttpError::Elsewhere { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(!error.may_have_arrived());
    assert!(matches!(agent.get("ftp://127.0.0.1/").await.unwrap_err(), HttpError::BadUrl { .. }));
    assert_eq!(agent.trail().count(), 0);
}

#[tokio::test]
async fn refused_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = Agent::new(url).get("x").await.unwrap_err();
    assert!(matches!(error, HttpError::Refused { .. }), "{error:?}");
    assert!(!error.may_have_arrived());
}

#[tokio::test]
async fn a_server_that_dies_in_mid_answer() {
    for half in
        [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"]
    {
        let error = Agent::new(raw(half).await).get("x").await.unwrap_err();
        assert!(matches!(error, HttpError::Cut { .. }), "{error:?}");
        assert!(error.may_have_arrived());
    }
}

#[tokio::test]
async fn what_is_not_http() {
    let error = Agent::new(raw(b"SSH-2.0-OpenSSH_9.2\r\n").await).get("x").await.unwrap_err();
    assert!(matches!(error, HttpError::NotHttp { .. }), "{error:?}");
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", silent.local_addr().unwrap()).parse().unwrap();
    let mut agent = Agent::new(url).timeout(Duration::from_millis(40));
    let error = agent.get("x").await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
    assert_eq!(agent.trail().next().unwrap().to_string(), "GET /x -> no answer");
}

#[tokio::test]
async fn long_bodies_and_html_for_json() {
    let base = serve(echo()).await;
    let mut agent = Agent::new(base).body_limit(4096);
    let error = agent.get("big").await.unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { limit: 4096, .. }), "{error:?}");
    let error = agent.get("html").await.unwrap().json().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("text/html where JSON is due") && text.contains("<p>sorry </p>"), "{text}");
}

fn pairs(form: &[u8]) -> Value {
    json!(url::form_urlencoded::parse(form).collect::<Vec<_>>())
}
