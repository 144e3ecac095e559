//! Two requests, cancel, abort, time-outs, no power, no room.

use core::time::Duration;

use super::bench::Bench;
use super::key::{HERE, Key, THERE, full};
use super::message::{GET_INFO, Get, Made, Make};
use crate::{Ask, Authenticator, Input, Step, UserAct};
use wire::{Protocol, Status};

const RP: &str = "example.org";

/// A key with a credential that waits for a touch to make another.
fn waiting() -> Key {
    let mut key = Key::new(full());
    key.send(&Make::resident(RP, b"a").bytes()).clear();
    assert_eq!(key.request(HERE, &Make::resident(RP, b"b").bytes()), Step::Ask(Ask::Presence));
    key
}

#[test]
fn a_second_request_is_busy_and_changes_nothing() {
    let mut key = waiting();
    let before = key.bench.kept();
    let wake = key.authenticator.wake_at();
    for from in [HERE, THERE] {
        for bytes in [GET_INFO, &Get::at(RP).bytes(), &[], &[0xff]] {
            for protocol in [Protocol::Ctap1, Protocol::Ctap2] {
                key.pass(Duration::from_millis(1));
                assert_eq!(key.step(Input::Request { from, protocol, bytes }), Step::Busy);
            }
        }
    }
    assert_eq!(key.bench.kept(), before);
    assert_eq!(key.authenticator.wake_at(), wake);
    assert_eq!(key.authenticator.waiting_for().unwrap().rp_id, Some(RP));
    Made::of(&key.finish(Step::Ask(Ask::Presence)));
}

#[test]
fn cancel_ends_the_request_of_its_channel_only() {
    let mut key = waiting();
    let before = key.bench.kept();
    assert_eq!(key.step(Input::Cancel { from: THERE }), Step::Quiet);
    assert!(key.authenticator.waiting_for().is_some());
    let step = key.step(Input::Cancel { from: HERE });
    assert_eq!(key.status(step), Status::KEEPALIVE_CANCEL);
    assert_eq!(key.authenticator.waiting_for(), None);
    assert_eq!(key.step(Input::Cancel { from: HERE }), Step::Quiet, "nothing pending");
    assert_eq!(key.user(UserAct::Touched), Step::Quiet, "too late");
    assert_eq!(key.bench.kept(), before);
}

#[test]
fn abort_drops_the_work_without_a_reply() {
    let mut key = waiting();
    let before = key.bench.kept();
    assert_eq!(key.step(Input::Abort { from: THERE }), Step::Quiet);
    assert!(key.authenticator.waiting_for().is_some());
    assert_eq!(key.step(Input::Abort { from: HERE }), Step::Quiet);
    assert_eq!((key.authenticator.waiting_for(), key.authenticator.wake_at()), (None, None));
    assert_eq!(key.user(UserAct::Touched), Step::Quiet);
    assert_eq!(key.bench.kept(), before);
}

#[test]
fn time_out_comes_at_wake_at_and_not_before() {
    let mut key = waiting();
    let wake = key.authenticator.wake_at().unwrap();
    assert_eq!(wake, key.now + Duration::from_secs(30));
    key.now = wake - Duration::from_nanos(1);
    assert_eq!(key.step(Input::Tick), Step::Quiet);
    key.now = wake;
    let step = key.step(Input::Tick);
    assert_eq!(key.status(step), Status::USER_ACTION_TIMEOUT);
    assert_eq!(key.step(Input::Tick), Step::Quiet);
}

#[test]
fn a_late_touch_is_a_time_out() {
    let mut key = waiting();
    let before = key.bench.kept();
    key.pass(Duration::from_secs(31));
    let step = key.user(UserAct::Touched);
    assert_eq!(key.status(step), Status::USER_ACTION_TIMEOUT);
    assert_eq!(key.bench.kept(), before);
}

#[test]
fn an_attempt_puts_the_time_out_off() {
    let mut key = Key::new(full());
    let request = Make { uv: Some(true), ..Make::at(RP) };
    assert_eq!(key.request(HERE, &request.bytes()), Step::Ask(Ask::Verification { attempts_left: 3 }));
    key.pass(Duration::from_secs(29));
    assert_eq!(key.user(UserAct::Mismatch), Step::Ask(Ask::Verification { attempts_left: 2 }));
    key.pass(Duration::from_secs(29));
    let step = key.user(UserAct::Verified);
    Made::of(&key.bytes(step));
}

#[test]
fn without_power_every_request_fails() {
    let mut bench = Bench::new();
    let mut authenticator = Authenticator::new(full());
    let mut reply = [0; wire::MAX_MESSAGE];
    let mut ask = |protocol, reply: &mut [u8]| {
        let input = Input::Request { from: HERE, protocol, bytes: GET_INFO };
        authenticator.handle(Duration::ZERO, &mut bench, input, reply)
    };
    assert_eq!((ask(Protocol::Ctap2, &mut reply), reply[0]), (Step::Reply(1), 0x7f));
    assert_eq!(ask(Protocol::Ctap1, &mut reply), Step::Reply(2));
    assert_eq!(reply[..2], [0x6f, 0x00]);
}

#[test]
fn a_short_reply_buffer_is_refused_before_any_effect() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let quiet = Get { up: Some(false), ..Get::with(RP, &[&made.id]) }.bytes();
    let commits = key.bench.commits;
    let mut short = [0; wire::MAX_MESSAGE - 1];
    let input = Input::Request { from: HERE, protocol: Protocol::Ctap2, bytes: &quiet };
    let step = key.authenticator.handle(key.now, &mut key.bench, input, &mut short);
    assert_eq!((step, short[0]), (Step::Reply(1), Status::OTHER.0));
    assert_eq!(key.authenticator.handle(key.now, &mut key.bench, input, &mut []), Step::Quiet);
    assert_eq!(key.bench.commits, commits);

    let mut key = waiting();
    let input = Input::User(UserAct::Touched);
    assert_eq!(key.authenticator.handle(key.now, &mut key.bench, input, &mut short), Step::Quiet);
    Made::of(&key.finish(Step::Ask(Ask::Presence)));
}

#[test]
fn power_on_forgets_the_wait() {
    let mut key = waiting();
    key.authenticator.power_on(key.now, &mut key.bench).unwrap();
    assert_eq!((key.authenticator.waiting_for(), key.authenticator.wake_at()), (None, None));
}

#[test]
fn the_whole_state_is_small() {
    let size = size_of::<Authenticator>();
    std::println!("an authenticator has {size} bytes");
    assert!(size <= 2048, "{size} bytes");
}
