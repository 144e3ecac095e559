//! A whole key that is started again: with the same keys, and counters that go on.

use authenticator::platform::{Alg, Change, Crypto, Keep, RecordKey, Store};
use wire::Status;

use super::key::{Credential, Key};
use super::{Bench, Durability, FileStore, files};
use crate::{Engine, Fast, Host, Seeded, Vault};

/// The first attestation certificate, as it is stored.
fn certificate(platform: &mut impl Store) -> Vec<u8> {
    let mut space = vec![0; 2048];
    let length = platform.read(RecordKey(0x1000_0001), 0, &mut space).unwrap().unwrap();
    space.truncate(length);
    space
}

fn a_restart_changes_nothing<E: Engine>(open: impl Fn() -> Host<E, FileStore>) {
    let mut key = Key::start(open()).unwrap();
    let attestation = certificate(&mut key.platform);
    let mut credentials: Vec<Credential> = vec![
        key.make(1, true).unwrap(),
        key.make(2, true).unwrap(),
        key.make(3, false).unwrap(),
        key.register(),
    ];
    for restart in 0..4 {
        for credential in &mut credentials {
            key.log_in(credential).unwrap();
        }
        assert_eq!(key.platform.stored_keys(), 3, "two credentials and the attestation");
        drop(key);
        key = Key::start(open()).unwrap();
        assert_eq!(certificate(&mut key.platform), attestation, "restart {restart}");
    }
    // A credential in place of an older one: its key goes, the new one stays.
    let mut renewed = key.make(2, true).unwrap();
    drop(key);
    key = Key::start(open()).unwrap();
    assert_eq!(key.platform.stored_keys(), 3);
    key.log_in(&mut renewed).unwrap();
    assert_eq!(key.log_in(&mut credentials[1].clone()), Err(Status::NO_CREDENTIALS));
    // A reset stays one.
    key.reset().unwrap();
    for _ in 0..2 {
        assert_eq!(key.platform.stored_keys(), 1, "the attestation");
        assert_eq!(certificate(&mut key.platform), attestation);
        for credential in &mut credentials {
            assert_eq!(key.log_in(credential), Err(Status::NO_CREDENTIALS));
        }
        drop(key);
        key = Key::start(open()).unwrap();
    }
    let mut credential = key.make(1, true).unwrap();
    key.log_in(&mut credential).unwrap();
}

#[test]
fn a_fast_key_is_started_again() {
    let bench = Bench::new();
    a_restart_changes_nothing(|| {
        Fast::open(&bench.directory(), &bench.unlock(), Durability::PowerCut).unwrap()
    });
}

#[test]
fn a_seeded_key_is_started_again() {
    let bench = Bench::new();
    a_restart_changes_nothing(|| {
        Seeded::open(&bench.directory(), &bench.unlock(), Durability::ProcessEnd, [3; 32]).unwrap()
    });
}

#[test]
fn a_seeded_life_is_reproducible_and_its_days_differ() {
    let life = || {
        let bench = Bench::new();
        let open =
            || Seeded::open(&bench.directory(), &bench.unlock(), Durability::ProcessEnd, [3; 32]).unwrap();
        let first = Key::start(open()).unwrap().make(1, true).unwrap();
        let second = Key::start(open()).unwrap().make(2, true).unwrap();
        let wrapped = Key::start(open()).unwrap().make(3, false).unwrap();
        [first, second, wrapped]
    };
    let one = life();
    assert_eq!(one, life());
    assert!(one[0] != one[1] && one[1] != one[2]);
    // The first day is that of a key that keeps nothing.
    assert_eq!(Key::start(Seeded::from_seed([3; 32])).unwrap().make(1, true).unwrap(), one[0]);
    assert_ne!(Key::start(Seeded::from_seed([4; 32])).unwrap().make(1, true).unwrap(), one[0]);
}

/// Signatures of these two follow from key and message: the same signature is by the same key.
#[test]
fn keys_of_every_algorithm_come_back() {
    let bench = Bench::new();
    let open = || Fast::open(&bench.directory(), &bench.unlock(), Durability::ProcessEnd).unwrap();
    let mut platform = open();
    let made = [Alg::EDDSA, Alg::RS256].map(|alg| {
        let (key, _) = platform.generate(alg, Keep::Stored, &mut [0; 512]).unwrap();
        let mut signature = [0; 256];
        let length = platform.sign(&key, b"message", &mut signature).unwrap();
        (key, signature[..length].to_vec())
    });
    platform.commit(&[Change::Put { key: RecordKey(1), value: b"names them" }]).unwrap();
    drop(platform);
    let mut platform = open();
    for (key, signature) in made {
        let mut again = [0; 256];
        let length = platform.sign(&key, b"message", &mut again).unwrap();
        assert_eq!(again[..length], signature);
    }
}

#[test]
fn no_private_key_is_in_the_files() {
    let bench = Bench::new();
    let mut key =
        Key::start(Fast::open(&bench.directory(), &bench.unlock(), Durability::ProcessEnd).unwrap()).unwrap();
    key.make(1, true).unwrap();
    let kept = key.platform.store().keys();
    assert_eq!(kept.len(), 2);
    let secrets: Vec<&[u8]> = kept.iter().map(|(_, bytes)| &bytes[4..]).collect();
    let shown = |bytes: &[u8]| secrets.iter().any(|secret| bytes.windows(32).any(|window| window == *secret));
    assert!(shown(&kept[0].1), "the search finds what is there");
    for (path, bytes) in files(&bench.directory()) {
        assert!(!shown(&bytes), "{path:?}");
    }
}
