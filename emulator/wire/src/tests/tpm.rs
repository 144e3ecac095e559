//! TPM structures: made by hand after the TPM library's tables, round trips, truncation at every byte.

use proptest::collection::vec;
use proptest::prelude::*;
use std::vec::Vec;

use crate::Why;
use crate::tpm::{AlgId, Attest, Attested, CERTIFY, ClockInfo, CurveId, GENERATED, Key, PublicArea};

fn encoded(encode: impl FnOnce(&mut [u8]) -> Result<usize, crate::Overflow>) -> Vec<u8> {
    let mut out = std::vec![0; 2_000];
    let length = encode(&mut out).unwrap();
    out.truncate(length);
    out
}

#[test]
fn an_ecc_public_area_by_hand() {
    let area = PublicArea {
        name_alg: AlgId::SHA256,
        object_attributes: 0x0004_0000,
        auth_policy: &[],
        key: Key::Ecc { scheme: None, curve: CurveId::NIST_P256, x: &[1; 32], y: &[2; 32] },
    };
    let parts: [&[u8]; 9] = [
        &[0, 0x23, 0, 0x0b],
        &[0, 4, 0, 0],
        &[0, 0],
        &[0, 0x10, 0, 0x10],
        &[0, 3, 0, 0x10],
        &[0, 32],
        &[1; 32],
        &[0, 32],
        &[2; 32],
    ];
    assert_eq!(encoded(|out| area.encode(out)), parts.concat());
    assert_eq!(PublicArea::decode(&parts.concat()), Ok(area));
}

#[test]
fn an_rsa_public_area_by_hand() {
    let area = PublicArea {
        name_alg: AlgId::SHA1,
        object_attributes: 1,
        auth_policy: &[7; 2],
        key: Key::Rsa {
            scheme: Some((AlgId(0x14), AlgId::SHA256)),
            key_bits: 2048,
            exponent: 0,
            modulus: &[9; 256],
        },
    };
    let parts: [&[u8]; 9] = [
        &[0, 1, 0, 4],
        &[0, 0, 0, 1],
        &[0, 2, 7, 7],
        &[0, 0x10],
        &[0, 0x14, 0, 0x0b],
        &[8, 0],
        &[0, 0, 0, 0],
        &[1, 0],
        &[9; 256],
    ];
    assert_eq!(encoded(|out| area.encode(out)), parts.concat());
    assert_eq!(PublicArea::decode(&parts.concat()), Ok(area));
}

#[test]
fn a_certification_by_hand() {
    let attest = Attest {
        magic: GENERATED,
        kind: CERTIFY,
        qualified_signer: &[1],
        extra_data: &[2, 2],
        clock_info: ClockInfo { clock: 3, reset_count: 4, restart_count: 5, safe: 1 },
        firmware_version: 6,
        attested: Attested::Certify { name: &[7], qualified_name: &[] },
    };
    let parts: [&[u8]; 9] = [
        &[0xff, b'T', b'C', b'G', 0x80, 0x17],
        &[0, 1, 1],
        &[0, 2, 2, 2],
        &[0, 0, 0, 0, 0, 0, 0, 3],
        &[0, 0, 0, 4, 0, 0, 0, 5],
        &[1],
        &[0, 0, 0, 0, 0, 0, 0, 6],
        &[0, 1, 7],
        &[0, 0],
    ];
    assert_eq!(encoded(|out| attest.encode(out)), parts.concat());
    assert_eq!(Attest::decode(&parts.concat()), Ok(attest));
}

#[test]
fn errors_name_the_member() {
    let decode = |bytes: &[u8]| PublicArea::decode(bytes).map(|_| ()).unwrap_err();
    let error = decode(&[0, 0x25, 0, 0x0b, 0, 0, 0, 0, 0, 0]);
    assert_eq!((error.member, error.why), ("pubArea.type", Why::Value(0x25)));
    let error = decode(&[0, 1, 0, 0x0b, 0, 0, 0, 0, 0, 0, 0, 6]);
    assert_eq!((error.member, error.why), ("pubArea.parameters.symmetric", Why::Value(6)));
    let error = decode(&[0, 1, 0, 0x0b, 0, 0, 0, 0, 0, 9, 1]);
    assert_eq!((error.member, error.why), ("pubArea.authPolicy", Why::Missing));
    assert_eq!(std::format!("{error}"), "pubArea.authPolicy is missing");
}

/// RSA or not, scheme and its digest, key bits or curve, exponent, modulus or x, y.
type Parts = (bool, Option<(u16, u16)>, u16, u32, Vec<u8>, Vec<u8>);

fn key() -> impl Strategy<Value = Parts> {
    let scheme =
        proptest::option::of((any::<u16>().prop_filter("not null", |alg| *alg != 0x10), any::<u16>()));
    (any::<bool>(), scheme, any::<u16>(), any::<u32>(), vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..70))
}

proptest! {
    #[test]
    fn public_areas(name_alg: u16, object_attributes: u32, policy in vec(any::<u8>(), 0..40), key in key(), end: u8) {
        let (rsa, scheme, number, exponent, first, second) = key;
        let scheme = scheme.map(|(scheme, digest)| (AlgId(scheme), AlgId(digest)));
        let key = if rsa {
            Key::Rsa { scheme, key_bits: number, exponent, modulus: &first }
        } else {
            Key::Ecc { scheme, curve: CurveId(number), x: &first, y: &second }
        };
        let area = PublicArea { name_alg: AlgId(name_alg), object_attributes, auth_policy: &policy, key };
        let mut bytes = encoded(|out| area.encode(out));
        prop_assert_eq!(PublicArea::decode(&bytes), Ok(area));
        for length in 0..bytes.len() {
            prop_assert!(PublicArea::decode(&bytes[..length]).is_err());
            prop_assert!(area.encode(&mut std::vec![0; length]).is_err());
        }
        bytes.push(end);
        prop_assert_eq!(PublicArea::decode(&bytes).unwrap_err().member, "pubArea");
    }

    #[test]
    fn attests(
        magic: u32, kind in prop_oneof![Just(CERTIFY), any::<u16>()], numbers: (u64, u32, u32, u8, u64),
        signer in vec(any::<u8>(), 0..40), extra in vec(any::<u8>(), 0..70),
        name in vec(any::<u8>(), 0..40), qualified_name in vec(any::<u8>(), 0..40),
    ) {
        let attested = match kind {
            CERTIFY => Attested::Certify { name: &name, qualified_name: &qualified_name },
            _ => Attested::Other(&name),
        };
        let (clock, reset_count, restart_count, safe, firmware_version) = numbers;
        let clock_info = ClockInfo { clock, reset_count, restart_count, safe };
        let attest =
            Attest { magic, kind, qualified_signer: &signer, extra_data: &extra, clock_info, firmware_version, attested };
        let bytes = encoded(|out| attest.encode(out));
        prop_assert_eq!(Attest::decode(&bytes), Ok(attest));
        let fixed = bytes.len() - if kind == CERTIFY { 0 } else { name.len() };
        for length in 0..fixed {
            prop_assert!(Attest::decode(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let _ = (PublicArea::decode(&bytes), Attest::decode(&bytes));
    }
}
