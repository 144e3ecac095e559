#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use http::HeaderMap;
use serde_json::json;

use super::*;

const READING: Reading =
    Reading { routes: &["/user/{name}", "/user/all", "/user/{name}/key/{id}"], literals: &["msg"] };

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> (Url, Answer) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let url = Url::parse("http://localhost/user/al/key/7").unwrap();
    (url.clone(), Answer { status, headers: map, body: body.to_owned().into(), url })
}

fn recorded(answers: &[(Url, Answer)]) -> BTreeMap<Kind, Value> {
    let recorder = Recorder::new(READING);
    answers.iter().for_each(|(url, answer)| recorder.note(&Method::GET, url, answer));
    recorder.answers()
}

#[test]
fn paths_become_routes() {
    let of = |path| route(READING.routes, path);
    assert_eq!(of("/user/al"), "/user/{name}");
    assert_eq!(of("/user/all"), "/user/all");
    assert_eq!(of("/user/al/key/7"), "/user/{name}/key/{id}");
    assert_eq!(of("/other"), "/other");
}

#[test]
fn answers_of_a_kind_are_merged_and_say_nothing_secret() {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("set-cookie", "session=SECRET; HttpOnly; Path=/; SameSite=Lax; Max-Age=77"),
        ("date", "today"),
        (DIALECT_HEADER, "x"),
    ];
    let one = answer(200, &headers, r#"{"msg":"fine","id":5,"alg":-7,"list":[{"a":"SECRET"}]}"#);
    let two = answer(200, &headers[..1], r#"{"msg":"well","alg":-7,"list":[],"id":null}"#);
    let all = recorded(&[one, two, answer(500, &[], "")]);
    let kind = |status| Kind { route: "/user/{name}/key/{id}".into(), method: "GET".into(), status };
    assert_eq!(
        all[&kind(200)],
        json!({
            "headers": ["content-type", "set-cookie?"],
            "cookies": ["session; httponly; max-age; path=/; samesite=lax?"],
            "type": "application/json",
            "body": {
                "alg": "-7", "id": "null | number", "list": [{"a": "string"}], "msg": "\"fine\" | \"well\""
            }
        })
    );
    assert_eq!(all[&kind(500)], json!({"headers": [], "body": "empty"}));
    assert!(!format!("{all:?}").contains("SECRET"));
}

const DIALECT_HEADER: &str = crate::http::DIALECT;

#[test]
fn whatever_differs_is_told() {
    let real = recorded(&[answer(200, &[], r#"{"a":1}"#), answer(401, &[], "{}"), answer(403, &[], "{}")]);
    let mut file = Transcript { server: "x".into(), ..Transcript::default() };
    file.set(real.clone());
    assert_eq!(file.against(&real), Vec::<String>::new());
    let unproven = |status| Unproven {
        kind: Kind { route: "/user/{name}/key/{id}".into(), method: "GET".into(), status },
        why: "never asked".into(),
    };
    file.unproven = vec![unproven(401), unproven(404), unproven(429)];
    let dialect = recorded(&[
        answer(200, &[], r#"{"a":"b"}"#),
        answer(401, &[], "{}"),
        answer(404, &[], "no"),
        answer(500, &[], "{}"),
    ]);
    let wrong = file.against(&dialect);
    assert_eq!(wrong.len(), 5, "{wrong:#?}");
    assert!(wrong[0].contains("-> 200") && wrong[0].contains("number") && wrong[0].contains("string"));
    assert!(wrong[1].contains("-> 401 is proven"));
    assert!(wrong[2].contains("-> 500 is not known of the server"));
    assert!(wrong[3].contains("-> 403: the dialect never answered so"));
    assert!(wrong[4].contains("-> 429 is `unproven` and never met"));
}

#[test]
fn files_are_read_as_they_were_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.json");
    let mut file = Transcript { server: "x".into(), version: "1".into(), ..Transcript::default() };
    file.set(recorded(&[answer(200, &[], r#"{"a":[1,"x"]}"#)]));
    let kind = file.answers[0].kind.clone();
    file.unproven = vec![Unproven { kind, why: "proven now".into() }];
    file.write(&path).unwrap();
    let read = Transcript::read(&path).unwrap();
    assert_eq!((&read.answers, read.unproven.len()), (&file.answers, 0));
    std::fs::write(&path, "{").unwrap();
    assert!(Transcript::read(&path).unwrap_err().to_string().contains("x.json"));
}
