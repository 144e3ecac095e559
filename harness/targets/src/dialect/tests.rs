#![allow(clippy::unwrap_used)]

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use http::{Method, header};

use super::*;
use crate::http::{Agent, Body};

#[tokio::test]
async fn a_dialect_says_that_it_is_one_and_serves_local_names() {
    let place = Place::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let running = serve(place, "test", Router::new().route("/", get(|| async { "hello" })));
    let mut agent = Agent::new(running.url());
    let answer = agent.get("").await.unwrap();
    assert_eq!((answer.status, answer.dialect()), (200, Some("test")));
    assert_eq!(agent.get("/nowhere").await.unwrap().dialect(), Some("test"));
    let foreign = [(header::HOST, "evil.example")];
    assert_eq!(agent.send(Method::GET, "", &foreign, Body::Empty).await.unwrap().status, 421);
    running.stop().await;
}

#[test]
fn cookies_are_found_by_their_whole_name() {
    let mut headers = HeaderMap::new();
    headers.append(header::COOKIE, "other_session=1; session=2".parse().unwrap());
    headers.append(header::COOKIE, "third=3".parse().unwrap());
    assert_eq!((cookie(&headers, "session"), cookie(&headers, "third")), (Some("2"), Some("3")));
    assert_eq!(cookie(&headers, "ession"), None);
}

#[test]
fn sessions_end() {
    let mut sessions = Sessions::default();
    let (one, two) = (sessions.open("al"), sessions.open("bea"));
    assert_eq!(one.len(), 48);
    assert_eq!(sessions.find(Some(&one)).copied(), Some("al"));
    sessions.retain(|who| *who != "al");
    assert_eq!(sessions.find(Some(&one)), None);
    assert_eq!(sessions.end(&two), Some("bea"));
    assert_eq!(sessions.find(None), None);
}
