use proptest::prelude::*;

use super::Bench;
use super::crash::open;
use super::script::{Act, Model, act, commit, content};
use super::simulated::Simulated;

/// A batch as `commit` takes it: keys after records.
fn batch() -> impl Strategy<Value = Vec<Act>> {
    proptest::collection::vec(act(), 0..5).prop_map(|mut batch| {
        batch.sort_by_key(|act| matches!(act, Act::PutKey(..) | Act::DeleteKey(_)));
        batch
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn behaves_like_a_map(life in proptest::collection::vec((batch(), any::<bool>()), 0..30)) {
        let bench = Bench::new();
        let disk = Simulated::new();
        let mut store = open(&disk, &bench.unlock()).unwrap();
        let mut model = Model::default();
        for (batch, again) in life {
            prop_assert_eq!(commit(&mut store, &batch), Ok(()));
            model = model.after(&batch);
            prop_assert_eq!(&content(&mut store), &model);
            if again {
                store = open(&disk, &bench.unlock()).unwrap();
                prop_assert_eq!(&content(&mut store), &model);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_real_directory_does_too(lives in proptest::collection::vec(proptest::collection::vec(batch(), 0..8), 1..4)) {
        let bench = Bench::new();
        let mut model = Model::default();
        for life in lives {
            let mut store = bench.open().unwrap();
            for batch in life {
                prop_assert_eq!(commit(&mut store, &batch), Ok(()));
                model = model.after(&batch);
            }
            drop(store);
            let mut store = bench.open().unwrap();
            prop_assert_eq!(&content(&mut store), &model);
            prop_assert_eq!(std::fs::metadata(bench.journal()).unwrap().len(), u64::try_from(store.journal_size()).unwrap());
        }
    }
}

#[test]
fn history_does_not_pile_up() {
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    for count in 0..3000_u32 {
        commit(&mut store, &[Act::Put(2, count.to_be_bytes().to_vec())]).unwrap();
        assert!(store.journal_size() < 70_000);
    }
    drop(store);
    let mut store = bench.open().unwrap();
    assert_eq!(content(&mut store).records[&2], 2999_u32.to_be_bytes());
}
