//! What a store may keep beside the records: the private keys of the platform.

use authenticator::platform::{Change, Store, StoreError};
use zeroize::Zeroizing;

use crate::MemoryStore;
use crate::keyring::KeyId;

/// A store that can keep a platform's stored keys next to the records, changed in the same atomic batches.
///
/// The provided methods are those of a store that lives no longer than its platform: it need not keep what the platform
/// has in memory anyway.
pub trait Vault: Store {
    /// Whether the store outlives the platform, and so must be told of every stored key.
    const OUTLIVES: bool = false;

    /// Applies all changes and all changes of keys, or none of them. See [`Store::commit`].
    ///
    /// # Errors
    /// As [`Store::commit`].
    fn commit_with(&mut self, changes: &[Change<'_>], _keys: &[KeyChange]) -> Result<(), StoreError> {
        self.commit(changes)
    }

    /// The keys that are kept: names, and what was put.
    fn keys(&self) -> Vec<(KeyId, Zeroizing<Vec<u8>>)> {
        Vec::new()
    }
}

/// One stored key that comes or goes.
pub enum KeyChange {
    /// It is kept from now on: the private key in a form that the platform alone understands.
    Put(KeyId, Zeroizing<Vec<u8>>),
    /// It is forgotten. Whoever holds the medium afterwards should not find it.
    Delete(KeyId),
}

impl Vault for MemoryStore {}
