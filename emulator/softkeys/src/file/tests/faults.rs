//! Disks that are full, and disks that fail, at every operation.

use std::io::ErrorKind;

use authenticator::platform::StoreError;

use super::Bench;
use super::crash::open;
use super::script::{Act, Model, commit, content, life};
use super::simulated::{Fault, Simulated};

/// Lives a whole life on a disk that fails once, at `at`. Returns what the commits answered, or `None` if nothing failed.
fn live(at: usize, kind: ErrorKind) -> Option<Vec<Result<(), StoreError>>> {
    let bench = Bench::new();
    let unlock = bench.unlock();
    let disk = Simulated::new().fail(at, Fault::Error(kind));
    let mut answers = Vec::new();
    let mut model = Model::default();
    match open(&disk, &unlock) {
        Ok(mut store) => {
            for batch in life() {
                let after = model.after(&batch);
                let answer = commit(&mut store, &batch);
                let mut legal = vec![&model];
                match answer {
                    Ok(()) => legal = vec![&after],
                    Err(StoreError::Full) => assert_eq!(kind, ErrorKind::StorageFull),
                    Err(StoreError::Failed) => legal.push(&after),
                }
                assert_eq!(content(&mut store), *if answer.is_ok() { &after } else { &model });
                assert_eq!(store.trouble().is_some(), answers.iter().any(Result::is_err) || answer.is_err());
                for image in disk.extremes() {
                    let found = content(&mut open(&Simulated::with(&image), &unlock).unwrap());
                    assert!(legal.contains(&&found), "fault at {at}: {answer:?}, but {found:?}");
                }
                if answer.is_ok() {
                    model = after;
                }
                answers.push(answer);
            }
        }
        // The key could not be made; the next attempt makes it.
        Err(_) => drop(open(&disk, &unlock).unwrap()),
    }
    (disk.operations() > at).then_some(answers)
}

#[test]
fn a_full_disk_at_every_operation() {
    let (mut operations, mut full) = (0, 0);
    while let Some(answers) = live(operations, ErrorKind::StorageFull) {
        full += answers.iter().filter(|answer| **answer == Err(StoreError::Full)).count();
        operations += 1;
    }
    assert!(operations > 30 && full > 5, "{operations} operations, {full} full");
}

#[test]
fn a_failing_disk_at_every_operation() {
    let (mut operations, mut failed) = (0, 0);
    while let Some(answers) = live(operations, ErrorKind::Other) {
        assert!(!answers.contains(&Err(StoreError::Full)));
        assert!(answers.iter().filter(|answer| answer.is_err()).count() <= 1, "one failure, {answers:?}");
        failed += answers.iter().filter(|answer| answer.is_err()).count();
        operations += 1;
    }
    assert!(operations > 30 && failed > 10, "{operations} operations, {failed} failures");
}

/// A disk on which no second journal has room is still good for what fits.
#[test]
fn what_cannot_be_written_anew_is_appended() {
    let bench = Bench::new();
    let disk = Simulated::new();
    let mut store = open(&disk, &bench.unlock()).unwrap();
    commit(&mut store, &[Act::PutKey(1, vec![1; 36])]).unwrap();
    let size = store.journal_size();
    let disk = disk.clone().fail(disk.operations(), Fault::Error(ErrorKind::StorageFull));
    commit(&mut store, &[Act::DeleteKey(1)]).unwrap();
    assert!(store.journal_size() > size);
    // What was to be gone goes with the next commit.
    commit(&mut store, &[Act::Put(2, vec![0; 4])]).unwrap();
    assert!(store.journal_size() < size);
    assert!(content(&mut open(&disk, &bench.unlock()).unwrap()).keys.is_empty());
}

/// After a failed sync nobody knows what of the file is on the medium.
#[test]
fn a_journal_that_failed_is_not_appended_to() {
    let bench = Bench::new();
    let disk = Simulated::new();
    let mut store = open(&disk, &bench.unlock()).unwrap();
    (0..9).for_each(|n| commit(&mut store, &[Act::Put(1, vec![n; 32])]).unwrap());
    let size = store.journal_size();
    let disk = disk.clone().fail(disk.operations() + 1, Fault::Error(ErrorKind::Other));
    assert_eq!(commit(&mut store, &[Act::Put(1, vec![10; 32])]), Err(StoreError::Failed));
    assert_eq!(store.trouble().unwrap().kind(), ErrorKind::Other);
    assert_eq!(store.journal_size(), size);
    commit(&mut store, &[Act::Put(1, vec![11; 32])]).unwrap();
    assert!(store.journal_size() < size);
    assert_eq!(content(&mut open(&disk, &bench.unlock()).unwrap()).records[&1], [11; 32]);
}
