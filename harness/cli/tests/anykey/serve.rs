//! `anykey serve`.

use std::net::TcpListener;
use std::process::Stdio;

use crate::command::{Serving, anykey, ended, interrupt, run};

#[test]
fn serves_until_interrupted() {
    let mut serving = Serving::start(&["--flaw", "challenge-reusable-at-login"]);
    assert!(serving.said.iter().any(|line| line.starts_with("page") && line.contains("http://localhost:")));
    assert!(serving.said.iter().any(|line| line.contains("challenge-reusable-at-login")));
    interrupt(&serving.child);
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(["serve", "--listen", &address]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains(&address) && ended.err.contains("in use"), "{}", ended.err);
}

#[test]
fn others_are_let_in_only_on_demand() {
    let ended = run(["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("--let-others-in"), "{}", ended.err);
}

#[test]
fn a_wrong_policy_is_named() {
    for (policy, named) in [
        ("user-verifcation=required", "user-verifcation"),
        ("login=maybe", "maybe"),
        ("/nowhere.toml", "nowhere.toml"),
    ] {
        let ended = run(["serve", "--policy", policy]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.contains(named), "{}", ended.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    // The read end is closed before the first byte.
    let mut child = anykey().arg("flaws").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    let mut command = anykey();
    command.args(["completions", "bash"]).stdout(std::fs::File::create("/dev/full").unwrap());
    let full = ended(&mut command);
    assert_eq!(full.code, Some(3), "a full disk is trouble");
    assert!(full.err.contains("cannot write"), "{}", full.err);
}
