use ciborium::Value;
use proptest::prelude::*;

use super::twin;
use crate::cose::{Alg, P256_LEN, PublicKey};
use crate::error::Why;

proptest! {
    #[test]
    fn keys_round_trip(alg: i32, x: [u8; 32], y: [u8; 32], n in proptest::collection::vec(any::<u8>(), 0..600)) {
        let bytes = |bytes: &[u8]| Some(Value::Bytes(bytes.to_vec()));
        let int = |value: i64| Some(Value::from(value));
        let cases = [
            (
                PublicKey::P256 { alg: Alg(alg), x: &x, y: &y },
                twin::ints([(1, int(2)), (3, int(alg.into())), (-1, int(1)), (-2, bytes(&x)), (-3, bytes(&y))]),
            ),
            (
                PublicKey::Ed25519 { alg: Alg(alg), x: &x },
                twin::ints([(1, int(1)), (3, int(alg.into())), (-1, int(6)), (-2, bytes(&x))]),
            ),
            (
                PublicKey::Rsa { alg: Alg(alg), n: &n, e: &[1, 0, 1] },
                twin::ints([(1, int(3)), (3, int(alg.into())), (-1, bytes(&n)), (-2, bytes(&[1, 0, 1]))]),
            ),
            (
                PublicKey::Akp { alg: Alg(alg), public: &n },
                twin::ints([(1, int(7)), (3, int(alg.into())), (-1, bytes(&n))]),
            ),
        ];
        for (key, expected) in cases {
            let mut out = [0; 700];
            let len = key.encode(&mut out).unwrap();
            twin::same(&out[..len], &expected, |bytes| PublicKey::decode(bytes) == Ok(key));
            prop_assert_eq!(key.alg(), Alg(alg));
            prop_assert!(key.encode(&mut out[..len - 1]).is_err());
        }
    }
}

#[test]
fn an_es256_key_has_its_known_form() {
    let mut out = [0; P256_LEN];
    assert_eq!(PublicKey::es256(&[1; 32], &[2; 32]).encode(&mut out), Ok(P256_LEN));
    assert_eq!(out[..10], [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
}

#[test]
fn other_keys_stay_as_they_are() {
    // kty EC2 with P-384, kty 9, an EC2 key without curve members.
    let bytes = twin::encode(&Value::Map(std::vec![
        (Value::from(1), Value::from(2)),
        (Value::from(3), Value::from(-35)),
        (Value::from(-1), Value::from(2)),
        (Value::from(-2), Value::Bytes(std::vec![0; 48])),
    ]));
    let key = PublicKey::decode(&bytes).unwrap();
    assert_eq!(key, PublicKey::Other { alg: Alg::ES384, raw: &bytes });
    let mut out = std::vec![0; bytes.len()];
    assert_eq!(key.encode(&mut out), Ok(bytes.len()));
    assert_eq!(out, bytes);
}

#[test]
fn errors_name_the_member() {
    let int = |value: i64| Some(Value::from(value));
    let bytes = |len| Some(Value::Bytes(std::vec![0; len]));
    let cases = [
        ([(1, None), (3, int(-7)), (-1, int(1)), (-2, bytes(32)), (-3, bytes(32))], "kty", None),
        ([(1, int(2)), (3, None), (-1, int(1)), (-2, bytes(32)), (-3, bytes(32))], "alg", None),
        ([(1, int(2)), (3, int(-7)), (-1, None), (-2, bytes(32)), (-3, bytes(32))], "crv", None),
        ([(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, None), (-3, bytes(32))], "x", None),
        ([(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(32)), (-3, None)], "y", None),
        ([(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(31)), (-3, bytes(32))], "x", Some(31)),
        ([(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(32)), (-3, bytes(33))], "y", Some(33)),
    ];
    for (members, member, length) in cases {
        let bytes = twin::encode(&twin::ints(members));
        let error = PublicKey::decode(&bytes).unwrap_err();
        assert_eq!(error.member, member);
        assert_eq!(error.why, length.map_or(Why::Missing, Why::Length));
    }
    let typed = twin::encode(&twin::ints([(1, int(2)), (3, bytes(1))]));
    assert_eq!(PublicKey::decode(&typed).unwrap_err().member, "alg");
}
