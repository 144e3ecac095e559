//! Servers that are not there, do not let the bench in, have changed, or have had enough.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use plan::Policy;
use url::Url;

use super::super::{DeclaredError, DeclaredSettings, DeclaredTarget, Step, Trace};
use super::{SMALL, read};
use crate::target::{Account, SiteWish, Target, TargetError};

/// A server that gives these answers, one for each connection.
fn answering(answers: &'static [&'static str]) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let (head, body) = answer.split_once('|').unwrap();
            let text = format!(
                "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    url
}

async fn open(text: &str, url: Url) -> Result<DeclaredTarget, DeclaredError> {
    let description = read(text).unwrap_or_else(|lines| panic!("{}", lines.join("\n")));
    DeclaredTarget::open(description, DeclaredSettings { url: Some(url), ..DeclaredSettings::default() })
        .await
}

async fn message(text: &str, url: Url) -> String {
    open(text, url).await.map(drop).unwrap_err().to_string()
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let why = message(SMALL, Url::parse(&format!("http://{free}/")).unwrap()).await;
    assert!(why.contains("connection refused") && why.contains("is the server running"), "{why}");
    let description = read(SMALL).unwrap();
    let error = DeclaredTarget::open(description, DeclaredSettings::default()).await.unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("--url"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_version() {
    let text =
        SMALL.replace("[[connect]]", "[secrets]\nadmin = { env = \"ANYKEY_TEST_NO_SUCH\" }\n[[connect]]");
    let why = message(&text, answering(&["401 No|{}"])).await;
    assert!(why.contains("HTTP 401") && why.contains("ANYKEY_TEST_NO_SUCH"), "{why}");
    let text = SMALL.replace("format = 1", "format = 1\nversions = \">=2, <3\"");
    let why = message(&text, answering(&["200 Yes|{\"version\": \"1.9\"}"])).await;
    assert!(why.contains("of version 1.9") && why.contains(">=2, <3"), "{why}");
    open(&text, answering(&["200 Yes|{\"version\": \"2.1-beta\"}"])).await.unwrap();
}

#[tokio::test]
async fn a_secret_that_is_missing() {
    let text = SMALL.replace(
        "get = \"api/info\"",
        "get = \"api/info\"\nheaders = { Authorization = \"${secret/admin}\" }",
    );
    let text = text.replace(
        "[[connect]]",
        "[secrets]\nadmin = { env = \"ANYKEY_TEST_NO_SUCH\", what = \"its key\" }\n[[connect]]",
    );
    let why = message(&text, Url::parse("http://127.0.0.1:1/").unwrap()).await;
    assert!(why.contains("set ANYKEY_TEST_NO_SUCH") && why.contains("its key"), "{why}");
}

async fn offer(target: &DeclaredTarget) -> TargetError {
    let policy = Policy::default();
    let site = target.site(SiteWish::of(&policy, &serde_json::Map::new())).await.unwrap();
    let who = Account { name: "alice".into(), password: "the password of alice".into() };
    site.provision(&who).await.unwrap();
    site.open().await.unwrap().offer_registration(&who).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_that_has_changed_is_kept() {
    let url = answering(&[
        "200 Yes|{\"version\": \"1\"}",
        "200 Yes|{\"opts\": {}, \"by\": \"the password of alice\"}",
    ]);
    let error = offer(&open(SMALL, url).await.unwrap()).await;
    let TargetError::Unexpected { expected, page } = error else { panic!("{error:?}") };
    assert!(
        expected.contains("`register.offer 1`") && expected.contains("the options at `/o`"),
        "{expected}"
    );
    assert_eq!((page.status, page.body.as_str()), (200, "{\"opts\": {}, \"by\": \"***\"}"));
    assert!(
        page.request.starts_with("POST http://127.0.0.1:") && page.request.ends_with("/a"),
        "{}",
        page.request
    );
}

#[tokio::test]
async fn neither_accepted_nor_refused() {
    let url = answering(&["200 Yes|{\"version\": \"1\"}", "500 Oh|<p>a page</p>"]);
    let error = offer(&open(SMALL, url).await.unwrap()).await.to_string();
    assert!(error.contains("accepted is HTTP 200-299; refused is HTTP 400-499"), "{error}");
    assert!(error.contains("HTTP 500") && error.contains("<p>a page</p>"), "{error}");
}

#[tokio::test]
async fn a_limit_is_no_refusal() {
    let url = answering(&["200 Yes|{\"version\": \"1\"}", "429 Slow\r\nRetry-After: 30|"]);
    let error = offer(&open(SMALL, url).await.unwrap()).await;
    assert!(matches!(&error, TargetError::Unknown(why) if why.contains("Retry-After 30")), "{error}");
    let text = format!("{SMALL}[[limit]]\ncontains = \"locked out\"\nlifted-by = \"set max_fail to 0\"\n");
    let url = answering(&["200 Yes|{\"version\": \"1\"}", "403 No|{\"error\": \"User LOCKED OUT\"}"]);
    let error = offer(&open(&text, url).await.unwrap()).await;
    assert!(matches!(&error, TargetError::Unknown(why) if why.contains("set max_fail to 0")), "{error}");
}

#[tokio::test]
async fn a_trace_shows_each_step_without_secrets() {
    let steps: Arc<Mutex<Vec<Step>>> = Arc::default();
    let seen = steps.clone();
    let trace = Trace::new(move |step| seen.lock().unwrap().push(step.clone()));
    let text = SMALL.replace(
        "{ found = \"/version\" }",
        "{ found = \"/version\", key = { at = \"/key\", secret = true } }",
    );
    let url = answering(&["200 Yes|{\"version\": \"1\", \"key\": \"very secret\"}"]);
    let settings = DeclaredSettings { url: Some(url), trace, ..DeclaredSettings::default() };
    DeclaredTarget::open(read(&text).unwrap(), settings).await.unwrap();
    let steps = steps.lock().unwrap();
    let [step] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!((step.request.as_str(), step.status, step.accepted), ("GET api/info", Some(200), true));
    assert_eq!(step.taken, [("found".to_owned(), "1".to_owned()), ("key".to_owned(), "***".to_owned())]);
}
