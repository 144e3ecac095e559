//! Stores that fail, and power that goes at every commit.

use std::vec;
use std::vec::Vec;

use super::bench::{Bench, Fault};
use super::key::{Key, full};
use super::message::{Get, Got, Made, Make, RESET};
use crate::Authenticator;
use crate::credential::resident::Resident;
use crate::platform::StoreError;
use crate::profile::{Counter, Profile};
use crate::record;
use wire::Status;

const RP: &str = "example.org";

/// What a store that refuses leaves: the error, and everything as it was.
#[test]
fn a_failed_commit_changes_nothing_and_is_told() {
    for counter in [Counter::Global, Counter::PerCredential] {
        let profile = Profile { counter, ..full() };
        for request in requests() {
            for error in [StoreError::Full, StoreError::Failed] {
                let mut key = prepared(profile);
                let commits = key.bench.commits;
                let before = key.bench.kept();
                key.bench.fault = Some((commits, Fault::Before(error)));
                let reply = key.send(&request);
                if key.bench.commits == commits {
                    continue;
                }
                let expected = if error == StoreError::Full { Status::KEY_STORE_FULL } else { Status::OTHER };
                assert_eq!(reply, [expected.0]);
                assert_eq!(key.bench.kept().0, before.0, "records");
                if error == StoreError::Full {
                    assert_eq!(
                        key.bench.kept().1,
                        before.1,
                        "keys: nothing was changed, so the new one goes"
                    );
                }
                // A key that no record names is forgotten at once, or where that is not safe, at the next power-on.
                let mut key = Key::over(key.bench, profile);
                assert_eq!(key.bench.kept(), before);
                assert_legal(&mut key);
                key.send(&request).clear();
            }
        }
    }
}

/// Power cuts: before or after the batch, then power again. Either nothing has happened, or all.
#[test]
fn a_power_cut_at_every_commit_leaves_a_legal_state() {
    for counter in [Counter::Global, Counter::PerCredential] {
        let profile = Profile { counter, ..full() };
        let mut cuts = 0;
        for request in requests() {
            for at in 0.. {
                let whole = {
                    let mut key = prepared(profile);
                    let first = key.bench.commits;
                    key.send(&request).clear();
                    if first + at >= key.bench.commits {
                        break;
                    }
                    key.bench.kept().0
                };
                for fault in [Fault::Before(StoreError::Failed), Fault::After] {
                    let mut key = prepared(profile);
                    let before = key.bench.kept().0;
                    key.bench.fault = Some((key.bench.commits + at, fault));
                    assert_eq!(key.send_status(&request), Status::OTHER);
                    let mut key = Key::over(key.bench, profile);
                    let expected = if fault == Fault::After { &whole } else { &before };
                    assert_eq!(key.bench.kept().0, *expected, "all or nothing");
                    assert_legal(&mut key);
                    cuts += 1;
                }
            }
        }
        assert!(cuts >= 10, "{cuts}");
    }
}

#[test]
fn the_first_power_on_can_be_cut_too() {
    for fault in [Fault::Before(StoreError::Failed), Fault::After] {
        let mut bench = Bench::new();
        bench.fault = Some((0, fault));
        let mut authenticator = Authenticator::new(full());
        assert_eq!(authenticator.power_on(core::time::Duration::ZERO, &mut bench), Err(StoreError::Failed));
        let mut key = Key::over(bench, full());
        Made::of(&key.send(&Make::at(RP).bytes()));
    }
}

#[test]
fn keys_without_a_record_are_swept_at_power_on() {
    let mut key = prepared(full());
    let keys = key.bench.keys.clone();
    key.bench.keys.insert(99, [3; 32]);
    let mut key = Key::over(key.bench, full());
    assert_eq!(key.bench.keys, keys);
    assert_legal(&mut key);
}

#[test]
fn a_record_that_rotted_is_passed_over() {
    let mut key = prepared(full());
    let record = *key.bench.records.keys().find(|key| record::is_resident(**key)).unwrap();
    key.bench.records.get_mut(&record).unwrap()[0] = 9;
    let mut key = Key::over(key.bench, full());
    let got = Got::of(&key.send(&Get::at(RP).bytes()));
    assert_eq!(got.number, None, "one of two is left");
    key.bench.records.get_mut(&record).unwrap().truncate(3);
    let mut key = Key::over(key.bench, full());
    Got::of(&key.send(&Get::at(RP).bytes()));
}

#[test]
fn a_rotten_secret_gives_no_power() {
    let mut key = Key::new(full());
    key.bench.records.get_mut(&record::SECRET).unwrap().truncate(5);
    let mut authenticator = Authenticator::new(full());
    assert_eq!(authenticator.power_on(core::time::Duration::ZERO, &mut key.bench), Err(StoreError::Failed));
}

/// A key with two resident credentials.
fn prepared(profile: Profile) -> Key {
    let mut key = Key::new(profile);
    key.send(&Make::resident(RP, b"a").bytes()).clear();
    key.send(&Make::resident(RP, b"b").bytes()).clear();
    key
}

/// A request of each kind that stores something.
fn requests() -> Vec<Vec<u8>> {
    vec![
        Make::resident(RP, b"c").bytes(),
        Make::resident(RP, b"a").bytes(),
        Make::at(RP).bytes(),
        Get::at(RP).bytes(),
        RESET.to_vec(),
    ]
}

/// Every record can be read, every credential's key is there and signs, and no key is left over.
fn assert_legal(key: &mut Key) {
    let residents: Vec<_> = key
        .bench
        .records
        .iter()
        .filter(|(key, _)| record::is_resident(**key))
        .map(|(_, value)| value.clone())
        .collect();
    let mut named = 1;
    for value in &residents {
        let resident = Resident::parse(value).unwrap();
        let id: [u8; 4] = resident.key.as_bytes().try_into().unwrap();
        assert!(key.bench.keys.contains_key(&u32::from_be_bytes(id)));
        named += 1;
        let request = Get { up: Some(false), ..Get::with(RP, &[resident.header.id]) };
        Got::of(&key.send(&request.bytes()));
    }
    assert_eq!(key.bench.keys.len(), named, "and the attestation key");
}
