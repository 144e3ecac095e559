//! The common part of the host platforms: wrapping, stored keys, symmetric primitives, the store passed through.

use std::collections::HashSet;
use std::fmt;

use aes::Aes256;
use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random, RecordKey, Store, StoreError, Way,
};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cose;
use crate::engine::{Engine, put};
use crate::key::{Key, RsaKey};
use crate::keyring::{KeyId, Keyring};
use crate::persist::Unsaved;
use crate::seal::{Seal, Use, WRAPPED};
use crate::vault::Vault;

/// A host platform: an [`Engine`] for randomness and the curve, over a [`Vault`].
///
/// Wrapped keys (ES256, EdDSA) are 48-byte blobs, sealed by keys of this platform; they are imported at each use. Only two
/// stay loaded, each until another takes its place: the one made last, which a self attestation signs with at once, and the
/// one that was agreed with last, which serves all key agreements since power-on. RS256 keys do not fit into a blob and are always stored. Stored keys are named by 16-byte ids and stay loaded in
/// memory until [`Crypto::destroy`] or [`Host::retain`]. Over a store that outlives the platform they go to the store with
/// the next batch.
pub struct Host<E: Engine, S> {
    pub(crate) engine: E,
    seal: Seal,
    pub(crate) keys: Keyring<Key<E::Key>>,
    /// The wrapped key that was made last.
    fresh: Option<(KeyBlob, Key<E::Key>)>,
    /// The wrapped key that was agreed with last.
    agreed: Option<(KeyBlob, Key<E::Key>)>,
    pub(crate) unsaved: Unsaved,
    /// Stored keys that a record names, while the records are gone through.
    marked: HashSet<KeyId>,
    pub(crate) store: S,
}

impl<E: Engine, S> Host<E, S> {
    pub(crate) fn assemble(engine: E, sealing_key: &[u8; 32], store: S) -> Self {
        Self {
            engine,
            seal: Seal::new(sealing_key),
            keys: Keyring::new(),
            fresh: None,
            agreed: None,
            unsaved: Unsaved::default(),
            marked: HashSet::new(),
            store,
        }
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

    pub(crate) fn engine_mut(&mut self) -> &mut E {
        &mut self.engine
    }

    /// A new key for `alg`, its public half written to `public`.
    fn make(&mut self, alg: Alg, public: &mut [u8]) -> Result<(Key<E::Key>, usize), CryptoError> {
        // Before anything is drawn: what is refused leaves a seeded platform as it was.
        let room = |length| if public.len() < length { Err(CryptoError::TooSmall) } else { Ok(()) };
        match alg {
            Alg::ES256 => {
                room(cose::P256_LEN)?;
                let key = self.engine.generate()?;
                let length = cose::write_p256(&self.engine.public(&key)?, public)?;
                Ok((Key::P256(key), length))
            }
            Alg::EDDSA => {
                room(cose::ED25519_LEN)?;
                let key = ed25519(&self.engine.ed25519_seed())?;
                let length = cose::write_ed25519(key.public_key().as_ref(), public)?;
                Ok((Key::Ed25519(key), length))
            }
            Alg::RS256 => {
                room(cose::RSA_2048_LEN)?;
                let key = self.engine.rsa()?;
                let length = cose::write_rsa(key.public(), public)?;
                Ok((Key::Rsa(key), length))
            }
            _ => Err(CryptoError::Unsupported),
        }
    }

    /// Calls `work` with the key of `blob`: the loaded one, or the wrapped one imported for this call.
    fn with_key<T>(
        &self,
        blob: &KeyBlob,
        work: impl FnOnce(&E, &Key<E::Key>) -> Result<T, CryptoError>,
    ) -> Result<T, CryptoError> {
        if let Some((_, key)) =
            [&self.fresh, &self.agreed].into_iter().flatten().find(|(held, _)| held == blob)
        {
            return work(&self.engine, key);
        }
        if blob.as_bytes().len() == WRAPPED {
            return work(&self.engine, &self.unwrap(blob)?);
        }
        let id: &KeyId = blob.as_bytes().try_into().map_err(|_| CryptoError::BadKey)?;
        work(&self.engine, self.keys.get(id).ok_or(CryptoError::BadKey)?)
    }

    /// Imports a wrapped key.
    fn unwrap(&self, blob: &KeyBlob) -> Result<Key<E::Key>, CryptoError> {
        match self.seal.unwrap(blob)? {
            (Use::P256, secret) => Ok(Key::P256(self.engine.load(&secret)?)),
            (Use::Ed25519, seed) => Ok(Key::Ed25519(ed25519(&seed)?)),
        }
    }

    /// Makes the wrapped key the one that is agreed with.
    fn hold(&mut self, blob: &KeyBlob) -> Result<(), CryptoError> {
        if self.agreed.as_ref().is_some_and(|(held, _)| held == blob) {
            return Ok(());
        }
        let held = match self.fresh.take_if(|(fresh, _)| fresh == blob) {
            Some(fresh) => fresh,
            None => (*blob, self.unwrap(blob)?),
        };
        self.agreed = Some(held);
        Ok(())
    }
}

impl<E: Engine, S: Vault> Host<E, S> {
    /// Forgets every stored key that `named` does not claim: keys whose record was never committed.
    pub fn retain(&mut self, mut named: impl FnMut(&KeyBlob) -> bool) {
        let gone = self.keys.retain(|id| KeyBlob::new(id).is_some_and(|blob| named(&blob)));
        self.forget(&gone);
    }

