//! `anykey run` with a key that somebody else has plugged in, here behind a socket, and in a pipe where no person answers.

use serde_json::Value;

use super::key::Plugged;
use crate::command::{Ended, anykey, ended};

/// Runs all scenarios with that key.
pub fn run(key: &Plugged, words: &[&str], pin: Option<&str>) -> Ended {
    let mut command = anykey();
    command.env_remove("ANYKEY_PIN").args(["run", "--link", &key.address.to_string()]).args(words);
    if let Some(pin) = pin {
        command.env("ANYKEY_PIN", pin);
    }
    ended(&mut command)
}

pub fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|e| panic!("{e}: {}\n{}", ended.out, ended.err))
}

/// How many cases had that verdict.
pub fn count(report: &Value, verdict: &str) -> u64 {
    report["done"][verdict].as_u64().unwrap()
}

pub const QUICK: &[&str] = &["--touch", "after:5ms"];
pub const JSON: &[&str] = &["--format", "json", "--manner", "faithful"];

#[test]
fn every_scenario_passes_or_says_what_the_key_cannot() {
    for (name, versions, passes) in
        [("passkey", "FIDO_2", 20), ("yubikey-4", "U2F", 20), ("no-uv", "FIDO_2", 20)]
    {
        let key = Plugged::start(name, "unix", QUICK);
        let ended = run(&key, &[JSON, &["--may", "keep"]].concat(), None);
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.err);
        let report = report(&ended);
        assert_eq!(report["run"]["keys"][0]["name"], "attached");
        assert_eq!(report["run"]["link"], key.address.to_string());
        assert!(report["run"]["keys"][0]["summary"].as_str().unwrap().contains(versions), "{report:.300}");
        assert!(count(&report, "pass") > passes, "{name}: {} pass", count(&report, "pass"));
        assert_eq!((count(&report, "fail"), count(&report, "unknown")), (0, 0), "{name}");
        let tells = |words: &str| ended.err.contains(words);
        assert!(tells("two touches") && tells("Touch the key, to "), "{}", ended.err);
    }
}

#[test]
fn nothing_is_left_on_a_key_unless_that_is_allowed() {
    let key = Plugged::start("passkey", "unix", QUICK);
    let words = [JSON, &["--scenario", "policy.resident-required"]].concat();
    let refused = run(&key, &words, None);
    let reason = report(&refused)["cases"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("--may keep"), "{reason}");
    let allowed = run(&key, &[&words[..], &["--may", "keep"]].concat(), None);
    let report = report(&allowed);
    assert_eq!(report["cases"][0]["verdict"], "pass", "{report}");
    let replay = report["cases"][0]["replay"].as_str().unwrap();
    assert!(replay.contains("--may keep") && !replay.contains("--key"), "{replay}");
    let words: Vec<&str> = replay.split_whitespace().skip(1).collect();
    let again = ended(anykey().args(&words));
    assert_eq!(again.code, Some(0), "{replay}: {}", again.err);
}

#[test]
fn a_pin_is_taken_from_the_environment_and_tried_once() {
    // Neither can stand in a report by chance, as four digits do among hexadecimal ones.
    let (pin, other) = ("four, seven!", "one, seven!");
    let words = [&["--pin", pin], QUICK].concat();
    let key = Plugged::start("yubikey-5-nfc", "unix", &words);
    let words = [JSON, &["--scenario", "login.plain", "login.verified", "policy.uv-required"]].concat();
    let none = run(&key, &words, None);
    assert_eq!(none.code, Some(1), "{}", none.err);
    assert!(none.err.contains("set ANYKEY_PIN"), "{}", none.err);
    let wrong = run(&key, &words, Some(other));
    assert_eq!(wrong.code, Some(1), "{}", wrong.err);
    assert!(wrong.err.matches("refuses the PIN (7 attempts left)").count() == 1, "{}", wrong.err);
    let right = run(&key, &words, Some(pin));
    assert_eq!(right.code, Some(0), "{}", right.err);
    assert_eq!(count(&report(&right), "pass"), 3, "{}", right.out);
    for said in [&right, &wrong] {
        assert!(![&said.err, &said.out].iter().any(|text| text.contains(pin) || text.contains(other)));
    }
}

#[test]
fn words_that_do_not_go_together_are_refused() {
    let key = Plugged::start("no-uv", "unix", QUICK);
    let both = run(&key, &["--key", "passkey"], None);
    assert_eq!(both.code, Some(1));
    assert!(both.err.contains("leave one of them out"), "{}", both.err);
    let jobs = run(&key, &["--jobs", "2"], None);
    assert_eq!(jobs.code, Some(1));
    assert!(jobs.err.contains("cases share the keys"), "{}", jobs.err);
    let may = ended(anykey().args(["run", "--may", "reset"]));
    assert_eq!(may.code, Some(1));
    assert!(may.err.contains("hidraw:/dev/hidrawN"), "{}", may.err);
    let none = ended(anykey().args(["run", "--link", "unix:/nowhere/key"]));
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("--link unix:/nowhere/key: "), "{}", none.err);
    let node = ended(anykey().args(["run", "--link", "hidraw:/dev/null"]));
    assert_eq!(node.code, Some(1));
    assert!(node.err.contains("anykey keys --attached"), "{}", node.err);
}
