//! A platform that costs little: everything follows from what came before, keys are numbers, and what is told to fail
//! fails.

use std::collections::BTreeMap;

use authenticator::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random, RecordKey, Store, StoreError, Way,
};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wire::cose::PublicKey;

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done.
    Before(StoreError),
    /// It is done, then the power goes: the caller sees a failure.
    After,
}

/// Records, stored keys, and what shall fail.
#[derive(Default)]
pub struct Platform {
    /// The store's content.
    pub records: BTreeMap<RecordKey, Vec<u8>>,
    /// Stored private keys by their ids.
    pub keys: BTreeMap<u32, (Alg, [u8; 32])>,
    /// How often anything was changed or used up.
    pub changes: u64,
    /// The commit that fails, counted down.
    pub commit_fault: Option<(u8, Fault)>,
    /// The key or signature that fails, counted down.
    pub crypto_fault: Option<u8>,
    /// What has failed since this was last taken.
    pub failed: Failed,
    marked: Vec<u32>,
    seed: u64,
    next_id: u32,
}

/// What has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// A commit, and how.
    pub commit: Option<Fault>,
    /// A key or a signature.
    pub crypto: bool,
}

impl Platform {
    fn keep(&mut self, alg: Alg, secret: [u8; 32], keep: Keep) -> Result<KeyBlob, CryptoError> {
        let bytes = match keep {
            Keep::Wrapped => {
                let pad = pad(alg).ok_or(CryptoError::Unsupported)?;
                [&secret.map(|byte| byte ^ pad)[..], &seal(pad, &secret)].concat()
            }
            Keep::Stored => {
                self.next_id += 1;
                self.keys.insert(self.next_id, (alg, secret));
                self.next_id.to_be_bytes().to_vec()
            }
        };
        KeyBlob::new(&bytes).ok_or(CryptoError::TooSmall)
    }

    fn secret(&self, blob: &KeyBlob) -> Result<(Alg, [u8; 32]), CryptoError> {
        let bytes = blob.as_bytes();
        if let Ok(id) = bytes.try_into() {
            return self.keys.get(&u32::from_be_bytes(id)).copied().ok_or(CryptoError::BadKey);
        }
        let (sealed, check) = bytes.split_first_chunk::<32>().ok_or(CryptoError::BadKey)?;
        let opened = ALGORITHMS.iter().find_map(|alg| {
            let pad = pad(*alg)?;
            let secret = sealed.map(|byte| byte ^ pad);
            (seal(pad, &secret) == *check).then_some((*alg, secret))
        });
        opened.ok_or(CryptoError::BadKey)
    }

