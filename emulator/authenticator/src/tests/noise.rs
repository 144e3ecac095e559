//! Any bytes, any order of inputs: no panic, and the promises of the machine hold.

use core::time::Duration;
use std::vec::Vec;

use proptest::prelude::*;

use super::client::{GA, MC, Shared, Token, pin_request};
use super::key::{Key, full, modern};
use super::message::{GET_INFO, GET_NEXT_ASSERTION, Get, Make, RESET, SELECTION};
use super::u2f::sign_request;
use super::{config, extensions, manage};
use crate::{Channel, Input, Step, UserAct};
use wire::Protocol;

/// A token that was never given.
fn token() -> Token {
    Token { protocol: 2, value: [8; 32].to_vec() }
}

/// One input, owned.
#[derive(Clone, Debug)]
enum Event {
    Request(u32, Protocol, Vec<u8>),
    User(UserAct),
    Cancel(u32),
    Abort(u32),
    Tick,
}

fn valid() -> impl Strategy<Value = (Protocol, Vec<u8>)> {
    const RP: &str = "example.org";
    let ctap2 = [
        Make::at(RP).bytes(),
        Make::resident(RP, b"a").bytes(),
        Make { uv: Some(true), exclude: Some([[5; 64].to_vec()].into()), ..Make::resident(RP, b"b") }.bytes(),
        Get::at(RP).bytes(),
        Get { uv: Some(true), ..Get::at(RP) }.bytes(),
        Get { up: Some(false), ..Get::with(RP, &[&[4; 64]]) }.bytes(),
        GET_INFO.to_vec(),
        GET_NEXT_ASSERTION.to_vec(),
        SELECTION.to_vec(),
        RESET.to_vec(),
    ];
    let shared = Shared::with(&mut Key::new(modern()), 2);
    let pin = [
        [(1, super::message::int(2)), (2, super::message::int(2))].to_vec(),
        shared.set_pin(b"1234"),
        shared.change_pin("1234", b"5678"),
        shared.pin_token("1234"),
        shared.token_by_pin("1234", MC | GA, Some(RP)),
        shared.token_by_uv(MC | GA, None),
    ];
    let more = [
        manage::request(10, 1, None, &token()),
        manage::request(10, 2, None, &token()),
        manage::next(10, 3),
        manage::request(10, 4, manage::of_rp(RP), &token()),
        manage::next(10, 5),
        manage::request(0x41, 6, manage::of_id(&[3; 32]), &token()),
        config::request(2, None, Some(&token())),
        config::request(3, config::length(Some(6), Some(&[RP]), Some(true)), Some(&token())),
        extensions::every_make().bytes(),
        extensions::every_get(&shared).bytes(),
    ];
    let pin = pin.map(pin_request);
    let ctap2 = ctap2.into_iter().chain(pin).chain(more).collect::<Vec<_>>();
    let u2f = [sign_request(RP, 3, &[1; 64]), sign_request(RP, 7, &[1; 32]), [0, 3, 0, 0].to_vec()];
    prop_oneof![
        proptest::sample::select(ctap2).prop_map(|bytes| (Protocol::Ctap2, bytes)),
        proptest::sample::select(u2f.to_vec()).prop_map(|bytes| (Protocol::Ctap1, bytes)),
    ]
}

/// A valid request with one byte changed, one byte more or less, or cut.
fn bent() -> impl Strategy<Value = (Protocol, Vec<u8>)> {
    (valid(), any::<prop::sample::Index>(), any::<u8>(), 0..4_u8).prop_map(
        |((protocol, mut bytes), at, byte, how)| {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] ^= byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
            (protocol, bytes)
        },
    )
}

fn noise() -> impl Strategy<Value = (Protocol, Vec<u8>)> {
    let protocol = prop_oneof![Just(Protocol::Ctap1), Just(Protocol::Ctap2)];
    (protocol, proptest::collection::vec(any::<u8>(), 0..200))
}

fn event() -> impl Strategy<Value = Event> {
    let act = proptest::sample::select(
        [UserAct::Touched, UserAct::Verified, UserAct::Mismatch, UserAct::Declined].to_vec(),
    );
    let request = prop_oneof![4 => valid(), 2 => bent(), 1 => noise()];
    prop_oneof![
        4 => (1..3_u32, request).prop_map(|(from, (protocol, bytes))| Event::Request(from, protocol, bytes)),
        4 => act.prop_map(Event::User),
        1 => (1..3_u32).prop_map(Event::Cancel),
        1 => (1..3_u32).prop_map(Event::Abort),
        1 => Just(Event::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_keeps_its_promises(
        newer: bool,
        events in proptest::collection::vec((event(), 0..20_000_u64), 1..40),
    ) {
        let mut key = Key::new(if newer { extensions::profile() } else { full() });
        if newer {
            key.set_pin(2, "1234");
        }
        for (event, wait) in events {
            key.pass(Duration::from_millis(wait));
            let waited = key.authenticator.waiting_for().is_some_and(|waiting| waiting.protocol == Protocol::Ctap2);
            let input = match &event {
                Event::Request(from, protocol, bytes) => {
                    Input::Request { from: Channel(*from), protocol: *protocol, bytes }
                }
                Event::User(act) => Input::User(*act),
                Event::Cancel(from) => Input::Cancel { from: Channel(*from) },
                Event::Abort(from) => Input::Abort { from: Channel(*from) },
                Event::Tick => Input::Tick,
            };
            let before = key.bench.commits;
            let step = key.step(input);
            let waits = key.authenticator.waiting_for().is_some_and(|waiting| waiting.protocol == Protocol::Ctap2);
            match (&event, step) {
                (_, Step::Reply(length)) => {
                    prop_assert!((1..=wire::MAX_MESSAGE).contains(&length));
                    prop_assert!(!waits, "a reply ends the wait");
                }
                (Event::Request(..), Step::Busy) => prop_assert!(waited && waits),
                (Event::Request(_, Protocol::Ctap2, _) | Event::User(_), Step::Ask(_)) => prop_assert!(waits),
                (Event::Request(..), step) => prop_assert!(false, "a request got {step:?}"),
                (_, Step::Quiet) => prop_assert_eq!(key.bench.commits, before),
                (_, step) => prop_assert!(false, "{step:?} to {event:?}"),
            }
            prop_assert!(key.bench.commits <= before + 2, "one batch for a charge, one for the effects");
            if let Some(wake) = key.authenticator.wake_at() {
                prop_assert!(wake > key.now || waits);
            } else {
                prop_assert!(key.authenticator.waiting_for().is_none());
            }
        }
    }

    #[test]
    fn any_bytes_get_an_answer(newer: bool, (protocol, bytes) in prop_oneof![noise(), bent()]) {
        let mut key = Key::new(if newer { extensions::profile() } else { full() });
        let step = key.step(Input::Request { from: Channel(1), protocol, bytes: &bytes });
        prop_assert!(matches!(step, Step::Reply(_) | Step::Ask(_)));
    }
}
