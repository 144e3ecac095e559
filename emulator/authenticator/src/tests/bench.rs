//! A platform for tests: deterministic, with real signatures, and with a store that fails when told to.

use std::collections::BTreeMap;
use std::vec::Vec;

use aes::Aes256;
use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

use crate::platform::{
    Alg, Change, Crypto, CryptoError, Keep, KeyBlob, P256Point, Random, RecordKey, Store, StoreError, Way,
};

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not done.
    Before(StoreError),
    /// It is done, then the power goes: the caller sees a failure.
    After,
}

/// The platform.
#[derive(Clone)]
pub(crate) struct Bench {
    /// The store's content.
    pub(crate) records: BTreeMap<RecordKey, Vec<u8>>,
    /// Stored private keys by their ids.
    pub(crate) keys: BTreeMap<u32, [u8; 32]>,
    /// How many commits were tried.
    pub(crate) commits: usize,
    /// How many signatures were made.
    pub(crate) signatures: usize,
    /// The commit (counted from 0) that meets a fault.
    pub(crate) fault: Option<(usize, Fault)>,
    marked: Vec<u32>,
    seed: u64,
    next_id: u32,
}

impl Bench {
    /// An empty store.
    pub(crate) fn new() -> Self {
        Self {
            records: BTreeMap::new(),
            keys: BTreeMap::new(),
            commits: 0,
            signatures: 0,
            fault: None,
            marked: Vec::new(),
            seed: 1,
            next_id: 1,
        }
    }

    /// What is kept: records and keys.
    pub(crate) fn kept(&self) -> (BTreeMap<RecordKey, Vec<u8>>, BTreeMap<u32, [u8; 32]>) {
        (self.records.clone(), self.keys.clone())
    }

    fn keep(&mut self, secret: [u8; 32], keep: Keep) -> KeyBlob {
        match keep {
            Keep::Wrapped => {
                let mut blob: Vec<u8> = secret.iter().map(|byte| byte ^ PAD).collect();
                blob.extend_from_slice(&Sha256::digest(secret)[..16]);
                KeyBlob::new(&blob).unwrap()
            }
            Keep::Stored => {
                let id = self.next_id;
                self.next_id += 1;
                self.keys.insert(id, secret);
                KeyBlob::new(&id.to_be_bytes()).unwrap()
            }
        }
    }

    fn secret(&self, blob: &KeyBlob) -> Result<SigningKey, CryptoError> {
        let secret = match blob.as_bytes() {
            id if id.len() == 4 => {
                let id = u32::from_be_bytes(id.try_into().unwrap());
                *self.keys.get(&id).ok_or(CryptoError::BadKey)?
            }
            sealed if sealed.len() == 48 => {
                let secret: Vec<u8> = sealed[..32].iter().map(|byte| byte ^ PAD).collect();
                if Sha256::digest(&secret)[..16] != sealed[32..] {
                    return Err(CryptoError::BadKey);
                }
                secret.try_into().unwrap()
            }
            _ => return Err(CryptoError::BadKey),
        };
        SigningKey::from_slice(&secret).map_err(|_| CryptoError::BadKey)
    }
}

impl Random for Bench {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            self.seed += 1;
            let block = Sha256::digest(self.seed.to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

impl Crypto for Bench {
    fn generate(&mut self, alg: Alg, keep: Keep, public: &mut [u8]) -> Result<(KeyBlob, usize), CryptoError> {
        if alg != Alg::ES256 {
            return Err(CryptoError::Unsupported);
        }
        let mut secret = [0; 32];
        self.fill(&mut secret);
        let key = SigningKey::from_slice(&secret).map_err(|_| CryptoError::Failed)?;
        let length = write_public(&key, public)?;
        Ok((self.keep(secret, keep), length))
    }

    fn public(&mut self, key: &KeyBlob, public: &mut [u8]) -> Result<usize, CryptoError> {
        write_public(&self.secret(key)?, public)
    }

    fn import(&mut self, _alg: Alg, secret: &[u8], keep: Keep) -> Result<KeyBlob, CryptoError> {
        Ok(self.keep(secret.try_into().map_err(|_| CryptoError::BadKey)?, keep))
    }

    fn destroy(&mut self, key: &KeyBlob) -> Result<(), CryptoError> {
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
        let marked = std::mem::take(&mut self.marked);
        self.keys.retain(|id, _| marked.contains(id));
    }

    fn sign(&mut self, key: &KeyBlob, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let signature: Signature = self.secret(key)?.sign(message);
        let der = signature.to_der();
        let bytes = der.as_bytes();
        out.get_mut(..bytes.len()).ok_or(CryptoError::TooSmall)?.copy_from_slice(bytes);
        self.signatures += 1;
        Ok(bytes.len())
    }

    fn agree(&mut self, key: &KeyBlob, peer: &P256Point) -> Result<[u8; 32], CryptoError> {
        let point = [&[4], &peer.x[..], &peer.y].concat();
        let peer = p256::PublicKey::from_sec1_bytes(&point).map_err(|_| CryptoError::Failed)?;
        let secret = self.secret(key)?;
        let shared = p256::ecdh::diffie_hellman(secret.as_nonzero_scalar(), peer.as_affine());
        Ok((*shared.raw_secret_bytes()).into())
    }

    fn sha256(&mut self, parts: &[&[u8]]) -> [u8; 32] {
        Sha256::digest(parts.concat()).into()
    }

    fn hmac(&mut self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(&parts.concat());
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
        assert!(rest.is_empty());
        match way {
            Way::Encrypt => cbc::Encryptor::<Aes256>::new(&Array(*key), &Array(*iv)).encrypt_blocks(blocks),
            Way::Decrypt => cbc::Decryptor::<Aes256>::new(&Array(*key), &Array(*iv)).decrypt_blocks(blocks),
        }
        Ok(())
    }
}

impl Store for Bench {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        let Some(record) = self.records.get(&key) else { return Ok(None) };
        let rest = record.get(offset..).unwrap_or_default();
        let fitting = rest.len().min(out.len());
        out[..fitting].copy_from_slice(&rest[..fitting]);
        Ok(Some(record.len()))
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let index = self.commits;
        self.commits += 1;
        let fault = self.fault.filter(|(at, _)| *at == index).map(|(_, fault)| fault);
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
        if fault == Some(Fault::After) { Err(StoreError::Failed) } else { Ok(()) }
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        let from = after.map_or(0, |key| key.0 + 1);
        Ok(self.records.range(RecordKey(from)..).next().map(|(key, _)| *key))
    }
}

const PAD: u8 = 0xa5;

/// A COSE_Key.
fn write_public(key: &SigningKey, public: &mut [u8]) -> Result<usize, CryptoError> {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    let parts: [&[u8]; 4] = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20], x, &[0x22, 0x58, 0x20], y];
    let encoded = parts.concat();
    public.get_mut(..encoded.len()).ok_or(CryptoError::TooSmall)?.copy_from_slice(&encoded);
    Ok(encoded.len())
}
