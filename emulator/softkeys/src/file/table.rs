//! What the store holds, in memory, and the written form of its changes.
//!
//! A batch is a row of changes: a tag, a name, and for `PUT` a length (4 bytes) and the value. A name is a kind and, for a
//! record, its number (4 bytes), for a key its 16 bytes, for the platform's own one byte. `WIPE` has a count (4 bytes) and the
//! numbers of the records that stay. Numbers are big endian. Memory changes by reading the same bytes that were written, so
//! that there is one meaning of a batch.

use std::collections::BTreeMap;
use std::ops::Bound;

use authenticator::platform::{Change, RecordKey};
use zeroize::Zeroizing;

use crate::keyring::KeyId;
use crate::vault::KeyChange;

/// The name of what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// A record of the authenticator.
    Record(u32),
    /// A stored key.
    Key(KeyId),
    /// What the platform keeps for itself: see [`Own`].
    Own(u8),
}

/// What the platform keeps for itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Own {
    /// What wrapped keys are sealed with, 32 bytes.
    SealingKey = 0,
    /// How often a seeded platform was opened, 4 bytes.
    Openings = 1,
    /// The name of the key's model.
    Model = 2,
}

impl From<Own> for Name {
    fn from(own: Own) -> Self {
        Self::Own(own as u8)
    }
}

const PUT: u8 = 1;
const DELETE: u8 = 2;
const WIPE: u8 = 3;
const RECORD: u8 = 0;
const KEY: u8 = 1;
const OWN: u8 = 2;

/// Changes in their written form. Wiped when it goes.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Zeroizing<Vec<u8>>,
    /// Whether something is to be gone that may be a secret.
    pub(crate) erases: bool,
}

impl Batch {
    /// The changes of one commit; `None` if one of them is too long to be written (4 GiB).
    pub(crate) fn of(changes: &[Change<'_>], keys: &[KeyChange]) -> Option<Self> {
        let mut batch = Self::with_room(changes.iter().map(room).chain(keys.iter().map(key_room)).sum());
        for change in changes {
            match *change {
                Change::Put { key, value } => batch.put(Name::Record(key.0), value)?,
                Change::Delete(key) => batch.name(DELETE, Name::Record(key.0)),
                Change::Wipe { except } => {
                    batch.erases = true;
                    batch.bytes.push(WIPE);
                    batch.number(except.len())?;
                    except.iter().for_each(|key| batch.bytes.extend_from_slice(&key.0.to_be_bytes()));
                }
            }
        }
        for change in keys {
            match change {
                KeyChange::Put(id, value) => batch.put(Name::Key(*id), value)?,
                KeyChange::Delete(id) => {
                    batch.erases = true;
                    batch.name(DELETE, Name::Key(*id));
                }
            }
        }
        Some(batch)
    }

    /// One change of the platform's own.
    pub(crate) fn own(own: Own, value: &[u8]) -> Option<Self> {
        let mut batch = Self::with_room(ROOM + value.len());
        batch.put(own.into(), value)?;
        Some(batch)
    }

    /// The written form.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Room from the start: a buffer that grows leaves its content behind.
    fn with_room(room: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(room)), erases: false }
    }

    fn put(&mut self, name: Name, value: &[u8]) -> Option<()> {
        self.name(PUT, name);
        self.number(value.len())?;
        self.bytes.extend_from_slice(value);
        Some(())
    }

    fn name(&mut self, tag: u8, name: Name) {
        self.bytes.push(tag);
        match name {
            Name::Record(number) => {
                self.bytes.push(RECORD);
                self.bytes.extend_from_slice(&number.to_be_bytes());
            }
            Name::Key(id) => {
                self.bytes.push(KEY);
                self.bytes.extend_from_slice(&id);
            }
            Name::Own(which) => self.bytes.extend_from_slice(&[OWN, which]),
        }
    }

    fn number(&mut self, number: usize) -> Option<()> {
        self.bytes.extend_from_slice(&u32::try_from(number).ok()?.to_be_bytes());
        Some(())
    }
}

/// The most that a change takes beside its value: tag, kind, name, length.
const ROOM: usize = 1 + 1 + 16 + 4;

