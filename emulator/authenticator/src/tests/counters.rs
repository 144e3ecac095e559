//! Signature counters.

use super::key::{Key, full};
use super::message::{Get, Got, Made, Make};
use super::u2f::{authenticate, register};
use crate::profile::{Counter, Profile};

const RP: &str = "example.org";

fn counting(counter: Counter) -> Profile {
    Profile { counter, ..full() }
}

fn count(key: &mut Key, id: &[u8]) -> u32 {
    Got::of(&key.send(&Get::with(RP, &[id]).bytes())).count
}

#[test]
fn global_rises_at_every_use_of_any_credential() {
    let mut key = Key::new(counting(Counter::Global));
    let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let b = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!((a.count, b.count), (1, 2));
    assert_eq!((count(&mut key, &a.id), count(&mut key, &b.id), count(&mut key, &a.id)), (3, 4, 5));
    let handle = register(&mut key, RP).key_handle;
    assert_eq!(authenticate(&mut key, RP, &handle).count, 6);
}

#[test]
fn per_credential_rises_apart() {
    let mut key = Key::new(counting(Counter::PerCredential));
    let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let b = Made::of(&key.send(&Make::resident(RP, b"b").bytes()));
    let wrapped = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!((a.count, b.count, wrapped.count), (0, 0, 1));
    assert_eq!((count(&mut key, &a.id), count(&mut key, &a.id)), (1, 2));
    assert_eq!((count(&mut key, &b.id), count(&mut key, &wrapped.id)), (1, 2));
    // A new credential for the account counts from the beginning.
    let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    assert_eq!((a.count, count(&mut key, &a.id)), (0, 1));
}

#[test]
fn zero_stays_and_stores_nothing() {
    let mut key = Key::new(counting(Counter::Zero));
    let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let b = Made::of(&key.send(&Make::at(RP).bytes()));
    let handle = register(&mut key, RP).key_handle;
    let commits = key.bench.commits;
    assert_eq!((a.count, b.count, count(&mut key, &a.id), count(&mut key, &b.id)), (0, 0, 0, 0));
    assert_eq!(authenticate(&mut key, RP, &handle).count, 0);
    assert_eq!(key.bench.commits, commits);
}

#[test]
fn counters_and_order_survive_the_power() {
    for counter in [Counter::Global, Counter::PerCredential] {
        let mut key = Key::new(counting(counter));
        let a = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
        let before = count(&mut key, &a.id);
        let mut key = Key::over(key.bench, counting(counter));
        assert_eq!(count(&mut key, &a.id), before + 1);
        let b = Made::of(&key.send(&Make::resident(RP, b"b").bytes()));
        Got::of(&key.send(&Get::at(RP).bytes())).verify(RP, &b);
    }
}

#[test]
fn the_end_of_the_range_is_no_beginning() {
    let mut key = Key::new(counting(Counter::Global));
    key.bench.records.insert(crate::record::COUNTER, [0xff, 0xff, 0xff, 0xfe].into());
    let mut key = Key::over(key.bench, counting(Counter::Global));
    let a = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!((a.count, count(&mut key, &a.id)), (u32::MAX, u32::MAX));
}
