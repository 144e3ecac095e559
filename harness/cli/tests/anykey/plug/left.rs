//! What a run leaves on somebody's own key: what it made there is deleted, what was there before stays.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use client::{Client, Manner, Pin};
use wire::Status;
use wire::ctap2::{Options, get_assertion, split_response};

use super::key::{Plugged, Talk, request};
use super::run::{JSON, QUICK, count, report, run};
use crate::command::{anykey, interrupt};

/// The owner's PIN.
const PIN: &str = "four, seven!";
/// Where the embedded server is.
const RUN_RP: &str = "anykey.test";

/// A key whose owner has credentials of their own, one at the run's relying party; their ids.
async fn owned(name: &str, words: &[&str]) -> (Plugged, Talk, Vec<Vec<u8>>) {
    let key = Plugged::start(name, "unix", words);
    let mut talk = key.connect().await;
    let uv = (name == "passkey").then_some(true);
    let mut own = Vec::new();
    for rp_id in [RUN_RP, "example.org"] {
        let options = Options { rk: Some(true), uv, ..Default::default() };
        own.push(talk.registered(&request(rp_id, Some(options))).await);
    }
    Client::new(Manner::Faithful).set_pin(&mut talk.0, &Pin::new(PIN)).await.unwrap();
    (key, talk, own)
}

/// The newest resident credential that the key has for a relying party, and how many it has.
async fn residents(talk: &mut Talk, rp_id: &str) -> Option<(Vec<u8>, u64)> {
    let mut message = vec![0; 1_000];
    let request = get_assertion::Request { rp_id, client_data_hash: &[2; 32], ..Default::default() };
    let length = request.message(&mut message).unwrap();
    let answer = talk.ctap2(&message[..length]).await.unwrap();
    let (status, members) = split_response(&answer).unwrap();
    if status == Status::NO_CREDENTIALS {
        return None;
    }
    assert_eq!(status, Status::OK);
    let got = get_assertion::Response::decode(members).unwrap();
    Some((got.credential.unwrap().id.to_vec(), got.number_of_credentials.unwrap_or(1)))
}

#[tokio::test]
async fn what_a_run_made_is_deleted_and_what_was_there_stays() {
    for name in ["passkey", "yubikey-5-nfc"] {
        let (key, mut talk, own) = owned(name, QUICK).await;
        let scenarios = ["--may", "keep", "--scenario", "policy.*", "register.*"];
        let ended = run(&key, &[JSON, &scenarios].concat(), Some(PIN));
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.err);
        let report = report(&ended);
        assert!(count(&report, "pass") > 10, "{name}: {}", count(&report, "pass"));
        let told = ended.err.lines().find(|line| line.contains("deleted from the key: ")).unwrap();
        assert!(told.ends_with("resident credentials of this run; none is left"), "{name}: {told}");
        let [here, there] = own.try_into().unwrap();
        assert_eq!(residents(&mut talk, RUN_RP).await, Some((here, 1)), "{name}: {told}");
        assert_eq!(residents(&mut talk, "example.org").await, Some((there, 1)), "{name}");
    }
}

#[tokio::test]
async fn a_key_with_little_room_is_not_filled_up() {
    // Beside those of its owner there is room for one.
    let entry = profiles::find("yubikey-5-nfc").unwrap();
    let text = entry.text.replace("resident-credentials = 25", "resident-credentials = 3");
    assert_ne!(text, entry.text);
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("small.toml");
    std::fs::write(&model, text).unwrap();
    let (key, _, _) = owned(model.to_str().unwrap(), QUICK).await;
    let ended = run(&key, &["--format", "json", "--may", "keep"], Some(PIN));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told = ended.err.lines().find_map(|line| line.split_once("deleted from the key: ")).unwrap().1;
    let deleted: usize = told.split(' ').next().unwrap().parse().unwrap();
    assert!(deleted > 1, "{told}");
    assert!(told.ends_with("none is left"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_deleted_is_told_with_its_relying_party() {
    // It has a PIN, and no credential management.
    let (key, mut talk, _) = owned("titan", QUICK).await;
    let words = [JSON, &["--may", "keep", "--scenario", "policy.resident-required"]].concat();
    let ended = run(&key, &words, Some(PIN));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told = "LEFT on the key: 1 resident credential of this run, for anykey.test (1): \
                the key has no credential management";
    assert!(ended.err.contains(told), "{}", ended.err);
    assert_eq!(residents(&mut talk, RUN_RP).await.unwrap().1, 2);
}

#[tokio::test]
async fn a_run_that_is_interrupted_deletes_too() {
    let (key, mut talk, own) = owned("yubikey-5-nfc", QUICK).await;
    talk.0.tell("ctl up never").await.unwrap();
    let mut command = anykey();
    command.env("ANYKEY_PIN", PIN).args(["run", "--link", &key.address.to_string(), "--may", "keep"]);
    command.args(["--scenario", "policy.resident-required"]).args(JSON);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    // Until the key waits for the touch of a login, and has a credential of a case that is not over.
    loop {
        let before = said.len();
        assert!(err.read_line(&mut said).unwrap() > 0, "{said}");
        let touch = said[before..].contains("Touch the key, to ");
        if touch && said.contains("as alice") && said.ends_with("log in to anykey.test.\n") {
            break;
        }
        if touch {
            talk.0.tell("ctl act touch").await.unwrap();
        }
    }
    interrupt(&child);
    err.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{said}");
    assert!(said.contains("deleted from the key: 1 resident credential of this run; none is left"), "{said}");
    talk.0.tell("ctl up auto").await.unwrap();
    assert_eq!(residents(&mut talk, RUN_RP).await, Some((own[0].clone(), 1)), "{said}");
}
