//! EdDSA and RS256 beside ES256.

use std::collections::BTreeSet;

use authenticator::platform::{Alg, Crypto, CryptoError, Keep, KeyBlob, P256Point};
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};

use super::sign;
use crate::{Fast, MemoryStore, RsaPool, Seeded};

fn each(test: impl Fn(&mut dyn Crypto)) {
    test(&mut Fast::new());
    test(&mut Seeded::from_seed([7; 32]));
}

/// A new key: its blob and its COSE_Key.
fn make(platform: &mut dyn Crypto, alg: Alg, keep: Keep) -> (KeyBlob, Vec<u8>) {
    let mut cose = [0; 300];
    let (blob, length) = platform.generate(alg, keep, &mut cose).unwrap();
    (blob, cose[..length].to_vec())
}

fn ed25519_verifies(cose: &[u8], message: &[u8], signature: &[u8]) -> bool {
    assert_eq!(cose[..10], [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20]);
    UnparsedPublicKey::new(&ED25519, &cose[10..]).verify(message, signature).is_ok()
}

fn rsa_verifies(cose: &[u8], message: &[u8], signature: &[u8]) -> bool {
    assert_eq!(cose[..11], [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00]);
    let (n, e) = cose[11..].split_at(256);
    assert_eq!(e, [0x21, 0x43, 0x01, 0x00, 0x01]);
    let key = RsaPublicKeyComponents { n, e: &e[2..] };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
}

/// RFC 8032, section 7.1, TEST 2.
#[test]
fn rfc_8032_vector() {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let seed: [u8; 32] =
        bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").try_into().unwrap();
    let expected = bytes(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let key = platform.import(Alg::EDDSA, &seed, keep).unwrap();
            assert_eq!(sign(platform, &key, &[0x72]), expected);
        }
    });
}

#[test]
fn eddsa_keys_sign_for_their_point() {
    each(|platform| {
        for keep in [Keep::Wrapped, Keep::Stored] {
            let (blob, cose) = make(platform, Alg::EDDSA, keep);
            assert_eq!(blob.as_bytes().len(), if keep == Keep::Wrapped { 48 } else { 16 });
            let signature = sign(platform, &blob, b"message");
            assert!(ed25519_verifies(&cose, b"message", &signature));
            assert!(!ed25519_verifies(&cose, b"another", &signature));
        }
    });
}

#[test]
fn rs256_keys_are_stored_and_sign_for_their_modulus() {
    each(|platform| {
        let (blob, cose) = make(platform, Alg::RS256, Keep::Stored);
        assert_eq!((blob.as_bytes().len(), cose.len()), (16, 272));
        let signature = sign(platform, &blob, b"message");
        assert!(rsa_verifies(&cose, b"message", &signature));
        assert!(!rsa_verifies(&cose, b"another", &signature));
        platform.destroy(&blob).unwrap();
        assert_eq!(platform.sign(&blob, b"", &mut [0; 256]), Err(CryptoError::BadKey));
        let wrapped = platform.generate(Alg::RS256, Keep::Wrapped, &mut [0; 300]);
        assert_eq!(wrapped, Err(CryptoError::Unsupported));
        assert_eq!(platform.import(Alg::RS256, &[1; 32], Keep::Stored), Err(CryptoError::BadKey));
    });
}

#[test]
fn a_sealed_secret_serves_one_algorithm() {
    each(|platform| {
        let secret = [3; 32];
        let p256 = platform.import(Alg::ES256, &secret, Keep::Wrapped).unwrap();
        let ed25519 = platform.import(Alg::EDDSA, &secret, Keep::Wrapped).unwrap();
        assert_ne!(p256, ed25519);
        assert_eq!(sign(platform, &ed25519, b"m").len(), 64);
        assert_eq!(sign(platform, &p256, b"m")[0], 0x30, "DER");
        for at in 0..48 {
            let mut bytes = ed25519.as_bytes().to_vec();
            bytes[at] ^= 1;
            let odd = KeyBlob::new(&bytes).unwrap();
            assert_eq!(platform.sign(&odd, b"", &mut [0; 80]), Err(CryptoError::BadKey));
        }
    });
}

#[test]
fn only_p256_agrees() {
    let peer = P256Point { x: [1; 32], y: [2; 32] };
    each(|platform| {
        for alg in [Alg::EDDSA, Alg::RS256] {
            let (blob, _) = make(platform, alg, Keep::Stored);
            assert_eq!(platform.agree(&blob, &peer), Err(CryptoError::Unsupported));
        }
    });
}

#[test]
fn short_buffers_are_refused_before_a_key_is_made() {
    let mut platform = Seeded::from_seed([7; 32]);
    for (alg, length) in [(Alg::EDDSA, 42), (Alg::RS256, 272)] {
        let mut short = vec![0; length - 1];
        assert_eq!(platform.generate(alg, Keep::Stored, &mut short), Err(CryptoError::TooSmall));
        let (blob, cose) = make(&mut platform, alg, Keep::Stored);
        assert_eq!(make(&mut Seeded::from_seed([7; 32]), alg, Keep::Stored).1, cose, "nothing was drawn");
        assert_eq!(platform.sign(&blob, b"", &mut [0; 63]), Err(CryptoError::TooSmall));
    }
}

#[test]
fn seeded_keys_repeat() {
    let history = |seed| {
        let mut platform = Seeded::from_seed([seed; 32]);
        [Alg::EDDSA, Alg::RS256, Alg::ES256].map(|alg| {
            let (blob, cose) = make(&mut platform, alg, Keep::Stored);
            (cose, sign(&mut platform, &blob, b"message"))
        })
    };
    assert_eq!(history(1), history(1));
    assert_ne!(history(1), history(2));
}

#[test]
fn rsa_keys_of_neighbours_differ() {
    let mut seen = BTreeSet::new();
    for neighbour in 0..4 {
        let mut platform = Seeded::from_seed([1; 32]).with_rsa_from(4 * neighbour);
        for _ in 0..4 {
            assert!(seen.insert(make(&mut platform, Alg::RS256, Keep::Stored).1));
        }
    }
    assert_eq!(seen.len(), crate::test_keys::COUNT);
}

#[test]
fn a_pool_gives_each_key_once_and_makes_more_when_it_is_empty() {
    let pool = RsaPool::new();
    pool.fill(2).unwrap();
    assert_eq!((pool.len(), pool.is_empty()), (2, false));
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let mut platform = Fast::over(MemoryStore::new()).with_rsa(pool.clone());
        let (blob, cose) = make(&mut platform, Alg::RS256, Keep::Stored);
        assert!(rsa_verifies(&cose, b"m", &sign(&mut platform, &blob, b"m")));
        assert!(seen.insert(cose));
    }
    assert!(pool.is_empty());
    assert_eq!(format!("{pool:?}"), "RsaPool { keys: 0 }");
}
