//! A key that is kept in a directory, and one that has a PIN from the start.

use wire::Status;
use wire::ctap2::{get_info, split_response};

use super::key::{GET_INFO, Plugged, Talk};
use crate::command::{anykey, run};

/// A `passkey` kept in `state`, on a socket of its own.
fn kept(state: &std::path::Path, words: &[&str]) -> Plugged {
    let mut command = anykey();
    command.args(["plug", "no-uv", "--touch", "after:0ms", "--state"]).arg(state).args(words);
    Plugged::spawn(&mut command, "unix", tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn a_key_with_a_state_is_the_same_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("my-key");
    for seed in [&[][..], &["--seed", "7"]] {
        let mut plugged = kept(&state, seed);
        let id = plugged.connect().await.register().await;
        assert_eq!(plugged.end("TERM"), Some(0));
        let mut again = kept(&state, seed);
        assert_eq!(again.connect().await.log_in(&id).await, (Status::OK, id), "it signs with what it has");
        assert_eq!(again.end("KILL"), None);
        std::fs::remove_dir_all(&state).unwrap();
    }
}

#[tokio::test]
async fn a_directory_is_one_key_of_one_model() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("my-key");
    let mut plugged = kept(&state, &[]);
    let port = format!("--port=unix:{}", dir.path().join("other").display());
    let words =
        |key: &str| run(["plug", key, &port, "--state", &state.display().to_string(), "--touch", "never"]);
    let second = words("no-uv");
    assert_eq!((second.code, second.out.as_str()), (Some(1), ""));
    assert!(second.err.contains("my-key"), "{}", second.err);
    assert_eq!(plugged.end("TERM"), Some(0));
    let other = words("passkey");
    assert_eq!((other.code, other.out.as_str()), (Some(1), ""));
    assert!(other.err.contains("no-uv") && other.err.contains("passkey"), "{}", other.err);
}

#[tokio::test]
async fn another_key_file_does_not_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("my-key");
    let file = dir.path().join("secret");
    let mut plugged = kept(&state, &["--key-file", file.to_str().unwrap()]);
    assert_eq!(plugged.end("TERM"), Some(0));
    let other = dir.path().join("other-secret");
    std::fs::write(&other, [1; 32]).unwrap();
    let port = format!("--port=unix:{}", dir.path().join("socket").display());
    let state = state.display().to_string();
    let refused = run(["plug", "no-uv", &port, "--state", &state, "--key-file", other.to_str().unwrap()]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("other-secret"), "{}", refused.err);
}

#[tokio::test]
async fn a_passphrase_may_come_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("my-key");
    let file = dir.path().join("passphrase");
    let words = ["--passphrase-file", file.to_str().unwrap()];
    std::fs::write(&file, "correct horse\n").unwrap();
    let mut plugged = kept(&state, &words);
    let id = plugged.connect().await.register().await;
    assert_eq!(plugged.end("TERM"), Some(0));
    // The line end is no part of it.
    std::fs::write(&file, "correct horse").unwrap();
    let mut again = kept(&state, &words);
    assert_eq!(again.connect().await.log_in(&id).await.0, Status::OK);
    assert_eq!(again.end("TERM"), Some(0));
    for (text, said) in [("wrong horse", "my-key"), ("\nx", "the first line of")] {
        std::fs::write(&file, text).unwrap();
        let port = format!("--port=unix:{}", dir.path().join("socket").display());
        let refused = run(["plug", "no-uv", &port, "--state", state.to_str().unwrap(), words[0], words[1]]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
        assert!(refused.err.contains(said) && !refused.err.contains("horse"), "{}", refused.err);
    }
}

/// `clientPin` of getInfo.
async fn client_pin(talk: &mut Talk) -> Option<bool> {
    let response = talk.ctap2(GET_INFO).await.unwrap();
    let (_, members) = split_response(&response).unwrap();
    get_info::Response::decode(members).unwrap().options.and_then(|options| options.client_pin)
}

#[tokio::test]
async fn a_pin_may_be_preset_and_is_never_shown() {
    let mut shown = Plugged::start("passkey", "unix", &["--pin", "73199137", "--print"]);
    assert_eq!(client_pin(&mut shown.connect().await).await, Some(true));
    assert_eq!(shown.end("TERM"), Some(0));
    let mut printed = String::new();
    std::io::Read::read_to_string(&mut shown.out, &mut printed).unwrap();
    assert!(printed.contains("authenticatorGetInfo"), "{printed}");
    assert!(!printed.contains("73199137"), "{printed}");

    let plain = Plugged::start("passkey", "unix", &[]);
    assert_eq!(client_pin(&mut plain.connect().await).await, Some(false));
    for (key, pin, said) in [("no-uv", "1234", "takes no PIN"), ("passkey", "12", "at least")] {
        let refused = run(["plug", key, "--port=unix:k", "--pin", pin]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{key}");
        assert!(refused.err.contains(said) && !refused.err.contains(&format!("`{pin}`")), "{}", refused.err);
    }
}
