//! Orders: on the control socket, on the port, at the terminal.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use client::link::LinkError;
use wire::Status;

use super::key::{GET_INFO, PORTS, Plugged, control, make};
use crate::command::anykey;

#[tokio::test]
async fn a_script_is_answered_when_it_is_done() {
    for port in PORTS {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("control");
        let place = format!("unix:{}", path.display());
        let mut command = anykey();
        command.args(["plug", "passkey", "--touch", "after:1ms", "--control", &place]);
        let mut plugged = Plugged::spawn(&mut command, port, dir);
        let mut talk = plugged.connect().await;
        let id = talk.register().await;

        assert_eq!(control(&path, "ctl up refuse"), "ok");
        assert_eq!(talk.status(&make()).await, Status::OPERATION_DENIED);
        assert_eq!(control(&path, "ctl up once"), "ok");
        assert_eq!(talk.log_in(&id).await.0, Status::OK);
        let said = control(&path, "ctl up sometimes");
        assert!(said.starts_with("error: ") && said.contains("auto, never, once, refuse, ask"), "{said}");
        assert!(control(&path, "hello").starts_with("error: "));

        // Without power the key forgets its channels, not its credentials.
        assert_eq!(control(&path, "ctl up auto"), "ok");
        assert_eq!(control(&path, "ctl replug"), "ok");
        let Err(LinkError::Transport(why)) = talk.ctap2(GET_INFO).await else { panic!("{port}") };
        assert!(why.contains("ERR_INVALID_CHANNEL"), "{why}");
        let mut talk = plugged.connect().await;
        assert_eq!(talk.log_in(&id).await.0, Status::OK, "{port}");

        // Another key knows nothing of them.
        assert_eq!(control(&path, "ctl where"), format!("ok {}", plugged.address));
        assert_eq!(control(&path, "ctl reset"), "ok");
        let mut talk = plugged.connect().await;
        assert_eq!(talk.log_in(&id).await.0, Status::NO_CREDENTIALS, "{port}");
        assert_eq!(control(&path, r#"ctl reset {"settings": {"touch-timeout-ms": 1}}"#), "ok");
        assert_eq!(control(&path, "ctl after 1s"), "ok");
        let mut talk = plugged.connect().await;
        assert_eq!(talk.status(&make()).await, Status::USER_ACTION_TIMEOUT);
        assert!(control(&path, "ctl reset {}{").starts_with("error: the wish"));

        assert_eq!(plugged.end("TERM"), Some(0));
        assert!(!path.exists(), "{port}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_text_on_the_port_goes_to_the_log() {
    for port in PORTS {
        let mut command = anykey();
        command.args(["plug", "no-uv"]).stderr(Stdio::piped());
        let mut plugged = Plugged::spawn(&mut command, port, tempfile::tempdir().unwrap());
        let mut talk = plugged.connect().await;
        talk.0.tell("ctl up sideways").await.unwrap();
        talk.0.tell(&"x".repeat(65)).await.unwrap();
        let mut log = BufReader::new(plugged.child.stderr.take().unwrap()).lines();
        let line = log.next().unwrap().unwrap();
        assert!(line.starts_with("anykey: ") && line.contains("not `sideways`"), "{line}");
        let line = log.next().unwrap().unwrap();
        assert!(line.contains("65 bytes") && line.contains("leave the report number out"), "{line}");
        // What comes next is an answer, and the first.
        assert_eq!(talk.status(GET_INFO).await, Status::OK);
    }
}

#[tokio::test]
async fn a_person_is_asked() {
    let mut command = anykey();
    command.args(["plug", "no-uv", "--touch", "ask"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut plugged = Plugged::spawn(&mut command, "unix", tempfile::tempdir().unwrap());
    let mut typed = plugged.child.stdin.take().unwrap();
    let mut seen = BufReader::new(plugged.child.stderr.take().unwrap()).lines();
    let (touch, refuse) = (make(), make());
    let mut talk = plugged.connect().await;
    // Reading what is asked blocks, so it is done elsewhere.
    let person = tokio::task::spawn_blocking(move || {
        let asked = seen.next().unwrap().unwrap();
        assert!(asked.contains("a touch for example.org as ann"), "{asked}");
        typed.write_all(b"what?\n").unwrap();
        let hint = seen.next().unwrap().unwrap();
        assert!(hint.contains("Enter: touch it"), "{hint}");
        typed.write_all(b"\n").unwrap();
        assert!(seen.next().unwrap().unwrap().contains("a touch"));
        typed.write_all(b"n\n").unwrap();
        drop(typed);
        assert!(seen.next().unwrap().unwrap().contains("nobody here touches"));
    });
    assert_eq!(talk.status(&touch).await, Status::OK);
    assert_eq!(talk.status(&refuse).await, Status::OPERATION_DENIED);
    person.await.unwrap();
}
