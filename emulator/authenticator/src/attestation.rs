//! The attestation key and its certificates: records of the store, put there at manufacture.

use wire::Status;
use wire::cose::{Alg, PublicKey};

use crate::command::PUBLIC_KEY_MAX;
use crate::platform::{Change, KEY_BLOB_MAX, KeyBlob, Platform, StoreError};
use crate::record;

/// The most certificates of a chain.
pub const CHAIN_MAX: usize = record::CHAIN_MAX;

/// The longest chain, bytes of DER of all its certificates together.
pub const CHAIN_BYTES: usize = 4096;

/// Why an attestation could not be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionError {
    /// The chain has no certificate, or more than [`CHAIN_MAX`].
    ChainLength(usize),
    /// A certificate is empty.
    EmptyCertificate,
    /// The certificates have this many bytes together, which is more than [`CHAIN_BYTES`].
    ChainBytes(usize),
    /// What the store said; the former attestation is still there.
    Store(StoreError),
}

impl core::fmt::Display for ProvisionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::ChainLength(length) => {
                write!(f, "an attestation chain has 1 to {CHAIN_MAX} certificates, not {length}")
            }
            Self::EmptyCertificate => write!(f, "an attestation certificate is empty"),
            Self::ChainBytes(bytes) => {
                write!(f, "an attestation chain has at most {CHAIN_BYTES} bytes, not {bytes}")
            }
            Self::Store(StoreError::Full) => write!(f, "no room to store the attestation"),
            Self::Store(StoreError::Failed) => write!(f, "the store failed to take the attestation"),
        }
    }
}

impl core::error::Error for ProvisionError {}

/// Stores the attestation key (from [`Crypto::import`](crate::platform::Crypto::import)) and its certificates in DER, leaf
/// first, in one batch. Used by format `packed`, format `fido-u2f` and U2F registration. A reset leaves them.
///
/// # Errors
/// A chain that does not fit, or what the store said.
pub fn provision(platform: &mut dyn Platform, key: &KeyBlob, chain: &[&[u8]]) -> Result<(), ProvisionError> {
    if chain.is_empty() || chain.len() > CHAIN_MAX {
        return Err(ProvisionError::ChainLength(chain.len()));
    }
    if chain.iter().any(|one| one.is_empty()) {
        return Err(ProvisionError::EmptyCertificate);
    }
    let bytes = chain.iter().fold(0_usize, |sum, one| sum.saturating_add(one.len()));
    if bytes > CHAIN_BYTES {
        return Err(ProvisionError::ChainBytes(bytes));
    }
    let key = Change::Put { key: record::ATTESTATION_KEY, value: key.as_bytes() };
    let mut certificates = record::CHAIN.map(Change::Delete);
    for (change, (key, value)) in certificates.iter_mut().zip(record::CHAIN.into_iter().zip(chain)) {
        *change = Change::Put { key, value };
    }
    let [first, second, third, fourth] = certificates;
    platform.commit(&[key, first, second, third, fourth]).map_err(ProvisionError::Store)
}

/// Whether an attestation is stored: a key that is opened again needs no second one.
///
/// # Errors
/// What the store said.
pub fn is_provisioned(platform: &mut dyn Platform) -> Result<bool, StoreError> {
    Ok(platform.read(record::ATTESTATION_KEY, 0, &mut [])?.is_some())
}

/// The attestation key.
pub(crate) fn key(platform: &mut dyn Platform) -> Result<KeyBlob, Status> {
    let mut space = [0; KEY_BLOB_MAX];
    let length = platform.read(record::ATTESTATION_KEY, 0, &mut space)?.ok_or(Status::OTHER)?;
    space.get(..length).and_then(KeyBlob::new).ok_or(Status::OTHER)
}

/// The algorithm that the attestation key signs with.
pub(crate) fn alg(platform: &mut dyn Platform, key: &KeyBlob) -> Result<Alg, Status> {
    let mut space = [0; PUBLIC_KEY_MAX];
    let length = platform.public(key, &mut space)?;
    Ok(PublicKey::decode(space.get(..length).ok_or(Status::OTHER)?)?.alg())
}

/// The first `most` certificates, leaf first, read into `space`.
pub(crate) fn chain<'o>(
    platform: &mut dyn Platform,
    most: usize,
    space: &'o mut [u8; CHAIN_BYTES],
) -> Result<Chain<'o>, Status> {
    let mut chain = Chain { certificates: [&[]; CHAIN_MAX], length: 0 };
    let mut rest = space.as_mut_slice();
    for (place, key) in chain.certificates.iter_mut().zip(record::CHAIN).take(most) {
        let Some(length) = platform.read(key, 0, rest)? else { break };
        let (certificate, after) = rest.split_at_mut_checked(length).ok_or(Status::OTHER)?;
        *place = certificate;
        rest = after;
        chain.length = chain.length.saturating_add(1);
    }
    Ok(chain)
}

/// The certificates in memory.
pub(crate) struct Chain<'a> {
    certificates: [&'a [u8]; CHAIN_MAX],
    length: usize,
}

impl<'a> Chain<'a> {
    /// The certificates, leaf first; an error if there are none.
    pub(crate) fn certificates(&self) -> Result<&[&'a [u8]], Status> {
        self.certificates.get(..self.length).filter(|chain| !chain.is_empty()).ok_or(Status::OTHER)
    }
}
