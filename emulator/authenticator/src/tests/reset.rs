//! authenticatorReset and authenticatorSelection.

use core::time::Duration;

use super::key::{HERE, Key, full, with};
use super::message::{Get, Made, Make, RESET, SELECTION};
use super::u2f::{register, sign_request};
use crate::profile::Attestation;
use crate::{Ask, Step, UserAct};
use wire::Status;

const RP: &str = "example.org";

#[test]
fn forgets_all_but_the_attestation() {
    let mut key = Key::new(with(|ctap2| ctap2.attestation = Attestation::Packed));
    let resident = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let wrapped = Made::of(&key.send(&Make::at(RP).bytes()));
    let handle = register(&mut key, RP).key_handle;
    assert_eq!(key.request(HERE, RESET), Step::Ask(Ask::Presence));
    let step = key.user(UserAct::Touched);
    assert_eq!(key.bytes(step), [0]);
    for id in [&resident.id, &wrapped.id] {
        assert_eq!(key.send_status(&Get::with(RP, &[id]).bytes()), Status::NO_CREDENTIALS);
    }
    assert_eq!(key.send_status(&Get::at(RP).bytes()), Status::NO_CREDENTIALS);
    assert_eq!(key.u2f(&sign_request(RP, 3, &handle)).1, 0x6a80);
    assert_eq!(key.bench.keys.len(), 1, "the attestation key");
    // Counters begin anew, and it still attests.
    let again = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    assert_eq!((again.fmt.as_str(), again.count), ("packed", 1));
}

#[test]
fn is_allowed_for_ten_seconds_after_power_on() {
    let mut key = Key::new(full());
    key.pass(Duration::from_secs(10));
    assert_eq!(key.request(HERE, RESET), Step::Ask(Ask::Presence));
    key.pass(Duration::from_secs(5));
    assert_eq!(key.finish(Step::Ask(Ask::Presence)), [0], "the window is for the request");
    assert_eq!(key.request(HERE, RESET), Step::Reply(1));
    assert_eq!(key.reply[0], Status::NOT_ALLOWED.0);
    key.authenticator.power_on(key.now, &mut key.bench).unwrap();
    assert_eq!(key.send_status(RESET), Status::OK);
}

#[test]
fn needs_its_touch() {
    let mut key = Key::new(full());
    key.send(&Make::resident(RP, b"a").bytes()).clear();
    let before = key.bench.kept();
    assert_eq!(key.request(HERE, RESET), Step::Ask(Ask::Presence));
    let step = key.user(UserAct::Declined);
    assert_eq!(key.status(step), Status::OPERATION_DENIED);
    assert_eq!(key.bench.kept(), before);
}

#[test]
fn selection_is_a_touch() {
    let mut key = Key::new(full());
    assert_eq!(key.request(HERE, SELECTION), Step::Ask(Ask::Presence));
    let step = key.user(UserAct::Touched);
    assert_eq!(key.bytes(step), [0]);
    assert_eq!(key.request(HERE, SELECTION), Step::Ask(Ask::Presence));
    let step = key.user(UserAct::Declined);
    assert_eq!(key.status(step), Status::OPERATION_DENIED);
}
