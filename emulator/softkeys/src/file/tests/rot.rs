//! Bits that flip, bytes that go, and secrets that are looked for on the disk.

use std::fs;

use super::script::{Act, Model, commit, content, life};
use super::{Bench, OpenError, files};

/// A small store: its journal, and the content after each commit.
fn stored(bench: &Bench, batches: &[Vec<Act>]) -> (Vec<u8>, Model) {
    let mut store = bench.open().unwrap();
    let mut model = Model::default();
    for batch in batches {
        commit(&mut store, batch).unwrap();
        model = model.after(batch);
    }
    (fs::read(bench.journal()).unwrap(), model)
}

#[test]
fn a_flipped_bit_is_reported_or_harmless() {
    let bench = Bench::new();
    let (journal, model) = stored(&bench, &life()[..4]);
    let last_ack = journal.len() - 16;
    let mut harmless = 0;
    for at in 0..journal.len() {
        let mut rotten = journal.clone();
        rotten[at] ^= 1 << (at % 8);
        fs::write(bench.journal(), &rotten).unwrap();
        match bench.open() {
            Err(OpenError::Damaged { file, offset }) => {
                assert_eq!(file, bench.journal());
                assert!(offset <= u64::try_from(at).unwrap(), "{at} told as {offset}");
                assert!(at < last_ack);
            }
            Err(other) => panic!("byte {at}: {other}"),
            // Only where nothing is held but that a batch was acknowledged.
            Ok(mut store) => {
                assert_eq!(content(&mut store), model, "byte {at}");
                harmless += 1;
            }
        }
    }
    assert_eq!(harmless, 5 * 16, "the acknowledgements of the first content and the four commits");
}

#[test]
fn many_flipped_bits_too() {
    let bench = Bench::new();
    let (journal, model) = stored(&bench, &life()[..4]);
    for start in (0..journal.len()).step_by(13) {
        for length in [2, 16, 64, 512] {
            let mut rotten = journal.clone();
            rotten.iter_mut().skip(start).take(length).for_each(|byte| *byte = 0);
            if rotten == journal {
                continue;
            }
            fs::write(bench.journal(), &rotten).unwrap();
            match bench.open() {
                Err(OpenError::Damaged { .. }) => {}
                Err(other) => panic!("{length} bytes at {start}: {other}"),
                Ok(mut store) => {
                    // All of the last batch's acknowledgement and more is gone, so that it looks like a torn one.
                    let found = content(&mut store);
                    assert!(
                        found == model || start + length > journal.len() - 16,
                        "{length} bytes at {start}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_shortened_journal_is_a_former_one_or_reported() {
    let bench = Bench::new();
    let batches = &life()[..4];
    let mut formers = vec![Model::default()];
    batches.iter().for_each(|batch| formers.push(formers.last().unwrap().after(batch)));
    let (journal, _) = stored(&bench, batches);
    for length in 0..journal.len() {
        fs::write(bench.journal(), &journal[..length]).unwrap();
        match bench.open() {
            Err(error) => assert!(matches!(error, OpenError::Damaged { .. }), "{length}: {error}"),
            Ok(mut store) => assert!(formers.contains(&content(&mut store)), "{length}"),
        }
    }
}

#[test]
fn a_torn_tail_is_cut_off() {
    let bench = Bench::new();
    let (journal, model) = stored(&bench, &life()[..4]);
    for tail in [&[0; 700][..], &[0xee; 5], &journal[200..400]] {
        fs::write(bench.journal(), [&journal, tail].concat()).unwrap();
        assert_eq!(content(&mut bench.open().unwrap()), model);
        assert_eq!(fs::read(bench.journal()).unwrap(), journal);
    }
}

#[test]
fn batches_cannot_change_places() {
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    let mut ends = vec![store.journal_size()];
    for value in [1, 2, 3] {
        commit(&mut store, &[Act::Put(2, vec![value; 4])]).unwrap();
        ends.push(store.journal_size());
    }
    drop(store);
    let journal = fs::read(bench.journal()).unwrap();
    let part = |from: usize, to: usize| journal[ends[from]..ends[to]].to_vec();
    let orders = [
        [part(1, 2), part(0, 1), part(2, 3)],
        [part(0, 1), part(2, 3), part(1, 2)],
        [part(1, 2), part(2, 3), Vec::new()],
        [part(0, 1), part(0, 1), part(2, 3)],
    ];
    for order in orders {
        let mixed = [journal[..ends[0]].to_vec(), order.concat()].concat();
        fs::write(bench.journal(), mixed).unwrap();
        match bench.open() {
            Err(error) => assert!(matches!(error, OpenError::Damaged { .. }), "{error}"),
            // Those before the first that is out of place stand: no acknowledgement is in its place either, so it looks
            // like a torn tail.
            Ok(mut store) => {
                let found = content(&mut store).records;
                assert!(found.is_empty() || found[&2] == [1; 4], "{found:?}");
            }
        }
    }
}

#[test]
fn no_secret_is_in_the_files() {
    let bench = Bench::new();
    let batches = life();
    let mut store = bench.open().unwrap();
    for batch in &batches {
        commit(&mut store, batch).unwrap();
        for (path, held) in files(&bench.directory()) {
            for act in &batches.concat() {
                let (Act::Put(_, secret) | Act::PutKey(_, secret)) = act else { continue };
                let found = secret.len() > 4 && held.windows(secret.len()).any(|window| window == secret);
                assert!(!found, "{path:?} shows {act:?}");
            }
        }
    }
}

/// What was deleted is not in the journal any more, though it is sealed there anyway.
#[test]
fn what_is_erased_leaves_the_journal() {
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    let empty = store.journal_size();
    commit(&mut store, &[Act::PutKey(1, vec![1; 36]), Act::Put(7, vec![7; 500])]).unwrap();
    let before = fs::read(bench.journal()).unwrap();
    commit(&mut store, &[Act::DeleteKey(1), Act::Wipe(Vec::new())]).unwrap();
    let after = fs::read(bench.journal()).unwrap();
    assert_eq!(after.len(), empty);
    let shared = before.windows(16).filter(|window| after.windows(16).any(|other| other == *window)).count();
    assert!(shared < 40, "only the beginning of the head is the same: {shared}");
}
