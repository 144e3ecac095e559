//! `anykey run` where all goes well, or the server is wrong.

use std::path::Path;

use serde_json::Value;

use crate::command::{Serving, anykey, ended, run};

fn report(dir: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(dir.join("report.json")).unwrap()).unwrap()
}

#[test]
fn everything_is_as_expected_and_the_matrix_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let ended = run(["run", "--report", out.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("│ passkey") && ended.out.contains("All as expected."), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}') && ended.err.is_empty(), "plain in a pipe: {}", ended.err);
    for name in ["report.json", "junit.xml", "report.html", "matrix.svg"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let report = report(&out);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["run"]["link"], "process");
    assert!(ended.out.contains("\nlink: process\n"), "{}", ended.out);
    assert_eq!(report["done"]["fail"], 0);
    assert_eq!(report["done"]["unknown"], 0);
    assert_eq!(report["cases"].as_array().unwrap().len(), report["run"]["cases"].as_u64().unwrap() as usize);
}

#[test]
fn a_flaw_is_a_finding_and_can_be_replayed() {
    let words = [
        "run",
        "--flaw",
        "challenge-reusable-at-login",
        "--scenario",
        "login.replayed-assertion",
        "--format",
        "json",
    ];
    let ended = run(words);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let failed = report["cases"].as_array().unwrap().iter().find(|c| c["verdict"] == "fail").unwrap();
    let replay = failed["replay"].as_str().unwrap();
    let mut words = replay.split_whitespace();
    assert_eq!(words.next(), Some("anykey"), "{replay}");
    let again = run(words);
    assert_eq!(again.code, Some(2), "{replay}: {}", again.out);
}

#[test]
fn the_same_seed_repeats_every_message() {
    let once = |seed: &str| {
        let ended =
            run(["run", "--seed", seed, "--scenario", "login.plain", "register.plain", "--format", "json"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        let mut messages = Vec::new();
        for case in report["cases"].as_array().unwrap() {
            for step in case["steps"].as_array().unwrap() {
                for exchange in step["exchanges"].as_array().unwrap() {
                    if exchange["between"] == "client-and-key" {
                        messages
                            .push((exchange["request"]["hex"].clone(), exchange["response"]["hex"].clone()));
                    }
                }
            }
        }
        assert!(!messages.is_empty());
        messages
    };
    assert_eq!(once("7"), once("7"));
    assert_ne!(once("7"), once("8"));
}

#[test]
fn tap_and_one_key_in_one_manner() {
    let ended =
        run(["run", "--key", "no-uv", "--manner", "permissive", "--scenario", "policy.*", "--format", "tap"]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.starts_with("TAP version 14\n1.."), "{}", ended.out);
    assert!(ended.out.lines().filter(|l| l.starts_with("ok ")).all(|l| l.contains("[no-uv, permissive]")));
}

#[test]
fn a_server_at_a_url_is_run_against_and_its_flaw_found() {
    let right = Serving::start(&[]);
    let ended = run(["run", "--target", &right.api, "--scenario", "login.*", "--key", "passkey"]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let wrong = Serving::start(&["--flaw", "challenge-reusable-at-login"]);
    let ended = run(["run", "--url", &wrong.api, "--scenario", "login.*", "--key", "passkey"]);
    assert_eq!(ended.code, Some(2), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("login.replayed-assertion"));
}

#[test]
fn ascii_in_a_locale_without_unicode() {
    let mut command = anykey();
    command.env("LC_ALL", "C").args(["run", "--scenario", "policy.*"]);
    let text = ended(&mut command).out;
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("| passkey"));
}

#[test]
fn keys_behind_sockets_do_the_same() {
    let verdicts = |link: &str| -> Vec<(Value, Value, Value)> {
        let words = ["--key", "passkey", "--scenario", "login.*", "--format", "json", "--seed", "3"];
        let ended = run(["run", "--link", link].into_iter().chain(words));
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        let cases = report["cases"].as_array().unwrap();
        cases.iter().map(|c| (c["case"].clone(), c["verdict"].clone(), c["reason"].clone())).collect()
    };
    assert_eq!(verdicts("process"), verdicts("socket"));
}
