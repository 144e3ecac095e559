use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that sends these bytes to whoever asks, and closes.
async fn saying(answers: &'static [&'static str]) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

const INFO: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
    {\"server\":\"anykey-reference\",\"version\":\"9\",\"site\":{\"flaws\":[]}}";
const HTML: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Please log in</html>";
const SITE: &str = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
    {\"id\":\"1\",\"origin\":\"https://login.anykey.test\",\"rp_id\":\"anykey.test\",\"policy\":{}}";

fn why<T>(outcome: Result<T, TargetError>) -> String {
    match outcome {
        Err(TargetError::Unknown(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("accepted"),
    }
}

async fn site(answers: &'static [&'static str]) -> Box<dyn Site> {
    let target = ReferenceTarget::at(saying(answers).await).await.unwrap();
    let policy = Policy::default();
    target.site(SiteWish::of(&policy, &serde_json::Map::new())).await.unwrap()
}

#[tokio::test]
async fn another_server_is_told_apart() {
    let why_html = why(ReferenceTarget::at(saying(&[HTML]).await).await);
    assert!(why_html.contains("text/html") && why_html.contains("Please log in"), "{why_html}");
    const OTHER: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"server\":\"x\",\"version\":\"1\",\"site\":{\"flaws\":[]}}";
    assert!(why(ReferenceTarget::at(saying(&[OTHER]).await).await).contains("no reference server"));
}

#[tokio::test]
async fn a_server_that_died_leaves_it_open() {
    let site = site(&[INFO, SITE]).await;
    let mut session = site.open().await.unwrap();
    let dead = why(session.login(&serde_json::json!({})).await);
    assert!(dead.contains("connection refused") || dead.contains("closed the connection"), "{dead}");
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_it_open() {
    const CUT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"user\"";
    let site = site(&[INFO, SITE, CUT]).await;
    let mut session = site.open().await.unwrap();
    let cut = why(session.register(&serde_json::json!({})).await);
    assert!(cut.contains("closed the connection"), "{cut}");
}

#[tokio::test]
async fn neither_html_nor_a_server_error_is_a_refusal() {
    const BARE: &str = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nno";
    const BLOCKED: &str =
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Blocked</h1>";
    const FAULT: &str =
        "HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n{\"error\":{\"check\":\"x\",\"message\":\"broken\"}}";
    const EMPTY: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}";
    let site = site(&[INFO, SITE, HTML, BARE, BLOCKED, FAULT, EMPTY]).await;
    let mut session = site.open().await.unwrap();
    for part in ["Please log in", "`no`", "Blocked", "broken", "missing field"] {
        let why = why(session.login(&serde_json::json!({})).await);
        assert!(why.contains(part), "{why}");
    }
}

#[tokio::test]
async fn a_refusal_is_what_the_server_says_in_its_own_form() {
    const REFUSAL: &str = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n{\"error\":{\"check\":\"origin\",\"message\":\"no\"}}";
    let site = site(&[INFO, SITE, REFUSAL]).await;
    let mut session = site.open().await.unwrap();
    match session.login(&serde_json::json!({})).await {
        Err(TargetError::Refused { status: 400, reason, .. }) => {
            assert_eq!(reason.as_deref(), Some("origin: no"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_segment_has_no_character_that_means_something() {
    assert_eq!(segment("user-1_x~"), "user-1_x~");
    assert_eq!(segment("../a b%ä"), "%2E%2E%2Fa%20b%25%C3%A4");
}
