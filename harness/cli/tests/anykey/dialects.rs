//! Dialects: `anykey run --target dialect:NAME`, `anykey serve --like NAME`.

use serde_json::Value;

use crate::command::{Serving, anykey, ended, interrupt, run};

const PLAIN: [&str; 5] = ["--scenario", "login.plain", "--key", "passkey", "--format=json"];

#[test]
fn a_report_never_takes_a_dialect_for_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_str().unwrap();
    let words = ["run", "--target", "dialect:defguard", "--report", place];
    let ended = run(words.iter().chain(&PLAIN));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["run"]["target"]["name"], "defguard (dialect)");
    for file in ["report.html", "junit.xml", "matrix.svg"] {
        let text = std::fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains("defguard (dialect)"), "{file}");
        assert!(!text.contains("defguard 2"), "{file}");
    }
    assert!(report["cases"][0]["replay"].as_str().unwrap().contains("--target dialect:defguard"));
}

#[test]
fn one_that_is_served_is_no_server_either() {
    let mut serving = Serving::start(&["--like", "defguard"]);
    let said = serving.said.join("\n");
    assert!(said.contains("defguard 2.0.1 (a dialect, not the server itself)"), "{said}");
    let admin = serving.said.iter().find_map(|line| line.strip_prefix("admin")).unwrap();
    let (name, password) = admin.trim().split_once(", password ").unwrap();
    let mut command = anykey();
    command.env("ANYKEY_DEFGUARD_ADMIN", name).env("ANYKEY_DEFGUARD_PASSWORD", password);
    command.args(["run", "--target", "defguard", "--url", &serving.api]).args(PLAIN);
    let ended = ended(&mut command);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["run"]["target"]["name"], "defguard (dialect)");
    assert!(!ended.out.contains(password), "the admin's password is in the report");
    interrupt(&serving.child);
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_has_no_dialect_is_told() {
    for words in [&["serve", "--like", "keycloak"][..], &["run", "--target", "dialect:keycloak"]] {
        let ended = run(words);
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.contains("no dialect is named `keycloak`"), "{}", ended.err);
    }
    let ended = run(["serve", "--like", "defguard", "--flaw", "origin-prefix-match"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("--flaw"), "{}", ended.err);
    let ended = run(["clean", "--target", "dialect:defguard"]);
    assert!(ended.err.contains("nothing to clean"), "{}", ended.err);
}