    fn crypto_may_fail(&mut self) -> Result<(), CryptoError> {
        self.changes += 1;
        match &mut self.crypto_fault {
            Some(0) => {
                self.crypto_fault = None;
                self.failed.crypto = true;
                Err(CryptoError::Failed)
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The x coordinate of the public key: agreement is commutative, which is all that is asked of it.
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    xor(secret, &BASE)
}

/// The private key of a public one. That is what makes it cheap.
pub fn secret_of(x: &[u8; 32]) -> [u8; 32] {
    xor(x, &BASE)
}

/// The shared secret of a private key and a public one.
pub fn agreed(secret: &[u8; 32], x: &[u8; 32]) -> [u8; 32] {
    xor(secret, x)
}

/// A signature: as long as one, and of nobody else.
pub fn signature(secret: &[u8; 32], message: &[u8]) -> Vec<u8> {
    let half = Sha256::new().chain_update(secret).chain_update(message).finalize();
    [&[0x30, 68, 2, 32][..], &half, &[2, 32], &half].concat()
}

/// AES-256-CBC without padding.
pub fn aes_cbc(key: &[u8; 32], iv: &[u8; 16], way: Way, data: &mut [u8]) -> Result<(), CryptoError> {
    let (blocks, rest) = Array::slice_as_chunks_mut(data);
    if !rest.is_empty() {
        return Err(CryptoError::Failed);
    }
    match way {
        Way::Encrypt => cbc::Encryptor::<aes::Aes256>::new(&Array(*key), &Array(*iv)).encrypt_blocks(blocks),
        Way::Decrypt => cbc::Decryptor::<aes::Aes256>::new(&Array(*key), &Array(*iv)).decrypt_blocks(blocks),
    }
    Ok(())
}

/// HMAC-SHA-256.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The public key as COSE_Key, with the same x in it whatever the algorithm is.
fn cose(alg: Alg, secret: &[u8; 32], out: &mut [u8]) -> Result<usize, CryptoError> {
    let x = public_of(secret);
    let n = [&x[..], &[0xc3; 224]].concat();
    let key = match alg {
        Alg::EDDSA => PublicKey::Ed25519 { alg, x: &x },
        Alg::RS256 => PublicKey::Rsa { alg, n: &n, e: &[1, 0, 1] },
        _ => PublicKey::es256(&x, &[2; 32]),
    };
    key.encode(out).map_err(|_| CryptoError::TooSmall)
}

/// The x of a public key.
pub fn x_of(key: &PublicKey<'_>) -> Option<[u8; 32]> {
    match key {
        PublicKey::P256 { x, .. } | PublicKey::Ed25519 { x, .. } => Some(**x),
        PublicKey::Rsa { n, .. } => n.first_chunk().copied(),
        _ => None,
    }
}

/// What hides a wrapped secret; none for an algorithm that is not here.
fn pad(alg: Alg) -> Option<u8> {
    let place = ALGORITHMS.iter().position(|known| *known == alg)?;
    u8::try_from(place).ok().map(|place| 0xa5 ^ place)
}

fn seal(pad: u8, secret: &[u8; 32]) -> [u8; 16] {
    let digest = Sha256::new().chain_update([pad]).chain_update(secret).finalize();
    std::array::from_fn(|at| digest[at])
}

fn xor(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|at| left[at] ^ right[at])
}

impl Random for Platform {
    fn fill(&mut self, out: &mut [u8]) {
        self.changes += 1;
        for chunk in out.chunks_mut(32) {
            self.seed += 1;
            chunk.copy_from_slice(&Sha256::digest(self.seed.to_be_bytes())[..chunk.len()]);
        }
    }
}

impl Crypto for Platform {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        pad(alg).ok_or(CryptoError::Unsupported)?;
        self.crypto_may_fail()?;
        let mut secret = [0; 32];
        self.fill(&mut secret);
        let len = cose(alg, &secret, public)?;
        Ok((self.keep(alg, secret, keep)?, len))
    }

    fn import(&mut self, alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError> {
        self.changes += 1;
        self.keep(alg, secret.try_into().map_err(|_| CryptoError::BadKey)?, keep)
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        let (alg, secret) = self.secret(key)?;
        cose(alg, &secret, public)
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
        self.changes += 1;
        if let Ok(id) = key.as_bytes().try_into() {
            self.keys.remove(&u32::from_be_bytes(id));
        }
        Ok(())
    }

    fn mark(&mut self, key: &KeyBlob) {
        if let Ok(id) = key.as_bytes().try_into() {
            self.marked.push(u32::from_be_bytes(id));
        }
    }

    fn sweep(&mut self) {
        self.changes += 1;
        let marked = std::mem::take(&mut self.marked);
        self.keys.retain(|id, _| marked.contains(id));
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.crypto_may_fail()?;
        let signature = signature(&self.secret(key)?.1, message);
        out.get_mut(..signature.len()).ok_or(CryptoError::TooSmall)?.copy_from_slice(&signature);
        Ok(signature.len())
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        Ok(agreed(&self.secret(key)?.1, &peer.x))
    }

    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        let mut digest = Sha256::new();
        parts.iter().for_each(|part| digest.update(part));
        digest.finalize().into()
    }

    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        hmac(key, parts)
    }

    fn aes_cbc(
        &mut self,
        key: &[u8; 32],
        iv: &[u8; 16],
        way: Way,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        aes_cbc(key, iv, way, data)
    }
}

impl Store for Platform {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        let Some(record) = self.records.get(&key) else { return Ok(None) };
        let rest = record.get(offset..).unwrap_or_default();
        let fitting = rest.len().min(out.len());
        out[..fitting].copy_from_slice(&rest[..fitting]);
        Ok(Some(record.len()))
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.changes += 1;
        let fault = match self.commit_fault.take() {
            Some((0, fault)) => Some(fault),
            later => {
                self.commit_fault = later.map(|(left, fault)| (left - 1, fault));
                None
            }
        };
        self.failed.commit = self.failed.commit.or(fault);
        if let Some(Fault::Before(error)) = fault {
            return Err(error);
        }
        for change in changes {
            match change {
                Change::Put { key, value } => drop(self.records.insert(*key, value.to_vec())),
                Change::Delete(key) => drop(self.records.remove(key)),
                Change::Wipe { except } => self.records.retain(|key, _| except.contains(key)),
            }
        }
        if fault.is_some() { Err(StoreError::Failed) } else { Ok(()) }
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        let from = match after {
            None => 0,
            Some(RecordKey(u32::MAX)) => return Ok(None),
            Some(key) => key.0 + 1,
        };
        Ok(self.records.range(RecordKey(from)..).next().map(|(key, _)| *key))
    }
}

const ALGORITHMS: [Alg; 3] = [Alg::ES256, Alg::EDDSA, Alg::RS256];
const BASE: [u8; 32] = [0x5c; 32];
