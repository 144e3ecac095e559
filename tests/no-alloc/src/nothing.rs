//! A platform without randomness, keys and records.

use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random, RecordKey, Store, StoreError, Way,
};

/// The platform. What it answers is hidden from the optimiser.
pub struct Nothing;

fn answer<T>(value: T) -> T {
    core::hint::black_box(value)
}

impl Random for Nothing {
    fn fill(&mut self, out: &mut [u8]) {
        out.fill(answer(0));
    }
}

impl Crypto for Nothing {
    fn generate(&mut self, _: Alg, _: Keep, _: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        answer(Err(CryptoError::Failed))
    }

    fn import(&mut self, _: Alg, _: &[u8], _: Keep) -> Result<KeyBlob, CryptoError> {
        answer(Err(CryptoError::Failed))
    }

    fn public(&mut self, _: &KeyBlob, _: &mut [u8]) -> Result<usize, CryptoError> {
        answer(Err(CryptoError::Failed))
    }

    fn destroy(&mut self, _: &KeyBlob) -> Result<(), CryptoError> {
        answer(Ok(()))
    }

    fn sign(&mut self, _: &KeyBlob, _: &[u8], _: &mut [u8]) -> Result<usize, CryptoError> {
        answer(Err(CryptoError::Failed))
    }

    fn agree(&mut self, _: &KeyBlob, _: &P256Point) -> Result<[u8; 32], CryptoError> {
        answer(Err(CryptoError::Failed))
    }

    fn sha256(&mut self, _: &[&[u8]]) -> [u8; 32] {
        answer([0; 32])
    }

    fn hmac(&mut self, _: &[u8], _: &[&[u8]]) -> [u8; 32] {
        answer([0; 32])
    }

    fn aes_cbc(&mut self, _: &[u8; 32], _: &[u8; 16], _: Way, _: &mut [u8]) -> Result<(), CryptoError> {
        answer(Ok(()))
    }
}

impl Store for Nothing {
    fn read(&mut self, _: RecordKey, _: usize, _: &mut [u8]) -> Result<Option<usize>, StoreError> {
        answer(Ok(None))
    }

    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), StoreError> {
        answer(Ok(()))
    }

    fn next(&mut self, _: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        answer(Ok(None))
    }
}
