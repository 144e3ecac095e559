//! authenticatorGetAssertion.

use std::vec;

use super::key::{HERE, Key, full};
use super::message::{Get, Got, Made, Make, int, named, text};
use crate::profile::Versions;
use crate::{Ask, Step};
use wire::Status;

const RP: &str = "example.org";

#[test]
fn presence_off_needs_no_user() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let request = Get { up: Some(false), ..Get::with(RP, &[&made.id]) };
    let step = key.request(HERE, &request.bytes());
    let got = Got::of(&key.bytes(step));
    got.verify(RP, &made);
    assert_eq!(got.flags, 0);
}

#[test]
fn the_newest_discoverable_credential_signs() {
    let mut key = Key::new(full());
    let mut made = vec![];
    for user in [b"a", b"b", b"c"] {
        made.push(Made::of(&key.send(&Make::resident(RP, user).bytes())));
    }
    Made::of(&key.send(&Make::resident("other.example", b"d").bytes()));
    let got = Got::of(&key.send(&Get::at(RP).bytes()));
    got.verify(RP, &made[2]);
    assert_eq!(got.user_id(), b"c");
    assert_eq!(got.number, Some(int(3)));
}

#[test]
fn names_are_told_after_verification_and_only_when_there_is_a_choice() {
    let mut key = Key::new(full());
    key.send(&Make::resident(RP, b"a").bytes());
    let uv = Get { uv: Some(true), ..Get::at(RP) }.bytes();
    let one = Got::of(&key.send(&uv));
    assert_eq!(named(one.user.as_ref().unwrap(), "name"), None, "one account");
    assert_eq!(one.number, None);
    assert_eq!(one.flags, 0x05);
    key.send(&Make::resident(RP, b"b").bytes());
    let several = Got::of(&key.send(&uv));
    assert_eq!(named(several.user.as_ref().unwrap(), "name"), Some(text("Name")));
    assert_eq!(named(several.user.as_ref().unwrap(), "displayName"), Some(text("Name")));
    let touched = Got::of(&key.send(&Get::at(RP).bytes()));
    assert_eq!(named(touched.user.as_ref().unwrap(), "name"), None, "not verified");
}

#[test]
fn a_wrapped_credential_tells_no_account_and_is_not_discoverable() {
    let mut key = Key::new(full());
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let got = Got::of(&key.send(&Get::with(RP, &[&made.id]).bytes()));
    assert_eq!((got.user, got.number), (None, None));
    assert_eq!(key.send_status(&Get::at(RP).bytes()), Status::NO_CREDENTIALS);
}

#[test]
fn without_credentials_2_0_asks_first_and_2_1_says_so_at_once() {
    let mut profile = full();
    let mut key = Key::new(profile);
    assert_eq!(key.request(HERE, &Get::at(RP).bytes()), Step::Ask(Ask::Presence));
    assert_eq!(key.finish(Step::Ask(Ask::Presence)), [Status::NO_CREDENTIALS.0]);
    let quiet = Get { up: Some(false), ..Get::at(RP) };
    assert_eq!(key.request(HERE, &quiet.bytes()), Step::Reply(1));

    profile.versions = Versions { fido_2_1: true, ..profile.versions };
    let mut key = Key::new(profile);
    assert_eq!(key.request(HERE, &Get::at(RP).bytes()), Step::Reply(1));
    assert_eq!(key.reply[0], Status::NO_CREDENTIALS.0);
}

#[test]
fn the_wait_names_relying_party_and_account() {
    let mut key = Key::new(full());
    let request = Make { name: Some("Ada"), ..Make::resident(RP, b"a") };
    assert_eq!(key.request(HERE, &request.bytes()), Step::Ask(Ask::Presence));
    let waiting = key.authenticator.waiting_for().unwrap();
    assert_eq!((waiting.rp_id, waiting.user_name), (Some(RP), Some("Ada")));
    key.finish(Step::Ask(Ask::Presence));
    assert_eq!(key.authenticator.waiting_for(), None);
    assert_eq!(key.request(HERE, &Get::at(RP).bytes()), Step::Ask(Ask::Presence));
    let waiting = key.authenticator.waiting_for().unwrap();
    assert_eq!((waiting.rp_id, waiting.user_name), (Some(RP), Some("Ada")));
}

#[test]
fn one_commit_and_one_signature_per_assertion() {
    let mut key = Key::new(full());
    let resident = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let wrapped = Made::of(&key.send(&Make::at(RP).bytes()));
    for request in [Get::at(RP), Get::with(RP, &[&resident.id]), Get::with(RP, &[&wrapped.id])] {
        let before = (key.bench.commits, key.bench.signatures);
        Got::of(&key.send(&request.bytes()));
        assert_eq!((key.bench.commits, key.bench.signatures), (before.0 + 1, before.1 + 1));
    }
}

#[test]
fn many_relying_parties_and_a_shared_bucket() {
    // Names whose hashes begin with the same 14 bits, found by search: their records lie in one bucket.
    let mut names = std::collections::BTreeMap::<u16, std::vec::Vec<&'static str>>::new();
    let pair = (0..)
        .find_map(|n| {
            let name: &'static str = std::boxed::Box::leak(std::format!("rp{n}.example").into_boxed_str());
            let hash = super::message::rp_hash(name);
            let bucket = names.entry(u16::from_be_bytes([hash[0], hash[1]]) >> 2).or_default();
            bucket.push(name);
            (bucket.len() == 2).then(|| bucket.clone())
        })
        .unwrap();
    let mut key = Key::new(full());
    let first = Made::of(&key.send(&Make::resident(pair[0], b"a").bytes()));
    let second = Made::of(&key.send(&Make::resident(pair[1], b"a").bytes()));
    for (rp, made, foreign) in [(pair[0], &first, &second), (pair[1], &second, &first)] {
        let got = Got::of(&key.send(&Get::at(rp).bytes()));
        got.verify(rp, made);
        assert_eq!(got.number, None);
        assert_eq!(key.send_status(&Get::with(rp, &[&foreign.id]).bytes()), Status::NO_CREDENTIALS);
    }
}
