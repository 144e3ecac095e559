use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData, SigningKey as _};
use wire::cose;
use x509_cert::der::Decode;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::key::{Curve, PublicKey, Scheme};

#[test]
fn keys_of_every_kind_verify_and_survive_spki() {
    let algorithms = [
        (&PKCS_ECDSA_P384_SHA384, Scheme::EcdsaSha384),
        (&PKCS_ED25519, Scheme::Ed25519),
        (&PKCS_RSA_SHA256, Scheme::RsaSha256),
    ];
    for (algorithm, scheme) in algorithms {
        let pair = KeyPair::generate_for(algorithm).unwrap();
        let spki = pair.subject_public_key_info();
        let key = PublicKey::from_spki(&SubjectPublicKeyInfoOwned::from_der(&spki).unwrap()).unwrap();
        assert_eq!(key.to_spki(), spki, "{scheme:?}");
        assert!(key.is_usable());
        let signature = pair.sign(b"message").unwrap();
        assert!(key.verify(scheme, b"message", &signature), "{scheme:?}");
        assert!(!key.verify(scheme, b"massage", &signature), "{scheme:?}");
        assert!(!key.verify(Scheme::EcdsaSha256, b"message", &signature), "{scheme:?}");
    }
}

#[test]
fn a_cose_key_of_p256_becomes_its_spki() {
    let signing = SigningKey::from_slice(&[3; 32]).unwrap();
    let point = signing.verifying_key().to_sec1_point(false).as_bytes().to_vec();
    let (x, y) = (point[1..33].try_into().unwrap(), point[33..].try_into().unwrap());
    let key = PublicKey::from_cose(&cose::PublicKey::es256(x, y)).unwrap();
    assert_eq!(key, PublicKey::point(Curve::P256, &point).unwrap());
    let signature: Signature = signing.sign(b"m");
    assert!(key.verify(Scheme::EcdsaSha256, b"m", signature.to_der().as_bytes()));
    let spki = key.to_spki();
    // RFC 5480: id-ecPublicKey, secp256r1, and the point in a BIT STRING.
    let head = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    assert_eq!(spki, [head.as_slice(), &point].concat());
}

#[test]
fn rsa_numbers_become_pkcs1() {
    assert_eq!(
        PublicKey::rsa(&[0, 0x80, 1], &[1, 0, 1]),
        PublicKey::Rsa(vec![0x30, 10, 2, 3, 0, 0x80, 1, 2, 3, 1, 0, 1])
    );
    let long = PublicKey::rsa(&[0x7f; 256], &[3]);
    assert_eq!(&long.to_spki()[..4], [0x30, 0x82, 0x01, 0x1f]);
}

#[test]
fn keys_that_cannot_be_used_are_refused() {
    let off_curve = cose::PublicKey::es256(&[1; 32], &[1; 32]);
    assert!(!PublicKey::from_cose(&off_curve).unwrap().is_usable());
    let short = cose::PublicKey::Rsa { alg: wire::Alg::RS256, n: &[0xff; 64], e: &[1, 0, 1] };
    assert!(PublicKey::from_cose(&short).is_err());
    let x = [9; 32];
    let wrong = cose::PublicKey::Ed25519 { alg: wire::Alg::ES256, x: &x };
    assert!(PublicKey::from_cose(&wrong).unwrap_err().to_string().contains("does not go with"));
    assert!(PublicKey::coordinates(Curve::P256, &[1; 32], &[1; 31]).is_err());
    assert!(PublicKey::point(Curve::P384, &[4; 65]).is_err());
}
