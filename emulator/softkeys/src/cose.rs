//! The COSE_Key of a P-256 public key, as authenticator data carries it.

use authenticator::platform::CryptoError;

/// Up to and with the head of x: map(5), kty: EC2, alg: ES256, crv: P-256, x: bytes(32)
/// ([RFC 9053, section 7.1.1](https://www.rfc-editor.org/rfc/rfc9053#section-7.1.1)).
const BEFORE_X: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];

/// The head of y: bytes(32).
const BEFORE_Y: [u8; 3] = [0x22, 0x58, 0x20];

/// The length of the whole, bytes.
pub(crate) const P256_LEN: usize = BEFORE_X.len() + 32 + BEFORE_Y.len() + 32;

/// Writes the COSE_Key of an uncompressed point (`04 || x || y`) to `out`; returns [`P256_LEN`].
pub(crate) fn write_p256(point: &[u8; 65], out: &mut [u8]) -> Result<usize, CryptoError> {
    let out = out.get_mut(..P256_LEN).ok_or(CryptoError::TooSmall)?;
    let (x, y) = point[1..].split_at(32);
    let mut rest = out;
    for part in [&BEFORE_X[..], x, &BEFORE_Y[..], y] {
        let (head, tail) = rest.split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
    }
    Ok(P256_LEN)
}
