//! A power cut at the nth commit: that batch and all after it fail, until power comes back.

use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Platform, Random, RecordKey, Store,
    StoreError, Way,
};

use super::fired::Fired;

/// Cuts the power of the store.
pub struct PowerCut<P> {
    inner: P,
    left: usize,
    fired: Fired,
}

impl<P: Platform> PowerCut<P> {
    /// Cuts the power at the `nth` commit, from 1.
    pub fn new(inner: P, nth: usize) -> Self {
        Self { inner, left: nth, fired: Fired::new() }
    }

    /// How often a batch was lost.
    pub fn fired(&self) -> Fired {
        self.fired.clone()
    }

    /// Power is back: the platform as the cut left it.
    pub fn restored(self) -> P {
        self.inner
    }
}

impl<P: Platform> Store for PowerCut<P> {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.inner.read(key, offset, out)
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.fired.fire();
            return Err(StoreError::Failed);
        }
        self.inner.commit(changes)
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        self.inner.next(after)
    }
}

impl<P: Platform> Random for PowerCut<P> {
    fn fill(&mut self, out: &mut [u8]) {
        self.inner.fill(out);
    }
}

impl<P: Platform> Crypto for PowerCut<P> {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        self.inner.generate(alg, keep, public)
    }

    fn import(&mut self, alg: Alg, secret: &[u8; 32], keep: Keep) -> Result<KeyBlob, CryptoError> {
        self.inner.import(alg, secret, keep)
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
        self.inner.destroy(key)
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.inner.sign(key, message, out)
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        self.inner.agree(key, peer)
    }

    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        self.inner.sha256(parts)
    }

    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        self.inner.hmac(key, parts)
    }

    fn aes_cbc(
        &mut self,
        key: &[u8; 32],
        iv: &[u8; 16],
        way: Way,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.inner.aes_cbc(key, iv, way, data)
    }
}
