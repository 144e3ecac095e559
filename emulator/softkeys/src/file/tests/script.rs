//! Changes that own their bytes, and the store as a plain map.

use std::collections::BTreeMap;

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::file::FileStore;
use crate::vault::{KeyChange, Vault};

/// A change that owns its bytes.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Put(u32, Vec<u8>),
    Delete(u32),
    Wipe(Vec<RecordKey>),
    PutKey(u8, Vec<u8>),
    DeleteKey(u8),
}

/// Records and keys as plain maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) records: BTreeMap<u32, Vec<u8>>,
    pub(super) keys: BTreeMap<u8, Vec<u8>>,
}

impl Model {
    /// The content after a batch: first the records' changes, then the keys'.
    pub(super) fn after(&self, batch: &[Act]) -> Self {
        let mut next = self.clone();
        for act in batch {
            match act {
                Act::Put(key, value) => drop(next.records.insert(*key, value.clone())),
                Act::Delete(key) => drop(next.records.remove(key)),
                Act::Wipe(except) => next.records.retain(|key, _| except.contains(&RecordKey(*key))),
                Act::PutKey(id, value) => drop(next.keys.insert(*id, value.clone())),
                Act::DeleteKey(id) => drop(next.keys.remove(id)),
            }
        }
        next
    }
}

/// Commits a batch.
pub(super) fn commit(store: &mut FileStore, batch: &[Act]) -> Result<(), StoreError> {
    let mut changes = Vec::new();
    let mut keys = Vec::new();
    for act in batch {
        match act {
            Act::Put(key, value) => changes.push(Change::Put { key: RecordKey(*key), value }),
            Act::Delete(key) => changes.push(Change::Delete(RecordKey(*key))),
            Act::Wipe(except) => changes.push(Change::Wipe { except }),
            Act::PutKey(id, value) => keys.push(KeyChange::Put([*id; 16], Zeroizing::new(value.clone()))),
            Act::DeleteKey(id) => keys.push(KeyChange::Delete([*id; 16])),
        }
    }
    store.commit_with(&changes, &keys)
}

/// What the store holds, read as its users do.
pub(super) fn content(store: &mut FileStore) -> Model {
    let mut model = Model::default();
    let mut after = None;
    while let Some(key) = store.next(after).unwrap() {
        let len = store.read(key, 0, &mut []).unwrap().unwrap();
        let mut value = vec![0; len];
        store.read(key, 0, &mut value).unwrap();
        model.records.insert(key.0, value);
        after = Some(key);
    }
    assert_eq!(model.records.len(), store.len());
    model.keys = store.keys().into_iter().map(|(id, value)| (id[0], value.to_vec())).collect();
    model
}

/// Any change.
pub(super) fn act() -> impl Strategy<Value = Act> {
    let value = || proptest::collection::vec(any::<u8>(), 0..40);
    prop_oneof![
        6 => (0..8_u32, value()).prop_map(|(key, value)| Act::Put(key, value)),
        2 => (0..8_u32).prop_map(Act::Delete),
        1 => proptest::collection::vec((0..8_u32).prop_map(RecordKey), 0..4).prop_map(Act::Wipe),
        2 => (0..4_u8, value()).prop_map(|(id, value)| Act::PutKey(id, value)),
        1 => (0..4_u8).prop_map(Act::DeleteKey),
    ]
}

/// Batches as a key makes them: counters, credentials with their keys, a replaced credential, a reset.
pub(super) fn life() -> Vec<Vec<Act>> {
    vec![
        vec![Act::Put(1, vec![0x11; 32]), Act::Put(2, vec![0; 4])],
        vec![Act::Put(0x1000_0000, vec![7; 16]), Act::PutKey(1, vec![0x77; 36])],
        vec![Act::Put(0x8000_0001, vec![0x81; 300]), Act::Put(2, vec![1; 4]), Act::PutKey(2, vec![0x22; 36])],
        vec![Act::Put(2, vec![2; 4])],
        vec![Act::Put(0x8000_0001, vec![0x82; 290]), Act::Put(2, vec![3; 4]), Act::PutKey(3, vec![0x33; 36])],
        vec![Act::DeleteKey(2)],
        vec![Act::Put(2, vec![4; 4])],
        vec![Act::Wipe(vec![RecordKey(0x1000_0000)]), Act::Put(1, vec![0x99; 32]), Act::Put(2, vec![0; 4])],
        vec![Act::Delete(5)],
        vec![Act::Put(2, vec![1; 4])],
    ]
}
