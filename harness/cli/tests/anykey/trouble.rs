//! Servers that break, users that break off: unknown is not failed, and what was seen is written down.

use std::process::Stdio;

use serde_json::Value;

use crate::command::{Serving, anykey, interrupt, run};
use crate::servers::{Then, answering, until};

const HTML: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html><h1>Sign in</h1></html>";

#[test]
fn html_where_json_is_due() {
    let url = answering(HTML);
    let ended = run(["run", "--target", &url]);
    assert_eq!(ended.code, Some(3), "{}\n{}", ended.out, ended.err);
    assert!(ended.err.contains("text/html") || ended.err.contains("JSON"), "{}", ended.err);
}

#[test]
fn nobody_answers() {
    let ended = run(["run", "--target", "http://127.0.0.1:1/"]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(ended.err.contains("127.0.0.1:1"), "{}", ended.err);
}

#[test]
fn a_server_that_dies_in_mid_ceremony_is_unknown() {
    let serving = Serving::start(&[]);
    let (url, _) = until(serving.address(), "attestationObject", Then::Die);
    let ended =
        run(["run", "--target", &url, "--scenario", "register.*", "--key", "passkey", "--format", "json"]);
    assert_eq!(ended.code, Some(3), "{}\n{}", ended.out, ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["done"]["fail"], 0);
    assert!(report["done"]["unknown"].as_u64().unwrap() > 0);
}

#[test]
fn ctrl_c_writes_what_was_seen() {
    let serving = Serving::start(&[]);
    let (url, stalled) = until(serving.address(), "authenticatorData", Then::Stall);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let mut child = anykey();
    child.args(["run", "--target", &url, "--key", "passkey", "--scenario", "register.plain", "login.plain"]);
    child.args(["--report", out.to_str().unwrap()]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    stalled.recv().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("Interrupted"), "{text}");
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["done"]["ended"]["ended"], "interrupted");
    assert!(out.join("report.html").is_file() && out.join("junit.xml").is_file());
}

#[test]
fn ctrl_c_before_the_server_answers() {
    let serving = Serving::start(&[]);
    let (url, stalled) = until(serving.address(), "/api/info", Then::Stall);
    let child = anykey().args(["run", "--target", &url]).stderr(Stdio::piped()).spawn().unwrap();
    stalled.recv().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing was run"));
}

#[test]
fn a_twin_that_does_not_pass_is_a_failed_baseline() {
    let dir = tempfile::tempdir().unwrap();
    // The twin is refused itself: its policy takes only keys whose credentials may be backed up.
    let head = "title = \"t\"\nrequires = \"The server MUST do so.\"\nspec = \"webauthn-3#sctn-registering-a-new-credential\"\n";
    let policy = "[policy]\nbackup-eligibility = \"required\"\n";
    let scenario = |id: &str, more: &str, expect: &str| {
        let steps = format!("[[step]]\ndo = \"register\"\nexpect = \"{expect}\"\n");
        std::fs::write(
            dir.path().join(format!("{id}.toml")),
            format!("id = \"{id}\"\n{head}{more}{policy}{steps}"),
        )
        .unwrap();
    };
    scenario("twin", "", "accepted");
    scenario("attack", "twin = \"twin\"\n", "refused");
    let ended = run([
        "run",
        "--key",
        "passkey",
        "--scenario",
        "attack",
        "--scenario-dir",
        dir.path().to_str().unwrap(),
    ]);
    assert_eq!(ended.code, Some(4), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("could not be judged"), "{}", ended.out);
}
