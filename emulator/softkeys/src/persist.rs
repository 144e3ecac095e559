//! Stored keys on their way to the store and back.
//!
//! A new key waits in memory for the batch that names it, and goes to the store with it: there is no moment at which the
//! record is durable and its key is not. A key that is destroyed goes at once.

use authenticator::platform::{Alg, Change, CryptoError, StoreError};
use zeroize::Zeroizing;

use crate::Host;
use crate::engine::Engine;
use crate::host::{ed25519, ed25519_seed};
use crate::key::{Key, RsaKey};
use crate::keyring::KeyId;
use crate::vault::{KeyChange, Vault};

/// How the keyring differs from what the store keeps.
#[derive(Default)]
pub(crate) struct Unsaved {
    /// Keys that the store does not have yet.
    fresh: Vec<KeyId>,
    /// Keys that the store still has.
    gone: Vec<KeyId>,
}

impl Unsaved {
    /// A key has come into the keyring.
    pub(crate) fn came(&mut self, id: KeyId) {
        self.fresh.push(id);
    }

    /// A key has left the keyring.
    fn went(&mut self, id: KeyId) {
        match self.fresh.iter().position(|fresh| *fresh == id) {
            Some(place) => drop(self.fresh.swap_remove(place)),
            None => self.gone.push(id),
        }
    }
}

/// The stored form of a private key: the COSE algorithm (4 bytes, big endian), then the secret as the algorithm has it
/// (ES256: the scalar, 32 bytes; EdDSA: the seed, 32 bytes; RS256: PKCS #8 in DER).
const ALG: usize = 4;

impl<E: Engine, S: Vault> Host<E, S> {
    /// Commits `changes`, and with them whatever keys came or went.
    pub(crate) fn save(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        if !S::OUTLIVES || (self.unsaved.fresh.is_empty() && self.unsaved.gone.is_empty()) {
            return self.store.commit(changes);
        }
        let mut keys: Vec<KeyChange> = self.unsaved.gone.iter().copied().map(KeyChange::Delete).collect();
        for id in &self.unsaved.fresh {
            if let Some(key) = self.keys.get(id) {
                keys.push(KeyChange::Put(*id, self.frozen(key).map_err(|_| StoreError::Failed)?));
            }
        }
        self.store.commit_with(changes, &keys)?;
        self.unsaved = Unsaved::default();
        Ok(())
    }

    /// Says that these keys have left the keyring, and takes them from the store.
    pub(crate) fn forget(&mut self, ids: &[KeyId]) {
        if !S::OUTLIVES {
            return;
        }
        ids.iter().for_each(|id| self.unsaved.went(*id));
        if !self.unsaved.gone.is_empty() {
            // What fails here goes with the next batch; if there is none, no record names the key, and it is swept at the
            // next power-on.
            let _ = self.save(&[]);
        }
    }

    /// Loads what the store keeps into the empty keyring; `None` if something there is no key of ours.
    pub(crate) fn thaw(&mut self) -> Option<()> {
        for (id, bytes) in self.store.keys() {
            let (alg, secret) = bytes.split_first_chunk::<ALG>()?;
            let key = match Alg(i32::from_be_bytes(*alg)) {
                Alg::ES256 => Key::P256(self.engine.load(secret.try_into().ok()?).ok()?),
                Alg::EDDSA => Key::Ed25519(ed25519(secret.try_into().ok()?).ok()?),
                Alg::RS256 => Key::Rsa(RsaKey::from_pkcs8(secret).ok()?),
                _ => return None,
            };
            self.keys.restore(id, key)?;
        }
        self.keys.find_gaps();
        Some(())
    }

    /// The stored form of a key.
    fn frozen(&self, key: &Key<E::Key>) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        Ok(match key {
            Key::P256(key) => frozen(Alg::ES256, &*self.engine.secret(key)?),
            Key::Ed25519(key) => frozen(Alg::EDDSA, &*ed25519_seed(key)?),
            Key::Rsa(key) => frozen(Alg::RS256, &key.pkcs8()?),
        })
    }
}

fn frozen(alg: Alg, secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ALG + secret.len()));
    bytes.extend_from_slice(&alg.0.to_be_bytes());
    bytes.extend_from_slice(secret);
    bytes
}
