//! The journal's head: what it is, which version, how it is unlocked, and its data key, sealed.
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 8 | `AnyKey` and two zeros |
//! | 8 | 4 | version of the format |
//! | 12 | 4 | the first 4 bytes of the SHA-256 of the former; so far every version is to agree |
//! | 16 | 4 | 1: key file, 2: passphrase by Argon2id |
//! | 20 | 12 | Argon2id's memory (KiB), passes and lanes, 4 bytes each; zero for a key file |
//! | 32 | 16 | Argon2id's salt; zero for a key file |
//! | 48 | 12 | nonce |
//! | 60 | 48 | the data key, sealed by AES-256-GCM with all of the above as associated data |
//! | 108 | 20 | the first 20 bytes of the SHA-256 of all of the above |
//!
//! The two sums are there to tell damage from a wrong passphrase, and from a newer version. Each journal has a data key of its
//! own: nonces never have to be remembered.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use rand::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::journal::aes_256_gcm;
use super::unlock::{Kdf, MasterKey, Method};

/// The version that is written, and the only one that is read.
pub(crate) const VERSION: u32 = 1;

/// The length of the head, bytes.
pub(crate) const HEADER: usize = 128;

const MAGIC: [u8; 8] = *b"AnyKey\0\0";
const SUM_OF_VERSION: usize = 12;
const NONCE: usize = 48;
const SEALED: usize = 60;
const SUM: usize = 108;
const KEY_FILE: u32 = 1;
const PASSPHRASE: u32 = 2;

/// Why a head is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not whole, or no head.
    Damaged,
    /// It is of another version.
    Version(u32),
}

/// A head that was read, not yet unlocked.
pub(crate) struct Header<'a> {
    bytes: &'a [u8; HEADER],
    /// How it is unlocked.
    pub(crate) method: Method,
}

/// Makes a head with a new data key, which it returns too.
pub(crate) fn fresh(method: &Method, master: &MasterKey) -> Option<([u8; HEADER], Zeroizing<[u8; 32]>)> {
    let mut data_key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *data_key);
    let nonce: [u8; NONCE_LEN] = rand::random();
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_be_bytes());
    let sum = Sha256::digest(&bytes[..SUM_OF_VERSION]);
    bytes[SUM_OF_VERSION..16].copy_from_slice(&sum[..4]);
    match method {
        Method::KeyFile => bytes[16..20].copy_from_slice(&KEY_FILE.to_be_bytes()),
        Method::Passphrase(kdf) => {
            let numbers = [PASSPHRASE, kdf.memory, kdf.passes, kdf.lanes];
            bytes[16..32].copy_from_slice(numbers.map(u32::to_be_bytes).as_flattened());
            bytes[32..NONCE].copy_from_slice(&kdf.salt);
        }
    }
    bytes[NONCE..SEALED].copy_from_slice(&nonce);
    let mut sealed = Zeroizing::new(*data_key);
    let tag = aes_256_gcm(master.bytes())?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(&bytes[..SEALED]),
            &mut *sealed,
        )
        .ok()?;
    bytes[SEALED..SEALED + 32].copy_from_slice(&*sealed);
    bytes[SEALED + 32..SUM].copy_from_slice(tag.as_ref());
    let sum = Sha256::digest(&bytes[..SUM]);
    bytes[SUM..].copy_from_slice(&sum[..HEADER - SUM]);
    Some((bytes, data_key))
}

impl<'a> Header<'a> {
    /// Reads the head of a file.
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, Unreadable> {
        let start = file.first_chunk::<16>().ok_or(Unreadable::Damaged)?;
        let sum = Sha256::digest(&start[..SUM_OF_VERSION]);
        if start[..8] != MAGIC || start[SUM_OF_VERSION..] != sum[..4] {
            return Err(Unreadable::Damaged);
        }
        let version = number(start, 8);
        if version != VERSION {
            return Err(Unreadable::Version(version));
        }
        let bytes = file.first_chunk::<HEADER>().ok_or(Unreadable::Damaged)?;
        if bytes[SUM..] != Sha256::digest(&bytes[..SUM])[..HEADER - SUM] {
            return Err(Unreadable::Damaged);
        }
        let method = match number(bytes, 16) {
            KEY_FILE => Method::KeyFile,
            PASSPHRASE => {
                let mut salt = [0; 16];
                salt.copy_from_slice(&bytes[32..NONCE]);
                let (memory, passes, lanes) = (number(bytes, 20), number(bytes, 24), number(bytes, 28));
                Method::Passphrase(Kdf { memory, passes, lanes, salt })
            }
            _ => return Err(Unreadable::Damaged),
        };
        Ok(Self { bytes, method })
    }

    /// The data key; `None` if this is not the master key that sealed it.
    pub(crate) fn unlock(&self, master: &MasterKey) -> Option<Zeroizing<[u8; 32]>> {
        let nonce = Nonce::try_assume_unique_for_key(&self.bytes[NONCE..SEALED]).ok()?;
        let mut sealed = Zeroizing::new([0; SUM - SEALED]);
        sealed.copy_from_slice(&self.bytes[SEALED..SUM]);
        let opened = aes_256_gcm(master.bytes())?
            .open_in_place(nonce, Aad::from(&self.bytes[..SEALED]), &mut sealed[..])
            .ok()?;
        let mut data_key = Zeroizing::new([0; 32]);
        data_key.copy_from_slice(opened);
        Some(data_key)
    }
}

/// The big-endian number at a place that the head has.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
