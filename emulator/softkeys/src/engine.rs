//! What differs between the platforms: where randomness comes from, and who does the curve.

use authenticator::platform::{CryptoError, P256Point};
use zeroize::Zeroizing;

use crate::key::RsaKey;

/// One implementation of randomness and P-256. Wrapping, storing, the other signatures and the symmetric primitives are
/// common: see [`Host`](crate::Host).
pub trait Engine {
    /// A private P-256 key ready for use.
    type Key: Send;

    /// Fills `out` with random bytes.
    fn fill(&mut self, out: &mut [u8]);

    /// Twelve random bytes for the name of a stored key.
    fn nonce(&mut self) -> [u8; 12];

    /// A new P-256 key.
    fn generate(&mut self) -> Result<Self::Key, CryptoError>;

    /// The seed of a new Ed25519 key.
    fn ed25519_seed(&mut self) -> Zeroizing<[u8; 32]>;

    /// A new RSA-2048 key.
    fn rsa(&mut self) -> Result<RsaKey, CryptoError>;

    /// Makes a P-256 scalar, 32 bytes big endian, ready for use. [`CryptoError::BadKey`] if it is zero or not below the order.
    fn load(&self, secret: &[u8; 32]) -> Result<Self::Key, CryptoError>;

    /// The scalar, 32 bytes big endian.
    fn secret(&self, key: &Self::Key) -> Result<Zeroizing<[u8; 32]>, CryptoError>;

    /// The public point, uncompressed: `04 || x || y`.
    fn public(&self, key: &Self::Key) -> Result<[u8; 65], CryptoError>;

    /// ECDSA with SHA-256 over `message`; writes the DER signature to `out`, returns its length.
    fn sign(&self, key: &Self::Key, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError>;

    /// ECDH; returns the x coordinate. [`CryptoError::Failed`] if `peer` is not on the curve.
    fn agree(&self, key: &Self::Key, peer: &P256Point) -> Result<[u8; 32], CryptoError>;
}

/// `04 || x || y`.
pub(crate) fn uncompressed(point: &P256Point) -> [u8; 65] {
    let mut bytes = [4; 65];
    bytes[1..33].copy_from_slice(&point.x);
    bytes[33..].copy_from_slice(&point.y);
    bytes
}

/// Copies a signature out; returns its length.
pub(crate) fn put(signature: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    out.get_mut(..signature.len()).ok_or(CryptoError::TooSmall)?.copy_from_slice(signature);
    Ok(signature.len())
}
