//! `--print`: the traffic for people.

use std::io::Read;

use wire::Status;
use wire::u2f::{Request, StatusWord};

use super::key::{GET_INFO, Plugged, make};

#[tokio::test]
async fn the_traffic_is_decoded_with_names() {
    let mut plugged = Plugged::start("no-uv", "unix", &["--touch", "after:1ms", "--print", "--seed", "1"]);
    let mut talk = plugged.connect().await;
    assert_eq!(talk.status(GET_INFO).await, Status::OK);
    let id = talk.register().await;
    assert_eq!(talk.log_in(&id).await.0, Status::OK);
    assert_eq!(talk.log_in(&[1; 64]).await.0, Status::NO_CREDENTIALS);
    talk.0.tell("ctl up refuse").await.unwrap();
    assert_eq!(talk.status(&make()).await, Status::OPERATION_DENIED);
    assert_eq!(plugged.end("TERM"), Some(0));
    let mut said = String::new();
    plugged.out.read_to_string(&mut said).unwrap();
    let mut rest = said.as_str();
    for next in [
        "1 is a new channel",
        "1 > authenticatorGetInfo",
        "1 < CTAP2_OK",
        "versions: ",
        "1 > authenticatorMakeCredential",
        "\"example.org\"",
        "the key asks for a touch, relying party \"example.org\", user \"ann\"",
        "the user touches it",
        "1 < CTAP2_OK",
        "flags: ",
        "1 > authenticatorGetAssertion",
        "1 < CTAP2_ERR_NO_CREDENTIALS",
        "from now on: refused each time",
        "the user refuses",
        "1 < CTAP2_ERR_OPERATION_DENIED",
    ] {
        let Some(at) = rest.find(next) else { panic!("{next:?} is not said, in its place:\n{said}") };
        rest = &rest[at..];
    }
    assert!(said.lines().all(|line| line.starts_with(' ')), "times, or what goes on a line:\n{said}");
    assert!(!said.contains('\u{1b}'), "no colour in a pipe");
}

#[tokio::test]
async fn u2f_and_errors_have_names() {
    let mut plugged = Plugged::start("yubikey-4", "udp", &["--touch", "after:1ms", "--print"]);
    let mut talk = plugged.connect().await;
    let request = Request::Register { challenge: &[1; 32], application: &[2; 32] };
    assert_eq!(talk.u2f(&request).await.1, StatusWord::NO_ERROR);
    assert!(talk.ctap2(GET_INFO).await.is_err());
    assert_eq!(plugged.end("INT"), Some(0));
    let mut said = String::new();
    plugged.out.read_to_string(&mut said).unwrap();
    for part in ["U2F_REGISTER", "SW_CONDITIONS_NOT_SATISFIED", "SW_NO_ERROR", "ERR_INVALID_CMD", "a touch\n"]
    {
        assert!(said.contains(part), "{part}:\n{said}");
    }
}
