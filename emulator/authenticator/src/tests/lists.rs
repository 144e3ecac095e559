//! Allow and exclude lists.

use std::vec;
use std::vec::Vec;

use ciborium::Value;

use super::key::{HERE, Key, full, with};
use super::message::{Get, Got, Made, Make, int, text};
use crate::{Ask, Step};
use wire::Status;

const RP: &str = "example.org";

#[test]
fn an_excluded_credential_is_told_after_the_touch() {
    for rk in [false, true] {
        let mut key = Key::new(full());
        let made = Made::of(&key.send(&Make { rk: Some(rk), ..Make::at(RP) }.bytes()));
        let before = key.bench.kept();
        let request = Make { exclude: Some(vec![vec![1; 64], made.id.clone()]), ..Make::at(RP) };
        assert_eq!(key.request(HERE, &request.bytes()), Step::Ask(Ask::Presence));
        assert_eq!(key.finish(Step::Ask(Ask::Presence)), [Status::CREDENTIAL_EXCLUDED.0]);
        let verified = Make { uv: Some(true), ..request };
        assert_eq!(key.send(&verified.bytes()), [Status::CREDENTIAL_EXCLUDED.0]);
        assert_eq!(key.bench.kept(), before);
    }
}

#[test]
fn foreign_ids_exclude_nothing() {
    let mut key = Key::new(full());
    let elsewhere = Made::of(&key.send(&Make::at("other.example").bytes()));
    let resident = Made::of(&key.send(&Make::resident("other.example", b"a").bytes()));
    let mut bent = Made::of(&key.send(&Make::at(RP).bytes())).id;
    bent[0] ^= 1;
    let exclude = vec![elsewhere.id, resident.id, bent, vec![], vec![0; 255], vec![9; 32]];
    Made::of(&key.send(&Make { exclude: Some(exclude), ..Make::at(RP) }.bytes()));
    Made::of(&key.send(&Make { exclude: Some(vec![]), ..Make::at(RP) }.bytes()));
}

#[test]
fn the_allow_list_filters() {
    let mut key = Key::new(full());
    let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let b = Made::of(&key.send(&Make::at(RP).bytes()));
    let foreign = Made::of(&key.send(&Make::at("other.example").bytes()));
    let junk: &[u8] = &[3; 64];
    let got = Got::of(&key.send(&Get::with(RP, &[junk, &foreign.id, &b.id, &a.id]).bytes()));
    got.verify(RP, &b);
    assert_eq!(got.number, None);
    let got = Got::of(&key.send(&Get::with(RP, &[junk, &a.id]).bytes()));
    got.verify(RP, &a);
    assert_eq!(got.user_id(), b"a");
    let none = Get::with(RP, &[junk, &foreign.id]).bytes();
    assert_eq!(key.send_status(&none), Status::NO_CREDENTIALS);
}

#[test]
fn an_empty_allow_list_counts_as_absent() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    Got::of(&key.send(&Get::with(RP, &[]).bytes())).verify(RP, &made);
}

#[test]
fn every_bit_of_a_wrapped_id_counts() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    for bit in 0..made.id.len() * 8 {
        let mut id = made.id.clone();
        id[bit / 8] ^= 1 << (bit % 8);
        let request = Get { up: Some(false), ..Get::with(RP, &[&id]) };
        assert_eq!(key.send_status(&request.bytes()), Status::NO_CREDENTIALS, "bit {bit}");
    }
    for length in 0..made.id.len() {
        let request = Get { up: Some(false), ..Get::with(RP, &[&made.id[..length]]) };
        assert_eq!(key.send_status(&request.bytes()), Status::NO_CREDENTIALS, "{length} bytes");
    }
}

#[test]
fn an_id_of_another_key_is_foreign() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let mut bench = super::bench::Bench::new();
    let mut secret = [0; 99];
    crate::platform::Random::fill(&mut bench, &mut secret);
    let mut other = Key::over(bench, full());
    assert_eq!(other.send_status(&Get::with(RP, &[&made.id]).bytes()), Status::NO_CREDENTIALS);
}

#[test]
fn long_lists_are_refused_at_once() {
    let mut key = Key::new(full());
    let nine: Vec<Vec<u8>> = vec![vec![5; 16]; 9];
    let make = Make { exclude: Some(nine.clone()), ..Make::at(RP) }.bytes();
    assert_eq!(key.request(HERE, &make), Step::Reply(1));
    assert_eq!(key.reply[0], Status::LIMIT_EXCEEDED.0);
    let get = Get { allow: Some(nine.clone()), ..Get::at(RP) }.bytes();
    assert_eq!(key.send_status(&get), Status::LIMIT_EXCEEDED);

    let mut unlimited = Key::new(with(|ctap2| ctap2.max_credential_count_in_list = 0));
    Made::of(&unlimited.send(&make));
}

#[test]
fn other_types_of_credentials_are_passed_over() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let odd = Value::Map(vec![(text("id"), Value::Bytes(made.id.clone())), (text("type"), text("password"))]);
    let mut request = Make::at(RP);
    request.more = vec![(5, Value::Array(vec![odd]))];
    Made::of(&key.send(&request.bytes()));
    request.more = vec![(5, int(3))];
    assert_eq!(key.send_status(&request.bytes()), Status::CBOR_UNEXPECTED_TYPE);
}
