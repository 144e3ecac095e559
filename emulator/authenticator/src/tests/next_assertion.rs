//! authenticatorGetNextAssertion.

use core::time::Duration;
use std::vec;
use std::vec::Vec;

use super::key::{HERE, Key, THERE, full};
use super::message::{GET_INFO, GET_NEXT_ASSERTION, Get, Got, Made, Make, named, text};
use crate::Input;
use wire::Status;

const RP: &str = "example.org";

fn with_three() -> (Key, Vec<Made>) {
    let mut key = Key::new(full());
    let made = [b"a", b"b", b"c"].map(|user| Made::of(&key.send(&Make::resident(RP, user).bytes())));
    (key, made.into())
}

#[test]
fn gives_the_older_ones_in_order() {
    let (mut key, made) = with_three();
    key.send(&Get::at(RP).bytes()).clear();
    let mut users = vec![];
    for made in made[..2].iter().rev() {
        let got = Got::of(&key.send(GET_NEXT_ASSERTION));
        got.verify(RP, made);
        assert_eq!(got.flags, 0x01);
        assert_eq!((got.number.is_none(), named(got.user.as_ref().unwrap(), "name")), (true, None));
        users.push(got.user_id());
    }
    assert_eq!(users, [b"b", b"a"]);
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
}

#[test]
fn names_follow_the_first_assertion() {
    let (mut key, _) = with_three();
    key.send(&Get { uv: Some(true), ..Get::at(RP) }.bytes()).clear();
    let got = Got::of(&key.send(GET_NEXT_ASSERTION));
    assert_eq!(got.flags, 0x05);
    assert_eq!(named(got.user.as_ref().unwrap(), "name"), Some(text("Name")));
}

#[test]
fn belongs_to_its_channel() {
    let (mut key, made) = with_three();
    key.send(&Get::at(RP).bytes()).clear();
    assert_eq!(key.send_from(THERE, GET_NEXT_ASSERTION), [Status::NOT_ALLOWED.0]);
    key.send_from(THERE, GET_INFO).clear();
    Got::of(&key.send(GET_NEXT_ASSERTION)).verify(RP, &made[1]);
    // A new command here ends it.
    key.send(GET_INFO).clear();
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
}

#[test]
fn ends_with_the_channel() {
    let (mut key, _) = with_three();
    key.send(&Get::at(RP).bytes()).clear();
    assert_eq!(key.step(Input::Abort { from: HERE }), crate::Step::Quiet);
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
}

#[test]
fn lasts_thirty_seconds_from_one_to_the_next() {
    let (mut key, _) = with_three();
    key.send(&Get::at(RP).bytes()).clear();
    key.pass(Duration::from_millis(29_999));
    Got::of(&key.send(GET_NEXT_ASSERTION));
    key.pass(Duration::from_millis(29_999));
    Got::of(&key.send(GET_NEXT_ASSERTION));

    key.send(&Get::at(RP).bytes()).clear();
    key.pass(Duration::from_secs(30));
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
}

#[test]
fn needs_a_beginning_with_several_credentials() {
    let mut key = Key::new(full());
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
    let made = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    key.send(&Get::at(RP).bytes()).clear();
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
    key.send(&Make::resident(RP, b"b").bytes()).clear();
    key.send(&Get::with(RP, &[&made.id]).bytes()).clear();
    assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED, "an allow list gives one");
}
