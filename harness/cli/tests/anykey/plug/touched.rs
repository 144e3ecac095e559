//! `anykey touch`: a key that another process has plugged in.

use std::path::Path;
use std::process::{Command, Stdio};

use wire::Status;

use super::key::{Plugged, make};
use crate::command::anykey;

/// `anykey` in a session of that directory.
fn in_session(directory: &Path) -> Command {
    let mut command = anykey();
    command.env("XDG_RUNTIME_DIR", directory).stdin(Stdio::null());
    command
}

#[tokio::test]
async fn a_key_is_found_and_touched_when_it_asks() {
    let session = tempfile::tempdir().unwrap();
    let touch = |words: &[&str]| {
        let ended = in_session(session.path()).arg("touch").args(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ended.status.code(), text(ended.stdout), text(ended.stderr))
    };
    let (code, _, err) = touch(&["--now"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("there is no key to touch"), "{err}");

    let mut command = in_session(session.path());
    command.args(["plug", "no-uv", "--touch", "ask"]).stderr(Stdio::null());
    let mut plugged = Plugged::spawn(&mut command, "unix", tempfile::tempdir().unwrap());
    let (code, _, err) = touch(&["--now"]);
    assert_eq!((code, err.as_str()), (Some(1), "anykey: no key asks for anything\n"));

    let mut talk = plugged.connect().await;
    for (words, done, status) in
        [(&[][..], "touch", Status::OK), (&["--refuse"], "refuse", Status::OPERATION_DENIED)]
    {
        // It waits for the request.
        let waiting =
            in_session(session.path()).arg("touch").args(words).stdout(Stdio::piped()).spawn().unwrap();
        assert_eq!(talk.status(&make()).await, status);
        let ended = waiting.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(said, format!("no-uv: {done}, asked for: touch for example.org as ann\n"));
    }
    assert_eq!(plugged.end("TERM"), Some(0));
    let left = std::fs::read_dir(session.path().join("anykey")).unwrap().count();
    assert_eq!(left, 0, "its socket is gone");
}
