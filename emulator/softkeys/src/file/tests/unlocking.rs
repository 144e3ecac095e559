//! Key files, passphrases, versions.

use std::fs;

use sha2::{Digest, Sha256};

use super::script::{Act, commit, content};
use super::{Bench, Durability, FileStore, OpenError, Unlock};

fn open(bench: &Bench, unlock: &Unlock) -> Result<FileStore, OpenError> {
    FileStore::open(&bench.directory(), unlock, Durability::ProcessEnd)
}

/// Makes a store with one record.
fn make(bench: &Bench, unlock: &Unlock) {
    let mut store = open(bench, unlock).unwrap();
    commit(&mut store, &[Act::Put(1, vec![1; 32])]).unwrap();
}

#[test]
fn a_passphrase_opens_and_another_does_not() {
    let bench = Bench::new();
    let right = Unlock::passphrase("correct horse");
    make(&bench, &right);
    assert_eq!(content(&mut open(&bench, &right).unwrap()).records[&1], [1; 32]);
    let error = open(&bench, &Unlock::passphrase("Correct horse")).unwrap_err();
    assert!(matches!(error, OpenError::WrongPassphrase { .. }), "{error}");
    let expected = format!("wrong passphrase for the key in {}", bench.directory().display());
    assert_eq!(error.to_string(), expected);
    // It is damage, and told as such, if the head is not whole.
    let mut journal = fs::read(bench.journal()).unwrap();
    journal[40] ^= 1;
    fs::write(bench.journal(), &journal).unwrap();
    assert!(matches!(open(&bench, &right).unwrap_err(), OpenError::Damaged { offset: 0, .. }));
}

#[test]
fn an_empty_passphrase_is_refused() {
    let bench = Bench::new();
    assert!(matches!(open(&bench, &Unlock::passphrase("")).unwrap_err(), OpenError::EmptyPassphrase));
}

#[test]
fn a_journal_written_anew_opens_with_the_same_passphrase() {
    let bench = Bench::new();
    let unlock = Unlock::passphrase("p");
    let mut store = open(&bench, &unlock).unwrap();
    commit(&mut store, &[Act::Wipe(Vec::new()), Act::Put(3, vec![3; 3])]).unwrap();
    drop(store);
    assert_eq!(content(&mut open(&bench, &unlock).unwrap()).records[&3], [3; 3]);
}

#[test]
fn another_key_file_does_not_open() {
    let bench = Bench::new();
    make(&bench, &bench.unlock());
    let other = bench.room.path().join("other");
    fs::write(&other, [7; 32]).unwrap();
    let error = open(&bench, &Unlock::KeyFile(other.clone())).unwrap_err();
    assert!(matches!(&error, OpenError::WrongKeyFile { key_file, .. } if *key_file == other), "{error}");
}

#[test]
fn a_lost_key_file_is_not_made_again() {
    let bench = Bench::new();
    make(&bench, &bench.unlock());
    let path = bench.room.path().join("unlock");
    fs::remove_file(&path).unwrap();
    let error = bench.open().unwrap_err();
    assert!(matches!(&error, OpenError::KeyFile { .. }), "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()));
    assert!(!path.exists());
}

#[test]
fn a_key_file_of_another_length_is_refused() {
    for length in [0, 31, 33, 1000] {
        let bench = Bench::new();
        fs::write(bench.room.path().join("unlock"), vec![7; length]).unwrap();
        let error = bench.open().unwrap_err();
        let told = u64::try_from(length).unwrap();
        assert!(matches!(&error, OpenError::KeyFileLength { length, .. } if *length == told), "{error}");
        assert!(!bench.journal().exists());
    }
}

#[test]
fn a_key_file_may_unlock_two_keys() {
    let bench = Bench::new();
    make(&bench, &bench.unlock());
    let other = bench.room.path().join("other key");
    FileStore::open(&other, &bench.unlock(), Durability::ProcessEnd).unwrap();
    let (one, two) = (fs::read(bench.journal()).unwrap(), fs::read(other.join("journal")).unwrap());
    assert_ne!(one[48..108], two[48..108]);
}

#[test]
fn the_other_manner_is_told() {
    let (by_file, by_passphrase) = (Bench::new(), Bench::new());
    make(&by_file, &by_file.unlock());
    make(&by_passphrase, &Unlock::passphrase("p"));
    let error = open(&by_file, &Unlock::passphrase("p")).unwrap_err().to_string();
    assert!(error.ends_with("is unlocked by a key file, not by a passphrase"), "{error}");
    let error = open(&by_passphrase, &by_file.unlock()).unwrap_err().to_string();
    assert!(error.ends_with("is unlocked by a passphrase, not by a key file"), "{error}");
}

#[test]
fn a_newer_version_is_told_and_left_alone() {
    let bench = Bench::new();
    make(&bench, &bench.unlock());
    // As a later version would begin: the same first 16 bytes, then whatever it likes.
    let mut newer = b"AnyKey\0\0\0\0\0\x07".to_vec();
    newer.extend_from_slice(&Sha256::digest(&newer)[..4]);
    newer.extend_from_slice(&[0xee; 50]);
    fs::write(bench.journal(), &newer).unwrap();
    let error = bench.open().unwrap_err();
    assert!(matches!(error, OpenError::NewerVersion { found: 7, known: 1, .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("was stored by a newer AnyKey (format 7, this one knows 1): use that version"),
        "{text}"
    );
    assert_eq!(fs::read(bench.journal()).unwrap(), newer);
}

/// A head of a stranger, with right sums, asks for more memory than there is.
#[test]
fn a_costly_derivation_is_refused() {
    let bench = Bench::new();
    make(&bench, &Unlock::passphrase("p"));
    let mut journal = fs::read(bench.journal()).unwrap();
    journal[20..24].copy_from_slice(&u32::MAX.to_be_bytes());
    let sum = Sha256::digest(&journal[..108]);
    journal[108..128].copy_from_slice(&sum[..20]);
    fs::write(bench.journal(), &journal).unwrap();
    let error = open(&bench, &Unlock::passphrase("p")).unwrap_err();
    assert!(matches!(error, OpenError::Derivation(_)), "{error}");
}

#[test]
fn debug_shows_no_passphrase() {
    assert_eq!(format!("{:?}", Unlock::passphrase("secret")), "Passphrase(..)");
}
