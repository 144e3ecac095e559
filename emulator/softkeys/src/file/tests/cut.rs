//! The power of a whole key goes at every operation of its disk.

use std::path::Path;

use authenticator::platform::{RecordKey, Store};

use super::key::{Credential, Key};
use super::simulated::{Fault, Simulated};
use super::{Bench, FileStore, Unlock};
use crate::seeded::Deterministic;
use crate::{Host, Seeded};

fn platform(disk: &Simulated, unlock: &Unlock) -> Option<Seeded<FileStore>> {
    let store = FileStore::over(Box::new(disk.clone()), Path::new("simulated"), unlock, &[5; 32]).ok()?;
    Host::awake(Deterministic::new([6; 32]), store).ok()
}

/// Registers in each manner, logs in, and replaces a credential, until the power goes. Returns the credentials that must work
/// then: of the one that is being replaced, and of the one that takes its place, nothing is said.
fn live(disk: &Simulated, unlock: &Unlock) -> Option<Vec<Credential>> {
    let mut known = Vec::new();
    let mut key = Key::start(platform(disk, unlock)?).ok()?;
    known.push(key.make(1, true).ok()?);
    let life = |known: &mut Vec<Credential>, key: &mut Key<_>| {
        known.push(key.make(2, false).ok()?);
        for credential in known.iter_mut() {
            key.log_in(credential).ok()?;
        }
        known.push(key.make(3, true).ok()?);
        known.pop();
        known.push(key.make(3, true).ok()?);
        Some(())
    };
    let _ = life(&mut known, &mut key);
    Some(known)
}

#[test]
fn no_credential_is_lost_and_no_key_is_left_over() {
    let bench = Bench::new();
    let unlock = bench.unlock();
    let mut cuts = 0;
    loop {
        let disk = Simulated::new().fail(cuts, Fault::Cut);
        let known = live(&disk, &unlock).unwrap_or_default();
        if !disk.is_dead() {
            break;
        }
        for image in disk.extremes() {
            let disk = Simulated::with(&image);
            let mut key = Key::start(platform(&disk, &unlock).unwrap()).unwrap();
            for credential in &known {
                let done = key.log_in(&mut credential.clone());
                assert_eq!(done, Ok(()), "cut at {cuts}");
            }
            let stored = key.platform.stored_keys();
            drop(key);
            // Every stored key is loaded again, and every one is named by a record.
            let mut key = Key::start(platform(&disk, &unlock).unwrap()).unwrap();
            assert_eq!(key.platform.stored_keys(), stored, "cut at {cuts}");
            let residents = residents(&mut key.platform);
            assert_eq!(stored, residents + 1, "cut at {cuts}: the attestation and {residents} credentials");
        }
        cuts += 1;
    }
    assert!(cuts > 25, "{cuts}");
}

/// How many resident credentials there are, by the names of their records.
fn residents(platform: &mut impl Store) -> usize {
    let (mut count, mut after) = (0, RecordKey(0x7fff_ffff));
    while let Some(key) = platform.next(Some(after)).unwrap() {
        after = key;
        count += 1;
    }
    count
}
