//! Built-in user verification: attempts, and what counts as what.

use super::key::{HERE, Key, full, with};
use super::message::{Get, Got, Made, Make};
use crate::{Ask, Step, UserAct};
use wire::Status;

const RP: &str = "example.org";

fn verified() -> Make {
    Make { uv: Some(true), ..Make::at(RP) }
}

fn ask(attempts_left: u8) -> Step {
    Step::Ask(Ask::Verification { attempts_left })
}

#[test]
fn each_mismatch_is_an_attempt() {
    let mut key = Key::new(full());
    let before = key.bench.kept();
    assert_eq!(key.request(HERE, &verified().bytes()), ask(3));
    assert_eq!(key.user(UserAct::Mismatch), ask(2));
    assert_eq!(key.user(UserAct::Mismatch), ask(1));
    let step = key.user(UserAct::Mismatch);
    assert_eq!(key.status(step), Status::OPERATION_DENIED);
    assert_eq!(key.bench.kept(), before);
    // The next ceremony begins anew.
    assert_eq!(key.request(HERE, &verified().bytes()), ask(3));
    assert_eq!(key.user(UserAct::Mismatch), ask(2));
    let step = key.user(UserAct::Verified);
    assert_eq!(Made::of(&key.bytes(step)).flags, 0x45);
}

#[test]
fn a_touch_is_no_verification() {
    let mut key = Key::new(full());
    assert_eq!(key.request(HERE, &verified().bytes()), ask(3));
    assert_eq!(key.user(UserAct::Touched), ask(3));
    let step = key.user(UserAct::Verified);
    Made::of(&key.bytes(step));
}

#[test]
fn any_finger_is_a_touch() {
    let mut key = Key::new(full());
    for act in [UserAct::Touched, UserAct::Mismatch, UserAct::Verified] {
        assert_eq!(key.request(HERE, &Make::at(RP).bytes()), Step::Ask(Ask::Presence));
        let step = key.user(act);
        assert_eq!(Made::of(&key.bytes(step)).flags, 0x41, "not verified, for it was not asked");
    }
}

#[test]
fn verification_is_presence() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&verified().bytes()));
    let request = Get { uv: Some(true), up: Some(false), ..Get::with(RP, &[&made.id]) };
    assert_eq!(key.request(HERE, &request.bytes()), ask(3));
    let step = key.user(UserAct::Verified);
    assert_eq!(Got::of(&key.bytes(step)).flags, 0x05);
}

#[test]
fn refusing_ends_it() {
    let mut key = Key::new(full());
    for request in [Make::at(RP), verified()] {
        key.pass(core::time::Duration::from_secs(1));
        assert!(matches!(key.request(HERE, &request.bytes()), Step::Ask(_)));
        let step = key.user(UserAct::Declined);
        assert_eq!(key.status(step), Status::OPERATION_DENIED);
        assert_eq!(key.authenticator.waiting_for(), None);
    }
}

#[test]
fn no_attempts_in_the_profile_means_one() {
    let mut key = Key::new(with(|ctap2| ctap2.uv_attempts = 0));
    assert_eq!(key.request(HERE, &verified().bytes()), ask(1));
    let step = key.user(UserAct::Mismatch);
    assert_eq!(key.status(step), Status::OPERATION_DENIED);
}
