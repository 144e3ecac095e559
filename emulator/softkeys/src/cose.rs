//! COSE_Keys as authenticator data carries them: the canonical bytes, written from fixed parts.

use authenticator::platform::CryptoError;

/// Up to and with the head of x: map(5), kty: EC2, alg: ES256, crv: P-256, x: bytes(32)
/// ([RFC 9053, section 7.1.1](https://www.rfc-editor.org/rfc/rfc9053#section-7.1.1)).
const BEFORE_X: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];

/// The head of y: bytes(32).
const BEFORE_Y: [u8; 3] = [0x22, 0x58, 0x20];

/// The length of a P-256 key, bytes.
pub(crate) const P256_LEN: usize = BEFORE_X.len() + 32 + BEFORE_Y.len() + 32;

/// map(4), kty: OKP, alg: EdDSA, crv: Ed25519, x: bytes(32)
/// ([RFC 9053, section 7.2](https://www.rfc-editor.org/rfc/rfc9053#section-7.2)).
const BEFORE_POINT: [u8; 10] = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];

/// The length of an Ed25519 key, bytes.
pub(crate) const ED25519_LEN: usize = BEFORE_POINT.len() + 32;

/// map(4), kty: RSA, alg: RS256, n: bytes(256) ([RFC 8230, section 4](https://www.rfc-editor.org/rfc/rfc8230#section-4)).
const BEFORE_N: [u8; 11] = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00];

/// e: bytes(3) 65537.
const E: [u8; 5] = [0x21, 0x43, 0x01, 0x00, 0x01];

/// The length of an RSA-2048 key, bytes.
pub(crate) const RSA_2048_LEN: usize = BEFORE_N.len() + 256 + E.len();

/// RSAPublicKey of an RSA-2048 key in DER, up to n: SEQUENCE, INTEGER of 257 bytes, the first of them 0
/// ([RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).
const DER_BEFORE_N: [u8; 9] = [0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];

/// INTEGER 65537.
const DER_E: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// Writes the COSE_Key of an uncompressed point (`04 || x || y`) to `out`; returns [`P256_LEN`].
pub(crate) fn write_p256(point: &[u8; 65], out: &mut [u8]) -> Result<usize, CryptoError> {
    let (x, y) = point[1..].split_at(32);
    write(&[&BEFORE_X, x, &BEFORE_Y, y], out)
}

/// Writes the COSE_Key of an Ed25519 point (32 bytes) to `out`; returns [`ED25519_LEN`].
pub(crate) fn write_ed25519(point: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    write(&[&BEFORE_POINT, point], out)
}

/// Writes the COSE_Key of an RSAPublicKey in DER to `out`; returns [`RSA_2048_LEN`]. [`CryptoError::Unsupported`] for another
/// size or exponent than 2048 bits and 65537.
pub(crate) fn write_rsa(der: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let n = der.strip_prefix(&DER_BEFORE_N).and_then(|rest| rest.strip_suffix(&DER_E));
    let n = n.filter(|n| n.len() == 256).ok_or(CryptoError::Unsupported)?;
    write(&[&BEFORE_N, n, &E], out)
}

fn write(parts: &[&[u8]], out: &mut [u8]) -> Result<usize, CryptoError> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut rest = out.get_mut(..length).ok_or(CryptoError::TooSmall)?;
    for part in parts {
        let (head, tail) = rest.split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
    }
    Ok(length)
}
