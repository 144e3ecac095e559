#![allow(clippy::unwrap_used)]

//! Against vectors made with another implementation (Python's `cryptography`): z = 00..1f, plain text = 64..a3, IV = 00..0f;
//! the private scalars 11..11 and 22..22.

use super::*;
use crate::random::Repeatable;

/// Gives these bytes again and again.
struct Fixed(&'static [u8]);

impl Random for Fixed {
    fn fill(&mut self, out: &mut [u8]) {
        for (byte, given) in out.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *given;
        }
    }
}

const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn secret(protocol: PinUvAuthProtocol) -> SharedSecret {
    SharedSecret::derive(protocol, &(0..32).collect::<Vec<u8>>())
}

fn plain() -> Vec<u8> {
    (100..164).collect()
}

#[test]
fn encrypts_decrypts_and_authenticates_as_others_do() {
    let vectors = [
        (
            PinUvAuthProtocol::One,
            "355d87e9e84b71a1181737dd6fee0baf3a6f31eb3c41466ac1c59da99a55ef7d15ea94e002bb0ca425b937dc0239690e124cc7799f60494580d62a9f0776a79a",
            "1be3e291ad06b9a9d8af413bae0f4731",
        ),
        (
            PinUvAuthProtocol::Two,
            "000102030405060708090a0b0c0d0e0f8c0a7dfa40af1d67ae1c9072cc8071c71037292687194ef39150d75bfa3b2642685066aec1d264635615a9484d674a7231d5558ba7fa44198e339015ec4c8d0b",
            "ee6442fdba1a206c0dddfb2a7d9c36d4070b62524c0786d194cc07223a13c9fb",
        ),
    ];
    for (protocol, cipher, mac) in vectors {
        let secret = secret(protocol);
        assert_eq!(hex::encode(secret.encrypt(&plain(), &mut Fixed(&IV))), cipher, "{protocol:?}");
        let opened = secret.decrypt(&hex::decode(cipher).unwrap()).unwrap();
        assert_eq!(*opened, plain(), "{protocol:?}");
        assert_eq!(hex::encode(secret.authenticate(&[&plain()[..7], &plain()[7..]])), mac, "{protocol:?}");
    }
}

#[test]
fn agrees_with_the_other_side() {
    let other = PublicKey::P256 {
        alg: Alg::ECDH_ES_HKDF_256,
        x: &hex::decode("d65a93977caa3d1b081852ff57a79e465f1660577304baead505dd3a48589cf3")
            .unwrap()
            .try_into()
            .unwrap(),
        y: &hex::decode("50185e895372df6221ea3a137557e473fddb6755f05bd507c3c533fce9c91285")
            .unwrap()
            .try_into()
            .unwrap(),
    };
    let mut peer = [0; P256_LEN + 1];
    let length = other.encode(&mut peer).unwrap();
    let made = encapsulate(PinUvAuthProtocol::One, &peer[..length], &mut Fixed(&[0x11])).unwrap();
    let Ok(PublicKey::P256 { alg, x, y }) = PublicKey::decode(&made.key_agreement) else { panic!() };
    assert_eq!(alg, Alg::ECDH_ES_HKDF_256);
    assert_eq!(hex::encode(x), "0217e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b80282d4ed");
    assert_eq!(hex::encode(y), "194a7debcb97712d2dda3ca85aa8765a56f45fc758599652f2897c65306e5794");
    assert_eq!(hex::encode(made.secret.authenticate(&[b"message"])), "6d75b5bba87dd047f9c7897424f3be6a");
}

#[test]
fn refuses_what_is_no_key_and_no_cipher_text() {
    let off = PublicKey::P256 { alg: Alg::ECDH_ES_HKDF_256, x: &[1; 32], y: &[1; 32] };
    let mut peer = [0; P256_LEN + 1];
    let length = off.encode(&mut peer).unwrap();
    let mut random = Repeatable::new([1; 32]);
    assert!(encapsulate(PinUvAuthProtocol::Two, &peer[..length], &mut random).is_err());
    assert!(encapsulate(PinUvAuthProtocol::Two, &[0xa0], &mut random).is_err());
    assert!(encapsulate(PinUvAuthProtocol::Two, &peer[..length], &mut Fixed(&[0])).is_err(), "no scalar");
    for protocol in [PinUvAuthProtocol::One, PinUvAuthProtocol::Two] {
        assert!(secret(protocol).decrypt(&[1; 33]).is_none());
    }
    assert!(secret(PinUvAuthProtocol::Two).decrypt(&[1; 15]).is_none());
}

#[test]
fn the_better_protocol_is_chosen() {
    for (numbers, best) in [
        (&[][..], None),
        (&[1], Some(PinUvAuthProtocol::One)),
        (&[1, 2], Some(PinUvAuthProtocol::Two)),
        (&[2, 1], Some(PinUvAuthProtocol::Two)),
        (&[3], None),
    ] {
        assert_eq!(PinUvAuthProtocol::best(numbers), best);
    }
}
