//! The journal's body: sealed batches, each followed by the place of its acknowledgement.
//!
//! `length 4 ‖ nonce 12 ‖ sealed batch ‖ tag 16 ‖ acknowledgement 16`, AES-256-GCM with the length and the batch's place in the
//! file as associated data: a batch that was moved, or follows on a gap, does not verify.
//!
//! The acknowledgement is zero at first. Once the batch is durable, the place is overwritten with a MAC of its own offset.
//! This is how a torn tail is told from damage: a batch that does not verify and is followed by no acknowledgement was never
//! reported as stored, and is cut off. One that was acknowledged, or is followed by others that were, has been whole, and its
//! loss is an error. (Damage that also takes the last acknowledgement of the file looks like a torn tail; so does a file that
//! was cut.)

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::seal::keyed;

const LENGTH: usize = 4;
const TAG: usize = 16;
/// The length of an acknowledgement, bytes.
pub(crate) const ACK: usize = 16;

/// The keys of one journal.
pub(crate) struct Cipher {
    batches: LessSafeKey,
    acknowledgements: Hmac<Sha256>,
}

/// A batch that was read.
pub(crate) struct Frame {
    /// The batch.
    pub(crate) batch: Zeroizing<Vec<u8>>,
    /// Where its acknowledgement lies.
    pub(crate) ack_at: usize,
}

impl Cipher {
    /// The keys that follow from a journal's data key.
    pub(crate) fn new(data_key: &[u8; 32]) -> Option<Self> {
        let part = |label: &[u8]| -> Zeroizing<[u8; 32]> {
            let mut mac = keyed(data_key);
            mac.update(label);
            Zeroizing::new(mac.finalize().into_bytes().into())
        };
        Some(Self {
            batches: aes_256_gcm(&part(b"AnyKey journal: batches"))?,
            acknowledgements: keyed(&part(b"AnyKey journal: acknowledgements")),
        })
    }

    /// Seals a batch for the place `at` in the file: the frame, with an acknowledgement of zeros.
    pub(crate) fn seal(&self, at: usize, batch: &[u8]) -> Option<Vec<u8>> {
        let length = u32::try_from(batch.len()).ok()?.to_be_bytes();
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut frame = Vec::with_capacity(LENGTH + NONCE_LEN + batch.len() + TAG + ACK);
        frame.extend_from_slice(&length);
        frame.extend_from_slice(&nonce);
        frame.extend_from_slice(batch);
        let (_, plain) = frame.split_at_mut_checked(LENGTH + NONCE_LEN)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.batches.seal_in_place_separate_tag(nonce, bound(at, length), plain).ok()?;
        frame.extend_from_slice(tag.as_ref());
        frame.extend_from_slice(&[0; ACK]);
        Some(frame)
    }

    /// The acknowledgement that belongs to the place `at`.
    pub(crate) fn acknowledgement(&self, at: usize) -> [u8; ACK] {
        let mut mac = self.acknowledgements.clone();
        mac.update(&place(at));
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; ACK];
        short.copy_from_slice(&full[..ACK]);
        short
    }

    /// The batch at the place `at`; `None` if there is no whole one.
    pub(crate) fn open(&self, file: &[u8], at: usize) -> Option<Frame> {
        let (length, rest) = file.get(at..)?.split_first_chunk::<LENGTH>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
        let plain = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let sealed = rest.get(..plain.checked_add(TAG)?)?;
        let mut batch = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.batches.open_in_place(nonce, bound(at, *length), &mut batch).ok()?;
        batch.truncate(plain);
        Some(Frame { batch, ack_at: at + LENGTH + NONCE_LEN + plain + TAG })
    }

    /// Whether the place `at` is acknowledged.
    pub(crate) fn is_acknowledged(&self, file: &[u8], at: usize) -> bool {
        let held = at.checked_add(ACK).and_then(|end| file.get(at..end));
        held.is_some_and(|held| bool::from(held.ct_eq(&self.acknowledgement(at))))
    }

    /// Whether anything from `from` on was acknowledged.
    pub(crate) fn acknowledged_after(&self, file: &[u8], from: usize) -> bool {
        (from..file.len()).any(|at| self.is_acknowledged(file, at))
    }
}

/// A key of AES-256-GCM.
pub(crate) fn aes_256_gcm(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// What a batch is bound to: its place and its length.
fn bound(at: usize, length: [u8; LENGTH]) -> Aad<[u8; 12]> {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&place(at));
    bytes[8..].copy_from_slice(&length);
    Aad::from(bytes)
}

/// An offset as 8 bytes, big endian.
fn place(at: usize) -> [u8; 8] {
    u64::try_from(at).unwrap_or(u64::MAX).to_be_bytes()
}
