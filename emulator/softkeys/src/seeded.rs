//! The seeded platform: the same 32 bytes give the same random bytes, keys and signatures.

use std::path::Path;

use authenticator::platform::{CryptoError, P256Point};
use hmac::Mac;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::{PublicKey, SecretKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::engine::{Engine, put, uncompressed};
use crate::file::{Durability, FileStore, OpenError, Unlock};
use crate::key::RsaKey;
use crate::seal::keyed;
use crate::{Host, MemoryStore, test_keys};

/// Reproducible keys over a store. For tests and benches: whoever knows the seed knows every key.
pub type Seeded<S = MemoryStore> = Host<Deterministic, S>;

impl Seeded {
    /// A platform with an empty memory store, all of whose output follows from `seed`.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self::over(MemoryStore::new(), seed)
    }
}

impl<S> Seeded<S> {
    /// A platform over `store`, all of whose output follows from `seed` and the store's content.
    pub fn over(store: S, seed: [u8; 32]) -> Self {
        Host::assemble(Deterministic::new(seed), &sealing_key(seed), store)
    }

    /// The same, with RSA keys from that place of the fixed set of sixteen on. Platforms whose RSA keys must differ start
    /// at places that are as far apart as each makes keys.
    #[must_use]
    pub fn with_rsa_from(mut self, place: usize) -> Self {
        self.engine_mut().next_rsa = place;
        self
    }
}

impl Seeded<FileStore> {
    /// The key in `directory`, or a new one if the directory is empty or missing: see [`FileStore::open`].
    ///
    /// The output follows from `seed`, the store's content, and how often it was opened before: a restarted key does not
    /// make the keys of its first day again. At the first opening it is that of [`Seeded::over`]. Each opening is a commit.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        directory: &Path,
        unlock: &Unlock,
        durability: Durability,
        seed: [u8; 32],
    ) -> Result<Self, OpenError> {
        let mut store = FileStore::open_or_make(directory, unlock, durability, &sealing_key(seed))?;
        let openings = store.count_opening()?;
        Host::awake(Deterministic::new(later(seed, openings)), store)
    }
}

fn sealing_key(seed: [u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    stream(seed, Stream::Seal).fill_bytes(&mut *key);
    key
}

/// The seed after so many openings.
fn later(seed: [u8; 32], openings: u32) -> [u8; 32] {
    if openings == 0 {
        return seed;
    }
    let mut mac = keyed(&seed);
    mac.update(b"AnyKey seed: opening");
    mac.update(&openings.to_be_bytes());
    mac.finalize().into_bytes().into()
}

/// ChaCha20 streams of one seed, so that keys do not depend on how many random bytes were drawn in between.
#[derive(Clone, Copy)]
enum Stream {
    Random,
    Keys,
    Nonces,
    Seal,
    Rsa,
}

fn stream(seed: [u8; 32], which: Stream) -> ChaCha20Rng {
    let mut rng = ChaCha20Rng::from_seed(seed);
    rng.set_stream(which as u64);
    rng
}

/// P-256 by `p256` with RFC 6979 nonces, randomness and keys from ChaCha20 streams, RSA keys from a fixed set.
pub struct Deterministic {
    random: ChaCha20Rng,
    keys: ChaCha20Rng,
    nonces: ChaCha20Rng,
    /// The place of the next RSA key in the fixed set.
    next_rsa: usize,
}

impl Deterministic {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        let mut first = [0];
        stream(seed, Stream::Rsa).fill_bytes(&mut first);
        Self {
            random: stream(seed, Stream::Random),
            keys: stream(seed, Stream::Keys),
            nonces: stream(seed, Stream::Nonces),
            next_rsa: usize::from(first[0]),
        }
    }
}

impl Engine for Deterministic {
    type Key = SigningKey;

    fn fill(&mut self, out: &mut [u8]) {
        self.random.fill_bytes(out);
    }

    fn nonce(&mut self) -> [u8; 12] {
        let mut nonce = [0; 12];
        self.nonces.fill_bytes(&mut nonce);
        nonce
    }

    fn generate(&mut self) -> Result<SigningKey, CryptoError> {
        let mut secret = Zeroizing::new([0; 32]);
        // A draw is out of range once in 2^32; a hundred in a row do not happen.
        for _ in 0..100 {
            self.keys.fill_bytes(&mut *secret);
            if let Ok(key) = self.load(&secret) {
                return Ok(key);
            }
        }
        Err(CryptoError::Failed)
    }

    fn ed25519_seed(&mut self) -> Zeroizing<[u8; 32]> {
        let mut seed = Zeroizing::new([0; 32]);
        self.keys.fill_bytes(&mut *seed);
        seed
    }

    fn rsa(&mut self) -> Result<RsaKey, CryptoError> {
        let key = test_keys::rsa(self.next_rsa)?;
        self.next_rsa = self.next_rsa.wrapping_add(1);
        Ok(key)
    }

    fn load(&self, secret: &[u8; 32]) -> Result<SigningKey, CryptoError> {
        SigningKey::from_slice(secret).map_err(|_| CryptoError::BadKey)
    }

    fn secret(&self, key: &SigningKey) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        Ok(Zeroizing::new(key.to_bytes().into()))
    }

    fn public(&self, key: &SigningKey) -> Result<[u8; 65], CryptoError> {
        key.verifying_key().to_sec1_point(false).as_bytes().try_into().map_err(|_| CryptoError::Failed)
    }

    fn sign(&self, key: &SigningKey, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let signature: DerSignature = key.try_sign(message).map_err(|_| CryptoError::Failed)?;
        put(signature.as_bytes(), out)
    }

    fn agree(&self, key: &SigningKey, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        let peer = PublicKey::from_sec1_bytes(&uncompressed(peer)).map_err(|_| CryptoError::Failed)?;
        let shared = SecretKey::from(key).diffie_hellman(&peer);
        Ok((*shared.raw_secret_bytes()).into())
    }
}
