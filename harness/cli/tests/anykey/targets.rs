//! Servers that a file describes: `anykey target check`, `anykey run --target FILE`, `anykey clean`; and `anykey compare`.

use serde_json::Value;

use crate::command::{Serving, anykey, ended, run};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../servers/reference.toml");

#[test]
fn a_file_can_be_checked_alone() {
    let ended = run(["target", "check", REFERENCE, "--only-file"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("describes reference: no problem in the file"), "{}", ended.out);
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.toml");
    std::fs::write(&path, "format = 1\nnam = \"x\"\n[[connect]]\nget = \"${nobody}\"\n").unwrap();
    let path = path.to_str().unwrap();
    for words in [&["target", "check", path][..], &["run", "--target", path]] {
        let ended = run(words);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
        assert!(ended.err.contains("t.toml:2:1: a target file has no member `nam`"), "{}", ended.err);
        assert!(ended.err.contains("t.toml:4:7: nothing is named `nobody` here"), "{}", ended.err);
    }
}

#[test]
fn a_check_starts_the_server_and_shows_each_step() {
    let ended =
        ended(anykey().env("ANYKEY", env!("CARGO_BIN_EXE_anykey")).args(["target", "check", REFERENCE]));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    for wanted in [
        "connect 1",
        "GET api/info  200  accepted",
        "register.finish 1",
        "revoke 1",
        "logout 1",
        "site-id = ",
    ] {
        assert!(ended.out.contains(wanted), "{wanted} is missing in\n{}", ended.out);
    }
    assert!(ended.out.ends_with("6 of 6 passed, 0 unsupported, 0 unknown, 0 failed\n"), "{}", ended.out);
}

#[test]
fn a_described_server_is_run_against() {
    let serving = Serving::start(&["--flaw", "challenge-reusable-at-login"]);
    let url = format!("http://{}/", serving.address());
    let scenario = ["--scenario", "login.replayed-assertion", "login.plain", "--key", "passkey"];
    let words = ["run", "--target", REFERENCE, "--url", &url];
    let ended = run(words.iter().chain(&scenario));
    assert_eq!(ended.code, Some(2), "{}\n{}", ended.out, ended.err);
    assert!(
        ended.out.contains("login.replayed-assertion") && ended.out.contains("--target"),
        "{}",
        ended.out
    );
    let elsewhere = run(["run", "--target", REFERENCE, "--url", "https://login.example.org/"]);
    assert_eq!(elsewhere.code, Some(1));
    assert!(elsewhere.err.contains("--i-own login.example.org"), "{}", elsewhere.err);
}

#[test]
fn a_server_that_is_not_there_is_unknown() {
    let ended = run(["run", "--target", REFERENCE, "--url", "http://127.0.0.1:1/"]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(ended.err.contains("is the server running"), "{}", ended.err);
}

#[test]
fn what_cannot_be_cleaned_is_said() {
    let ended = run(["clean"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("nothing to clean"), "{}", ended.err);
    let serving = Serving::start(&[]);
    let url = format!("http://{}/", serving.address());
    let ended = run(["clean", "--target", REFERENCE, "--url", &url]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("[[clean]]"), "{}", ended.err);
}

#[test]
fn two_runs_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (right, wrong) = (place("right"), place("wrong"));
    let common =
        ["run", "--seed", "1", "--key", "passkey", "--scenario", "login.replayed-assertion", "login.plain"];
    run(common.iter().copied().chain(["--report", &right]));
    run(common.iter().copied().chain(["--report", &wrong, "--flaw", "challenge-reusable-at-login"]));
    let same = run(["compare", &right, &format!("{right}/report.json")]);
    assert_eq!(same.code, Some(0), "{}", same.err);
    let changed = run(["compare", &right, &wrong]);
    assert_eq!(changed.code, Some(2), "{}", changed.err);
    assert!(changed.out.contains("login.replayed-assertion: passkey (permissive)"), "{}", changed.out);
    assert!(!changed.out.contains('\u{1b}'), "plain in a pipe");
    let coloured = run(["--color", "always", "compare", &right, &wrong]);
    assert!(coloured.out.contains('\u{1b}'));
    let json: Value = serde_json::from_str(&run(["compare", &right, &wrong, "--json"]).out).unwrap();
    assert_eq!(json["changed"][0]["before"]["verdict"], "pass");
    assert_eq!(json["changed"][0]["after"]["verdict"], "fail");
    let none = run(["compare", &right, &place("none")]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("none"), "{}", none.err);
}
