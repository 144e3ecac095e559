//! The common part of the host platforms: wrapping, stored keys, symmetric primitives, the store passed through.

use std::collections::HashSet;
use std::fmt;

use aes::Aes256;
use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random, RecordKey, Store, StoreError, Way,
};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::cose;
use crate::engine::Engine;
use crate::keyring::{KeyId, Keyring};
use crate::seal::{Seal, WRAPPED};

/// A host platform: an [`Engine`] for randomness and the curve, over a [`Store`].
///
/// Wrapped keys are 48-byte blobs, sealed by keys of this platform; they are imported at each use and never kept.
/// Stored keys are named by 16-byte ids and stay loaded in memory until [`Crypto::destroy`] or [`Host::retain`].
pub struct Host<E: Engine, S> {
    engine: E,
    seal: Seal,
    keys: Keyring<E::Key>,
    /// Stored keys that a record names, while the records are gone through.
    marked: HashSet<KeyId>,
    store: S,
}

impl<E: Engine, S> Host<E, S> {
    pub(crate) fn assemble(engine: E, sealing_key: &[u8; 32], store: S) -> Self {
        Self { engine, seal: Seal::new(sealing_key), keys: Keyring::new(), marked: HashSet::new(), store }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The store, to change it behind the authenticator's back: bit rot, a limit.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// How many stored keys are loaded.
    pub fn stored_keys(&self) -> usize {
        self.keys.len()
    }

    /// Forgets every stored key that `named` does not claim: keys whose record was never committed.
    pub fn retain(&mut self, mut named: impl FnMut(&KeyBlob) -> bool) {
        self.keys.retain(|id| KeyBlob::new(id).is_some_and(|blob| named(&blob)));
    }

    fn keep(&mut self, key: E::Key, keep: Keep) -> Result<KeyBlob, CryptoError> {
        match keep {
            Keep::Wrapped => self.seal.wrap(&*self.engine.secret(&key)?),
            Keep::Stored => {
                let id = self.keys.insert(self.engine.nonce(), key).ok_or(CryptoError::Failed)?;
                KeyBlob::new(&id).ok_or(CryptoError::Failed)
            }
        }
    }

    /// Calls `work` with the key of `blob`: the loaded one, or the wrapped one imported for this call.
    fn with_key<T>(
        &self,
        blob: &KeyBlob,
        work: impl FnOnce(&E, &E::Key) -> Result<T, CryptoError>,
    ) -> Result<T, CryptoError> {
        if blob.as_bytes().len() == WRAPPED {
            let key = self.engine.load(&*self.seal.unwrap(blob)?)?;
            return work(&self.engine, &key);
        }
        let id: &KeyId = blob.as_bytes().try_into().map_err(|_| CryptoError::BadKey)?;
        work(&self.engine, self.keys.get(id).ok_or(CryptoError::BadKey)?)
    }
}

/// Sizes only.
impl<E: Engine, S: fmt::Debug> fmt::Debug for Host<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("stored_keys", &self.keys.len())
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl<E: Engine, S> Random for Host<E, S> {
    fn fill(&mut self, out: &mut [u8]) {
        self.engine.fill(out);
    }
}

impl<E: Engine, S> Crypto for Host<E, S> {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        if alg != Alg::ES256 {
            return Err(CryptoError::Unsupported);
        }
        if public.len() < cose::P256_LEN {
            return Err(CryptoError::TooSmall);
        }
        let key = self.engine.generate()?;
        let len = cose::write_p256(&self.engine.public(&key)?, public)?;
        Ok((self.keep(key, keep)?, len))
    }

    fn import(&mut self, alg: Alg, secret: &[u8; 32], keep: Keep) -> Result<KeyBlob, CryptoError> {
        if alg != Alg::ES256 {
            return Err(CryptoError::Unsupported);
        }
        let key = self.engine.load(secret)?;
        self.keep(key, keep)
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        let point = self.with_key(key, E::public)?;
        cose::write_p256(&point, public)
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
        if key.as_bytes().len() == WRAPPED {
            return Ok(());
        }
        let id: &KeyId = key.as_bytes().try_into().map_err(|_| CryptoError::BadKey)?;
        // A second time is no error: a sweep after a power cut may meet keys that went before.
        self.keys.remove(id);
        Ok(())
    }

    fn mark(&mut self, key: &KeyBlob) {
        if let Ok(id) = key.as_bytes().try_into() {
            self.marked.insert(id);
        }
    }

    fn sweep(&mut self) {
        let marked = std::mem::take(&mut self.marked);
        self.keys.retain(|id| marked.contains(id));
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.with_key(key, |engine, key| engine.sign(key, message, out))
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        self.with_key(key, |engine, key| engine.agree(key, peer))
    }

    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = Sha256::new();
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    }

    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        // RFC 2104: a key longer than a block is hashed first, a shorter one padded with zeros.
        let mut block = Array::default();
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => block[..32].copy_from_slice(&Sha256::digest(key)),
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block);
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }

    fn aes_cbc(
        &mut self,
        key: &[u8; 32],
        iv: &[u8; 16],
        way: Way,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        let (blocks, rest) = Array::slice_as_chunks_mut(data);
        if !rest.is_empty() {
            return Err(CryptoError::Failed);
        }
        match way {
            Way::Encrypt => cbc::Encryptor::<Aes256>::new(&Array(*key), &Array(*iv)).encrypt_blocks(blocks),
            Way::Decrypt => cbc::Decryptor::<Aes256>::new(&Array(*key), &Array(*iv)).decrypt_blocks(blocks),
        }
        Ok(())
    }
}

impl<E: Engine, S: Store> Store for Host<E, S> {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.store.read(key, offset, out)
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.store.commit(changes)
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        self.store.next(after)
    }
}
