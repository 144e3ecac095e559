//! Wrapping of a 32-byte secret into 48 bytes: deterministic authenticated encryption in the manner of SIV
//! ([RFC 5297](https://www.rfc-editor.org/rfc/rfc5297) has the idea; the primitives here are HMAC-SHA-256 and AES-256-CBC).
//!
//! The tag is a MAC of the secret and serves as the initialisation vector; on the way back it is computed again and compared.
//! Equal secrets give equal blobs, which tells nobody anything: the secrets are random keys. With the 16-byte MAC that the
//! authenticator adds, a blob fills a 64-byte U2F key handle exactly, which leaves no room for a nonce.

use aes::Aes256;
use authenticator::platform::{CryptoError, KeyBlob};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Length of the tag, bytes.
const TAG: usize = 16;

/// Length of a wrapped secret, bytes.
pub(crate) const WRAPPED: usize = TAG + 32;

/// What a sealed secret is for. It is part of the tag, not of the blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A P-256 scalar.
    P256,
    /// An Ed25519 seed.
    Ed25519,
}

impl Use {
    fn label(self) -> &'static [u8] {
        match self {
            Self::P256 => b"P-256",
            Self::Ed25519 => b"Ed25519",
        }
    }
}

/// Prepared sealing keys of one platform.
pub(crate) struct Seal {
    mac: Hmac<Sha256>,
    cipher: Aes256,
}

impl Seal {
    /// Derives the two keys from `key`.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let part = |label: &[u8]| -> Zeroizing<[u8; 32]> {
            let mut mac = keyed(key);
            mac.update(label);
            Zeroizing::new(mac.finalize().into_bytes().into())
        };
        let cipher = Aes256::new(&Array(*part(b"AnyKey seal: cipher")));
        Self { mac: keyed(&part(b"AnyKey seal: tag")), cipher }
    }

    fn tag(&self, purpose: Use, secret: &[u8; 32]) -> [u8; TAG] {
        let mut mac = self.mac.clone();
        // The label binds the blob to its use: no secret serves two algorithms.
        mac.update(purpose.label());
        mac.update(secret);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }

    /// Seals `secret`.
    pub(crate) fn wrap(&self, purpose: Use, secret: &[u8; 32]) -> Result<KeyBlob, CryptoError> {
        let tag = self.tag(purpose, secret);
        let mut bytes = Zeroizing::new([0; WRAPPED]);
        bytes[..TAG].copy_from_slice(&tag);
        bytes[TAG..].copy_from_slice(secret);
        let mut cbc = cbc::Encryptor::<&Aes256>::inner_iv_init(&self.cipher, &Array(tag));
        let (blocks, _) = Array::slice_as_chunks_mut(&mut bytes[TAG..]);
        cbc.encrypt_blocks(blocks);
        KeyBlob::new(&*bytes).ok_or(CryptoError::Failed)
    }

    /// Opens what [`wrap`](Self::wrap) sealed; [`CryptoError::BadKey`] for anything else.
    pub(crate) fn unwrap(&self, blob: &KeyBlob) -> Result<(Use, Zeroizing<[u8; 32]>), CryptoError> {
        let bytes: &[u8; WRAPPED] = blob.as_bytes().try_into().map_err(|_| CryptoError::BadKey)?;
        let mut tag = [0; TAG];
        tag.copy_from_slice(&bytes[..TAG]);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&bytes[TAG..]);
        let mut cbc = cbc::Decryptor::<&Aes256>::inner_iv_init(&self.cipher, &Array(tag));
        let (blocks, _) = Array::slice_as_chunks_mut(&mut secret[..]);
        cbc.decrypt_blocks(blocks);
        let purpose = [Use::P256, Use::Ed25519]
            .into_iter()
            .find(|purpose| bool::from(self.tag(*purpose, &secret).ct_eq(&tag)))
            .ok_or(CryptoError::BadKey)?;
        Ok((purpose, secret))
    }
}

/// HMAC-SHA-256 with a 32-byte key, which is shorter than a block and so taken as it is.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Array::default();
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new(&block)
}
