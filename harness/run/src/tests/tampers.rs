//! The whole vocabulary of tampering: each is refused by the check that it is about.

use plan::Verdict;
use plan::event::Outcome;
use plan::load::{Source, scenarios};

use super::wrapped::{Wrapped, Wrong, cases, run_these};

/// A scenario with one step more than a registration.
fn source(id: &str, last: &str) -> Source {
    let twin = if id == "a.twin" { "" } else { "twin = \"a.twin\"" };
    let text = format!(
        r#"
id = "{id}"
title = "t"
requires = "It MUST."
spec = "webauthn-3#x"
{twin}
manner = "permissive"
[[step]]
do = "register"
keep = "hers"
[[step]]
do = "register"
who = "bob"
key = "spare"
keep = "his"
[[step]]
do = "login"
keep = "before"
[[step]]
{last}
"#
    );
    Source { name: id.to_owned(), text }
}

/// What is tampered with, and the check of the reference server that refuses it.
const CASES: &[(&str, &str, &str)] = &[
    ("register", r#"{ at = "client-data", challenge = "empty" }"#, "challenge"),
    ("register", r#"{ at = "client-data", challenge = "of:his" }"#, "challenge"),
    (
        "register",
        r#"{ at = "client-data", top-origin = "https://evil.example", cross-origin = true }"#,
        "cross-origin",
    ),
    ("register", r#"{ at = "client-data", origin = "upper-case" }"#, "origin"),
    ("register", r#"{ at = "auth-data", cut = 3 }"#, "authenticator-data"),
    ("register", r#"{ at = "auth-data", clear = ["at"] }"#, "trailing-bytes"),
    ("register", r#"{ at = "auth-data", set = ["ed"] }"#, "extension-data"),
    ("register", r#"{ at = "auth-data", rp-id = "evil.example" }"#, "rp-id-hash"),
    ("register", r#"{ at = "attestation", format = "packed" }"#, "attestation-statement"),
    ("register", r#"{ at = "json", set = { type = "private-key" } }"#, "response-type"),
    ("register", r#"{ at = "json", drop = ["response.attestationObject"] }"#, "response-json"),
    ("register", r#"{ at = "json", pad = ["rawId"] }"#, "response-json"),
    ("register", r#"{ at = "json", set = { id = "AAAA" } }"#, "response-id"),
    ("login", r#"{ at = "options", allow = "his" }"#, "allowed-credential"),
    ("login", r#"{ at = "auth-data", sign-count = 1 }"#, "sign-count"),
    ("login", r#"{ at = "auth-data", append = 1 }"#, "trailing-bytes"),
    ("login", r#"{ at = "auth-data", clear = ["up"] }"#, "user-present"),
    ("login", r#"{ at = "signature", empty = true }"#, "signature"),
    ("login", r#"{ at = "signature", of = "before" }"#, "signature"),
    ("login", r#"{ at = "json", user-handle-of = "bob" }"#, "user-handle"),
    ("login", r#"{ at = "json", id-of = "his" }"#, "allowed-credential"),
    ("login", r#"{ at = "json", drop = ["response.signature"] }"#, "response-json"),
];

#[tokio::test]
async fn each_tampering_is_refused_by_the_check_that_it_is_about() {
    let mut sources = vec![source("a.twin", "do = \"login\"")];
    for (n, (verb, tamper, _)) in CASES.iter().enumerate() {
        // Bob's credential is on the other key.
        let key = if tamper.contains("allow") { "key = \"spare\"" } else { "" };
        let options = "tamper = [".to_owned() + tamper + "]";
        sources.push(source(
            &format!("a.n{n}"),
            &format!("do = \"{verb}\"\n{key}\n{options}\nexpect = \"refused\""),
        ));
    }
    let scenarios = scenarios(&sources, &[]).unwrap_or_else(|e| panic!("{:#?}", e.lines()));
    let ids: Vec<&str> = scenarios.iter().map(|s| s.id.as_str()).collect();
    let target = Wrapped::new(Wrong::Nothing).await;
    let (events, _) = run_these(&target, &scenarios, &ids).await;
    for case in cases(&events) {
        assert_eq!(case.verdict, Verdict::Pass, "{}: {}", case.case, case.reason);
        let Some(n) = case.case.scenario.strip_prefix("a.n") else { continue };
        let (_, tamper, check) = CASES[n.parse::<usize>().unwrap()];
        let Outcome::RefusedByServer { reason: Some(reason), .. } = &case.outcome else {
            panic!("{:?}", case.outcome)
        };
        assert!(reason.starts_with(&format!("{check}: ")), "{tamper}: {reason}");
    }
}

/// What changes nothing proves nothing.
#[tokio::test]
async fn a_tampering_that_changes_nothing_is_unknown() {
    for (verb, tamper) in [
        ("register", r#"{ at = "auth-data", set = ["up"] }"#),
        ("register", r#"{ at = "attestation", flip = true }"#),
        ("register", r#"{ at = "attestation", statement = "empty" }"#),
        ("login", r#"{ at = "json", drop = ["response.nothing"] }"#),
        ("login", r#"{ at = "json", set = { type = "public-key" } }"#),
    ] {
        let last = format!("do = \"{verb}\"\ntamper = [{tamper}]\nexpect = \"refused\"");
        let sources = [source("a.twin", "do = \"login\""), source("a.b", &last)];
        let scenarios = scenarios(&sources, &[]).unwrap_or_else(|e| panic!("{:#?}", e.lines()));
        let (events, _) = run_these(&Wrapped::new(Wrong::Nothing).await, &scenarios, &["a.b"]).await;
        let case = &cases(&events)[0];
        assert_eq!(case.verdict, Verdict::Unknown, "{tamper}: {}", case.reason);
        assert!(case.reason.contains("changed nothing"), "{tamper}: {}", case.reason);
    }
}