    fn keep(&mut self, key: Key<E::Key>, keep: Keep) -> Result<KeyBlob, CryptoError> {
        match keep {
            Keep::Wrapped => {
                let blob = match &key {
                    Key::P256(key) => self.seal.wrap(Use::P256, &*self.engine.secret(key)?)?,
                    Key::Ed25519(key) => self.seal.wrap(Use::Ed25519, &*ed25519_seed(key)?)?,
                    Key::Rsa(_) => return Err(CryptoError::Unsupported),
                };
                self.fresh = Some((blob, key));
                Ok(blob)
            }
            Keep::Stored => {
                let id = self.keys.insert(self.engine.nonce(), key).ok_or(CryptoError::Failed)?;
                if S::OUTLIVES {
                    self.unsaved.came(id);
                }
                KeyBlob::new(&id).ok_or(CryptoError::Failed)
            }
        }
    }
}

/// An Ed25519 key of its seed ([RFC 8032, section 5.1.5](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.5)): any 32 bytes.
pub(crate) fn ed25519(seed: &[u8; 32]) -> Result<Ed25519KeyPair, CryptoError> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| CryptoError::Failed)
}

/// The way back.
pub(crate) fn ed25519_seed(key: &Ed25519KeyPair) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
    let held: Curve25519SeedBin<'static> =
        key.seed().and_then(|seed| seed.as_be_bytes()).map_err(|_| CryptoError::Failed)?;
    let mut seed = Zeroizing::new([0; 32]);
    if held.as_ref().len() != seed.len() {
        return Err(CryptoError::Failed);
    }
    seed.copy_from_slice(held.as_ref());
    Ok(seed)
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

impl<E: Engine, S: Vault> Crypto for Host<E, S> {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        if alg == Alg::RS256 && keep == Keep::Wrapped {
            return Err(CryptoError::Unsupported);
        }
        let (key, length) = self.make(alg, public)?;
        Ok((self.keep(key, keep)?, length))
    }

    fn import(&mut self, alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError> {
        let key = match alg {
            Alg::ES256 => Key::P256(self.engine.load(secret.try_into().map_err(|_| CryptoError::BadKey)?)?),
            Alg::EDDSA => Key::Ed25519(ed25519(secret.try_into().map_err(|_| CryptoError::BadKey)?)?),
            // The authenticator has room for the signatures of this length, and no other.
            Alg::RS256 => Key::Rsa(RsaKey::from_pkcs8(secret)?.of_2048_bits()?),
            _ => return Err(CryptoError::Unsupported),
        };
        self.keep(key, keep)
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        self.with_key(key, |engine, key| match key {
            Key::P256(key) => cose::write_p256(&engine.public(key)?, public),
            Key::Ed25519(key) => cose::write_ed25519(key.public_key().as_ref(), public),
            Key::Rsa(key) => cose::write_rsa(key.public(), public),
        })
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
        if key.as_bytes().len() == WRAPPED {
            return Ok(());
        }
        let id: &KeyId = key.as_bytes().try_into().map_err(|_| CryptoError::BadKey)?;
        // A second time is no error: a sweep after a power cut may meet keys that went before.
        if self.keys.remove(id) {
            self.forget(&[*id]);
        }
        Ok(())
    }

    fn mark(&mut self, key: &KeyBlob) {
        if let Ok(id) = key.as_bytes().try_into() {
            self.marked.insert(id);
        }
    }

    fn sweep(&mut self) {
        let marked = std::mem::take(&mut self.marked);
        let gone = self.keys.retain(|id| marked.contains(id));
        self.forget(&gone);
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.with_key(key, |engine, key| match key {
            Key::P256(key) => engine.sign(key, message, out),
            Key::Ed25519(key) => put(key.sign(message).as_ref(), out),
            Key::Rsa(key) => key.sign(message, out),
        })
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        if key.as_bytes().len() == WRAPPED {
            self.hold(key)?;
        }
        self.with_key(key, |engine, key| match key {
            Key::P256(key) => engine.agree(key, peer),
            Key::Ed25519(_) | Key::Rsa(_) => Err(CryptoError::Unsupported),
        })
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

impl<E: Engine, S: Vault> Store for Host<E, S> {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.store.read(key, offset, out)
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.save(changes)
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        self.store.next(after)
    }
}
