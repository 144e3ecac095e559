//! A key that signs what it did not say: the bench changes what came out of it, and has it signed again by the same private key.
//!
//! It works on what the relying party is to get, so it is the same for CTAP2 and U2F, for assertions and attestation.

use std::sync::{Arc, Mutex, PoisonError};

use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Platform, Random, RecordKey, Store,
    StoreError, Way,
};

use super::fired::Fired;

type Shared = Arc<Mutex<Inside>>;

struct Inside {
    platform: Box<dyn Platform + Send>,
    last: Option<KeyBlob>,
}

/// The platform for the key: does as the one below, and remembers which private key signed last.
pub struct LyingKey(Shared);

/// The way to the private key that signed last.
#[derive(Clone)]
pub struct Signer {
    shared: Shared,
    fired: Fired,
}

impl LyingKey {
    /// Puts `platform` under the key; the signer is for the bench.
    pub fn over(platform: Box<dyn Platform + Send>) -> (Self, Signer) {
        let shared = Arc::new(Mutex::new(Inside { platform, last: None }));
        (Self(Arc::clone(&shared)), Signer { shared, fired: Fired::new() })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inside) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Signer {
    /// Has `message` signed by the private key that signed last: the credential's, or after an attestation the attestation key.
    ///
    /// # Errors
    /// Nothing was signed yet, or the platform cannot.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut inside = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let key = inside.last.ok_or(CryptoError::BadKey)?;
        let mut out = vec![0; SIGNATURE_MAX];
        let length = inside.platform.sign(&key, message, &mut out)?;
        out.truncate(length);
        self.fired.fire();
        Ok(out)
    }

    /// How often it signed a lie.
    pub fn fired(&self) -> usize {
        self.fired.count()
    }
}

/// Nothing: the platform below holds private keys.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("fired", &self.fired.count()).finish_non_exhaustive()
    }
}

impl Random for LyingKey {
    fn fill(&mut self, out: &mut [u8]) {
        self.with(|inside| inside.platform.fill(out));
    }
}

impl Crypto for LyingKey {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        self.with(|inside| inside.platform.generate(alg, keep, public))
    }

    fn import(&mut self, alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError> {
        self.with(|inside| inside.platform.import(alg, secret, keep))
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        self.with(|inside| inside.platform.public(key, public))
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
        self.with(|inside| inside.platform.destroy(key))
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.with(|inside| {
            inside.last = Some(*key);
            inside.platform.sign(key, message, out)
        })
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        self.with(|inside| inside.platform.agree(key, peer))
    }

    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        self.with(|inside| inside.platform.sha256(parts))
    }

    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        self.with(|inside| inside.platform.hmac(key, parts))
    }

    fn aes_cbc(
        &mut self,
        key: &[u8; 32],
        iv: &[u8; 16],
        way: Way,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.with(|inside| inside.platform.aes_cbc(key, iv, way, data))
    }
}

impl Store for LyingKey {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.with(|inside| inside.platform.read(key, offset, out))
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.with(|inside| inside.platform.commit(changes))
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        self.with(|inside| inside.platform.next(after))
    }
}

/// Room for the longest signature of the algorithms that a platform has.
const SIGNATURE_MAX: usize = 4_700;
