//! A power cut at the nth commit: that batch and all after it fail, until power comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Platform, Random, RecordKey, Store,
    StoreError, Way,
};

use super::fired::Fired;

/// Cuts the power of the store below, when its switch says so.
pub struct PowerCut<P> {
    inner: P,
    switch: Switch,
}

/// Says when the power goes, and puts it back.
#[derive(Clone, Debug)]
pub struct Switch {
    /// How many commits go well before the power is gone; [`ON`] while it stays.
    left: Arc<AtomicUsize>,
    fired: Fired,
}

impl<P: Platform> PowerCut<P> {
    /// The power stays until the switch says otherwise.
    pub fn over(inner: P) -> (Self, Switch) {
        let switch = Switch { left: Arc::new(AtomicUsize::new(ON)), fired: Fired::new() };
        (Self { inner, switch: switch.clone() }, switch)
    }
}

impl Switch {
    /// The power goes at the `nth` commit from now, from 1: that one and all after it fail.
    pub fn cut_at(&self, nth: usize) {
        self.left.store(nth.saturating_sub(1), Ordering::Relaxed);
    }

    /// The power is back, or stays.
    pub fn on(&self) {
        self.left.store(ON, Ordering::Relaxed);
    }

    /// How many commits failed.
    pub fn fired(&self) -> usize {
        self.fired.count()
    }

    fn takes(&self) -> bool {
        match self.left.load(Ordering::Relaxed) {
            ON => true,
            0 => {
                self.fired.fire();
                false
            }
            left => {
                self.left.store(left - 1, Ordering::Relaxed);
                true
            }
        }
    }
}

/// The power stays.
const ON: usize = usize::MAX;

impl<P: Platform> Store for PowerCut<P> {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.inner.read(key, offset, out)
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        if !self.switch.takes() {
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

    fn import(&mut self, alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError> {
        self.inner.import(alg, secret, keep)
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        self.inner.public(key, public)
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