fn room(change: &Change<'_>) -> usize {
    match change {
        Change::Put { value, .. } => ROOM + value.len(),
        Change::Delete(_) => ROOM,
        Change::Wipe { except } => ROOM + 4 * except.len(),
    }
}

fn key_room(change: &KeyChange) -> usize {
    match change {
        KeyChange::Put(_, value) => ROOM + value.len(),
        KeyChange::Delete(_) => ROOM,
    }
}

/// Everything that is held.
#[derive(Clone, Default)]
pub(crate) struct Table {
    held: BTreeMap<Name, Zeroizing<Vec<u8>>>,
    size: usize,
}

impl Table {
    /// What is held under a name.
    pub(crate) fn get(&self, name: Name) -> Option<&[u8]> {
        self.held.get(&name).map(|value| value.as_slice())
    }

    /// The first record after `after`.
    pub(crate) fn next(&self, after: Option<RecordKey>) -> Option<RecordKey> {
        let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(Name::Record(key.0)));
        match self.held.range((from, Bound::Unbounded)).next() {
            Some((Name::Record(number), _)) => Some(RecordKey(*number)),
            _ => None,
        }
    }

    /// How many records there are.
    pub(crate) fn records(&self) -> usize {
        self.held.range(..Name::Key([0; 16])).count()
    }

    /// The keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (KeyId, &Zeroizing<Vec<u8>>)> {
        self.held.iter().filter_map(|(name, value)| match name {
            Name::Key(id) => Some((*id, value)),
            _ => None,
        })
    }

    /// The bytes of [`snapshot`](Self::snapshot), at most.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Everything as one batch for an empty table.
    pub(crate) fn snapshot(&self) -> Option<Batch> {
        let mut batch = Batch::with_room(self.size);
        for (name, value) in &self.held {
            batch.put(*name, value)?;
        }
        Some(batch)
    }

    /// Makes the changes of a batch; `None` if the bytes are not one, and then some of it may be done.
    pub(crate) fn apply(&mut self, mut batch: &[u8]) -> Option<()> {
        while let Some((tag, rest)) = batch.split_first() {
            batch = rest;
            match *tag {
                PUT => {
                    let name = take_name(&mut batch)?;
                    let length = take_number(&mut batch)?;
                    self.put(name, take(&mut batch, usize::try_from(length).ok()?)?);
                }
                DELETE => {
                    let name = take_name(&mut batch)?;
                    self.delete(name);
                }
                WIPE => {
                    let count = usize::try_from(take_number(&mut batch)?).ok()?;
                    let (stay, rest) = take(&mut batch, count.checked_mul(4)?)?.as_chunks();
                    debug_assert!(rest.is_empty());
                    self.wipe(stay);
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn put(&mut self, name: Name, value: &[u8]) {
        match self.held.get_mut(&name) {
            // The most frequent change is a counter: same length, no new allocation.
            Some(old) if old.len() == value.len() => old.copy_from_slice(value),
            _ => {
                self.delete(name);
                self.size += ROOM + value.len();
                self.held.insert(name, Zeroizing::new(value.to_vec()));
            }
        }
    }

    fn delete(&mut self, name: Name) {
        if let Some(old) = self.held.remove(&name) {
            self.size -= ROOM + old.len();
        }
    }

    fn wipe(&mut self, stay: &[[u8; 4]]) {
        let goes = |name: &Name| match name {
            Name::Record(number) => !stay.contains(&number.to_be_bytes()),
            _ => false,
        };
        let gone: Vec<Name> = self.held.keys().filter(|name| goes(name)).copied().collect();
        gone.into_iter().for_each(|name| self.delete(name));
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    take(rest, N)?.try_into().ok()
}

fn take_number(rest: &mut &[u8]) -> Option<u32> {
    take_array(rest).map(u32::from_be_bytes)
}

fn take_name(rest: &mut &[u8]) -> Option<Name> {
    match take_array(rest)? {
        [RECORD] => take_number(rest).map(Name::Record),
        [KEY] => take_array(rest).map(Name::Key),
        [OWN] => take_array(rest).map(|[which]| Name::Own(which)),
        _ => None,
    }
}
