use std::collections::BTreeMap;

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use proptest::prelude::*;

use crate::MemoryStore;

/// A change that owns its bytes.
#[derive(Clone, Debug)]
enum Owned {
    Put(u32, Vec<u8>),
    Delete(u32),
    Wipe(Vec<RecordKey>),
}

impl Owned {
    fn borrowed(&self) -> Change<'_> {
        match self {
            Self::Put(key, value) => Change::Put { key: RecordKey(*key), value },
            Self::Delete(key) => Change::Delete(RecordKey(*key)),
            Self::Wipe(except) => Change::Wipe { except },
        }
    }
}

/// The store as a plain map.
type Model = BTreeMap<u32, Vec<u8>>;

fn apply(model: &mut Model, change: &Owned) {
    match change {
        Owned::Put(key, value) => drop(model.insert(*key, value.clone())),
        Owned::Delete(key) => drop(model.remove(key)),
        Owned::Wipe(except) => model.retain(|key, _| except.contains(&RecordKey(*key))),
    }
}

fn owned() -> impl Strategy<Value = Owned> {
    prop_oneof![
        6 => (0..8_u32, proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(key, value)| Owned::Put(key, value)),
        2 => (0..8_u32).prop_map(Owned::Delete),
        1 => proptest::collection::vec((0..8_u32).prop_map(RecordKey), 0..4).prop_map(Owned::Wipe),
    ]
}

fn content(store: &mut MemoryStore) -> Model {
    let mut model = Model::new();
    let mut after = None;
    while let Some(key) = store.next(after).unwrap() {
        let mut value = [0; 32];
        let len = store.read(key, 0, &mut value).unwrap().unwrap();
        model.insert(key.0, value[..len].to_vec());
        after = Some(key);
    }
    model
}

proptest! {
    #[test]
    fn behaves_like_a_map(
        batches in proptest::collection::vec(proptest::collection::vec(owned(), 0..4), 0..30),
        limit in proptest::option::of(0..60_usize),
    ) {
        let mut store = limit.map_or_else(MemoryStore::new, MemoryStore::limited);
        let mut model = Model::new();
        for batch in batches {
            let mut after = model.clone();
            batch.iter().for_each(|change| apply(&mut after, change));
            let size: usize = after.values().map(Vec::len).sum();
            let changes: Vec<Change<'_>> = batch.iter().map(Owned::borrowed).collect();
            let result = store.commit(&changes);
            if limit.is_some_and(|limit| size > limit) {
                prop_assert_eq!(result, Err(StoreError::Full));
            } else {
                prop_assert_eq!(result, Ok(()));
                model = after;
            }
            prop_assert_eq!(&content(&mut store), &model);
            prop_assert_eq!(store.len(), model.len());
            prop_assert_eq!(store.size(), model.values().map(Vec::len).sum::<usize>());
        }
    }

    #[test]
    fn reads_any_part(value in proptest::collection::vec(any::<u8>(), 0..40), offset in 0..60_usize, room in 0..60_usize) {
        let mut store = MemoryStore::new();
        store.commit(&[Change::Put { key: RecordKey(1), value: &value }]).unwrap();
        let mut out = vec![0xee; room];
        prop_assert_eq!(store.read(RecordKey(1), offset, &mut out), Ok(Some(value.len())));
        let expected: Vec<u8> = value.iter().skip(offset).copied().chain(std::iter::repeat(0xee)).take(room).collect();
        let copied = value.len().saturating_sub(offset).min(room);
        prop_assert_eq!(&out[..copied], &expected[..copied]);
        prop_assert!(out[copied..].iter().all(|byte| *byte == 0xee));
        prop_assert_eq!(store.read(RecordKey(2), 0, &mut out), Ok(None));
    }
}

#[test]
fn a_clone_is_a_snapshot() {
    let mut store = MemoryStore::new();
    store.commit(&[Change::Put { key: RecordKey(1), value: b"one" }]).unwrap();
    let before = store.clone();
    store.commit(&[Change::Put { key: RecordKey(1), value: b"two" }]).unwrap();
    assert_eq!(before.record(RecordKey(1)), Some(&b"one"[..]));
    assert_ne!(before, store);
    store.record_mut(RecordKey(1)).unwrap()[0] ^= 1;
    assert_eq!(store.record(RecordKey(1)), Some(&b"uwo"[..]));
}
