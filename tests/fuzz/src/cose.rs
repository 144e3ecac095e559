//! COSE keys, and what becomes of them in certificates.

use webauthn::key::{Curve, PublicKey as Key, Scheme};
use wire::cbor;
use wire::cose::PublicKey;
use x509_cert::der::{Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::twin;

/// A key that is read is the same when it is written, and the same in a certificate.
pub fn key(data: &[u8]) {
    spki(data);
    let Ok(key) = PublicKey::decode(data) else { return };
    let mut room = vec![0; data.len() + 8];
    let len = key.encode(&mut room).expect("what was read is not longer when it is written");
    let written = &room[..len];
    match PublicKey::decode(written) {
        // Such a key is kept as it is.
        Ok(PublicKey::Other { alg, raw }) => assert_eq!((alg, raw), (key.alg(), data)),
        again => assert_eq!(again, Ok(key)),
    }
    if cbor::check_exact(data).is_ok() && len == data.len() {
        assert_eq!(twin::hex(written), twin::hex(data));
    }
    assert!(key.encode(&mut vec![0; len - 1]).is_err());

    let Ok(key) = Key::from_cose(&key) else { return };
    let usable = key.is_usable();
    let der = key.to_spki();
    let parsed = SubjectPublicKeyInfoOwned::from_der(&der).expect("a SubjectPublicKeyInfo");
    assert_eq!(parsed.to_der().as_deref(), Ok(&der[..]), "DER has one form");
    assert_eq!(Key::from_spki(&parsed), Ok(key.clone()));
    // A signature that was never made, with whatever key.
    let signature = data.get(..64).unwrap_or(data);
    for scheme in [Scheme::EcdsaSha256, Scheme::Ed25519, Scheme::RsaSha256] {
        assert!(!key.verify(scheme, b"never signed", signature) || weak(&key), "usable: {usable}");
    }
}

/// Ed25519 points of small order and RSA exponents of 1 have signatures that verify anything.
fn weak(key: &Key) -> bool {
    !matches!(key, Key::Point(..))
}

/// Anything as SubjectPublicKeyInfo, and anything as a point.
fn spki(data: &[u8]) {
    if let Ok(parsed) = SubjectPublicKeyInfoOwned::from_der(data)
        && let Ok(key) = Key::from_spki(&parsed)
    {
        let _ = (key.is_usable(), key.verify(Scheme::EcdsaSha256, b"never signed", data));
        let _ = key.to_spki();
    }
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        if let Ok(key) = Key::point(curve, data) {
            let _ = key.is_usable();
        }
    }
}
