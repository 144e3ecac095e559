//! The fast platform: P-256 by aws-lc-rs, RSA keys made ahead.

use std::path::Path;
use std::sync::OnceLock;

use authenticator::platform::{CryptoError, P256Point};
use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rand::Rng;
use zeroize::Zeroizing;

use crate::engine::{Engine, put, uncompressed};
use crate::file::{Durability, FileStore, OpenError, Unlock};
use crate::key::RsaKey;
use crate::rsa_pool::RsaPool;
use crate::{Host, MemoryStore};

/// Fast keys over a store; random bytes from the thread's generator, signatures not reproducible.
pub type Fast<S = MemoryStore> = Host<AwsLc, S>;

impl Fast {
    /// A platform with an empty memory store and fresh sealing keys.
    pub fn new() -> Self {
        Self::over(MemoryStore::new())
    }
}

impl Default for Fast {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Fast<S> {
    /// A platform over `store` with fresh sealing keys: blobs wrapped before are refused.
    pub fn over(store: S) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *key);
        Self::sealed(store, &key)
    }

    /// A platform over `store` that opens what a platform with the same `sealing_key` wrapped.
    pub fn sealed(store: S, sealing_key: &[u8; 32]) -> Self {
        Host::assemble(AwsLc { rsa: RsaPool::new() }, sealing_key, store)
    }

    /// The same, with RSA keys from that pool, which many platforms may share.
    #[must_use]
    pub fn with_rsa(mut self, pool: RsaPool) -> Self {
        self.engine_mut().rsa = pool;
        self
    }
}

impl Fast<FileStore> {
    /// The key in `directory`, or a new one if the directory is empty or missing: see [`FileStore::open`]. A new one has no
    /// attestation yet: see [`provision`](crate::provision).
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(directory: &Path, unlock: &Unlock, durability: Durability) -> Result<Self, OpenError> {
        Host::awake(AwsLc { rsa: RsaPool::new() }, FileStore::open(directory, unlock, durability)?)
    }
}

/// P-256 by aws-lc-rs, randomness by the thread's generator.
pub struct AwsLc {
    rsa: RsaPool,
}

/// A loaded key. The ECDH form is made when first asked for: most keys only sign.
pub struct Loaded {
    pair: EcdsaKeyPair,
    agreement: OnceLock<agreement::PrivateKey>,
}

impl From<EcdsaKeyPair> for Loaded {
    fn from(pair: EcdsaKeyPair) -> Self {
        Self { pair, agreement: OnceLock::new() }
    }
}

impl Engine for AwsLc {
    type Key = Loaded;

    fn fill(&mut self, out: &mut [u8]) {
        rand::rng().fill_bytes(out);
    }

    fn nonce(&mut self) -> [u8; 12] {
        rand::random()
    }

    fn generate(&mut self) -> Result<Loaded, CryptoError> {
        let pair =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| CryptoError::Failed)?;
        Ok(pair.into())
    }

    fn ed25519_seed(&mut self) -> Zeroizing<[u8; 32]> {
        let mut seed = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *seed);
        seed
    }

    fn rsa(&mut self) -> Result<RsaKey, CryptoError> {
        self.rsa.take()
    }

    fn load(&self, secret: &[u8; 32]) -> Result<Loaded, CryptoError> {
        let mut der = Zeroizing::new(EC_PRIVATE_KEY);
        der[SECRET_AT..SECRET_AT + 32].copy_from_slice(secret);
        EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, &*der)
            .map(Loaded::from)
            .map_err(|_| CryptoError::BadKey)
    }

    fn secret(&self, key: &Loaded) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        let bytes: EcPrivateKeyBin<'static> =
            key.pair.private_key().as_be_bytes().map_err(|_| CryptoError::Failed)?;
        let mut secret = Zeroizing::new([0; 32]);
        if bytes.as_ref().len() != secret.len() {
            return Err(CryptoError::Failed);
        }
        secret.copy_from_slice(bytes.as_ref());
        Ok(secret)
    }

    fn public(&self, key: &Loaded) -> Result<[u8; 65], CryptoError> {
        key.pair.public_key().as_ref().try_into().map_err(|_| CryptoError::Failed)
    }

    fn sign(&self, key: &Loaded, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let signature = key.pair.sign(&SystemRandom::new(), message).map_err(|_| CryptoError::Failed)?;
        put(signature.as_ref(), out)
    }

    fn agree(&self, key: &Loaded, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        let private = match key.agreement.get() {
            Some(private) => private,
            None => {
                let secret = self.secret(key)?;
                let private = agreement::PrivateKey::from_private_key(&ECDH_P256, &*secret)
                    .map_err(|_| CryptoError::Failed)?;
                key.agreement.get_or_init(|| private)
            }
        };
        let peer = UnparsedPublicKey::new(&ECDH_P256, uncompressed(peer));
        agreement::agree(private, peer, CryptoError::Failed, |x| {
            x.try_into().map_err(|_| CryptoError::Failed)
        })
    }
}

/// ECPrivateKey ([RFC 5915](https://www.rfc-editor.org/rfc/rfc5915)) without parameters and public key; the secret is zero here.
const EC_PRIVATE_KEY: [u8; 39] = {
    let mut der = [0; 39];
    der[0] = 0x30; // SEQUENCE
    der[1] = 37;
    der[2] = 0x02; // INTEGER version 1
    der[3] = 1;
    der[4] = 1;
    der[5] = 0x04; // OCTET STRING privateKey
    der[6] = 32;
    der
};

/// Where the secret sits in [`EC_PRIVATE_KEY`].
const SECRET_AT: usize = 7;
