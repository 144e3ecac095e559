#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod algorithms;
mod certificates;
mod keys;
mod records;
mod supplied;
mod symmetric;

use authenticator::platform::{Alg, Crypto, Keep, KeyBlob};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

/// A new key: its blob and its public point, uncompressed.
fn key(platform: &mut dyn Crypto, keep: Keep) -> (KeyBlob, [u8; 65]) {
    let mut cose = [0; 128];
    let (blob, len) = platform.generate(Alg::ES256, keep, &mut cose).unwrap();
    (blob, point(&cose[..len]))
}

/// The point of a COSE_Key, read by its fixed places.
pub(crate) fn point(cose: &[u8]) -> [u8; 65] {
    assert_eq!(cose.len(), 77);
    let mut point = [4; 65];
    point[1..33].copy_from_slice(&cose[10..42]);
    point[33..].copy_from_slice(&cose[45..]);
    point
}

fn sign(platform: &mut dyn Crypto, key: &KeyBlob, message: &[u8]) -> Vec<u8> {
    let mut out = [0; 256];
    let len = platform.sign(key, message, &mut out).unwrap();
    out[..len].to_vec()
}

/// aws-lc-rs as the stranger that judges the signatures of both platforms.
pub(crate) fn verifies(point: &[u8; 65], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
}
