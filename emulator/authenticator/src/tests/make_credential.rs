//! authenticatorMakeCredential: what it makes, and its attestations.

use core::time::Duration;
use std::vec;

use ciborium::Value;
use p256::ecdsa::SigningKey;
use sha2::{Digest, Sha256};

use super::key::{ATTESTATION_SECRET, HERE, Key, certificate, full, with};
use super::message::{Get, Got, HASH, Made, Make, bytes_of, int, named, rp_hash, text};
use crate::profile::{Attestation, Backup};
use crate::{Ask, Step};
use wire::Status;

const RP: &str = "example.org";

#[test]
fn makes_a_credential_that_signs() {
    for rk in [None, Some(true)] {
        let mut key = Key::new(full());
        let request = Make { rk, ..Make::at(RP) };
        assert_eq!(key.request(HERE, &request.bytes()), Step::Ask(Ask::Presence));
        let made = Made::of(&key.finish(Step::Ask(Ask::Presence)));
        assert_eq!(made.auth_data[..32], rp_hash(RP));
        assert_eq!(made.flags, 0x41, "UP, AT");
        assert_eq!(made.aaguid, [0xaa; 16]);
        assert_eq!(made.id.len(), if rk.is_some() { 32 } else { 64 });
        let got = Got::of(&key.send(&Get::with(RP, &[&made.id]).bytes()));
        got.verify(RP, &made);
        assert!(got.count > made.count);
    }
}

#[test]
fn ids_fit_the_profile() {
    let mut profile = full();
    profile.u2f.as_mut().unwrap().key_handle = 96;
    let mut key = Key::new(profile);
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.id.len(), 96);
    Got::of(&key.send(&Get::with(RP, &[&made.id]).bytes())).verify(RP, &made);

    profile.u2f = None;
    let mut key = Key::new(profile);
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.id.len(), 64, "blob and trailer");
    Got::of(&key.send(&Get::with(RP, &[&made.id]).bytes())).verify(RP, &made);
}

#[test]
fn attestation_none() {
    let mut key = Key::new(with(|ctap2| ctap2.attestation = Attestation::None));
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.fmt, "none");
    assert_eq!(made.att_stmt, Value::Map(vec![]));
    assert_eq!(key.bench.signatures, 0);
}

#[test]
fn attestation_packed_self() {
    let mut key = Key::new(with(|ctap2| ctap2.attestation = Attestation::PackedSelf));
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.fmt, "packed");
    assert_eq!(named(&made.att_stmt, "alg"), Some(int(-7)));
    assert_eq!(named(&made.att_stmt, "x5c"), None);
    made.verify(&made.key, &made.signed());
}

#[test]
fn attestation_packed_with_chain() {
    let mut key = Key::new(with(|ctap2| ctap2.attestation = Attestation::Packed));
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.fmt, "packed");
    let chain = vec![Value::Bytes(certificate(1)), Value::Bytes(certificate(2))];
    assert_eq!(named(&made.att_stmt, "x5c"), Some(Value::Array(chain)));
    made.verify(attestation_key().verifying_key(), &made.signed());
}

#[test]
fn attestation_fido_u2f() {
    let mut key = Key::new(with(|ctap2| ctap2.attestation = Attestation::FidoU2f));
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.fmt, "fido-u2f");
    assert_eq!(named(&made.att_stmt, "x5c"), Some(Value::Array(vec![Value::Bytes(certificate(1))])));
    let point = made.key.to_sec1_point(false);
    let signed = [&[0], &rp_hash(RP)[..], &HASH, &made.id, point.as_bytes()].concat();
    made.verify(attestation_key().verifying_key(), &signed);
}

/// Offsets by hand, after the tables of the TPM library, part 2.
#[test]
fn attestation_tpm() {
    let mut profile = with(|ctap2| {
        ctap2.attestation = Attestation::Tpm;
        ctap2.firmware_version = 0x0102;
    });
    (profile.u2f, profile.versions.u2f_v2) = (None, false);
    let mut key = Key::new(profile);
    key.pass(Duration::from_millis(0x0304));
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(made.fmt, "tpm");
    let member = |name| named(&made.att_stmt, name);
    assert_eq!((member("ver"), member("alg")), (Some(text("2.0")), Some(int(-7))));
    let chain = vec![Value::Bytes(certificate(1)), Value::Bytes(certificate(2))];
    assert_eq!(member("x5c"), Some(Value::Array(chain)));

    let area = bytes_of(member("pubArea"));
    assert_eq!(area[..10], [0, 0x23, 0, 0x0b, 0, 4, 4, 0x72, 0, 0], "ECC, SHA-256, attributes, no policy");
    assert_eq!(area[10..18], [0, 0x10, 0, 0x10, 0, 3, 0, 0x10], "no symmetric, no scheme, P-256, no kdf");
    let point = [&[4], &area[20..52], &area[54..]].concat();
    assert_eq!(point, made.key.to_sec1_point(false).as_bytes());

    let info = bytes_of(member("certInfo"));
    assert_eq!(info.len(), 173);
    assert_eq!(info[..8], [0xff, b'T', b'C', b'G', 0x80, 0x17, 0, 34]);
    assert_eq!(info[42..76], [&[0, 32], &Sha256::digest(made.signed())[..]].concat());
    assert_eq!(info[76..84], [0, 0, 0, 0, 0, 0, 3, 4], "the clock");
    assert_eq!(info[93..101], [0, 0, 0, 0, 0, 0, 1, 2], "the firmware");
    assert_eq!(info[101..137], [&[0, 34, 0, 0x0b], &Sha256::digest(&area)[..]].concat());
    made.verify(attestation_key().verifying_key(), &info);
}

#[test]
fn attestation_that_was_not_provisioned_is_an_error() {
    for attestation in [Attestation::Packed, Attestation::FidoU2f, Attestation::Tpm] {
        for rk in [false, true] {
            let profile = with(|ctap2| ctap2.attestation = attestation);
            let mut key = Key::over(super::bench::Bench::new(), profile);
            let before = key.bench.kept();
            let request = Make { rk: Some(rk), ..Make::at(RP) };
            assert_eq!(key.send_status(&request.bytes()), Status::OTHER);
            assert_eq!(key.bench.kept(), before);
        }
    }
}

#[test]
fn backup_flags_are_the_profiles() {
    for (backup, flags) in [(Backup::Ineligible, 0x00), (Backup::Eligible, 0x08), (Backup::BackedUp, 0x18)] {
        let mut profile = full();
        profile.backup = backup;
        let mut key = Key::new(profile);
        let made = Made::of(&key.send(&Make::at(RP).bytes()));
        assert_eq!(made.flags & 0x18, flags);
        let got = Got::of(&key.send(&Get::with(RP, &[&made.id]).bytes()));
        assert_eq!(got.flags & 0x18, flags);
    }
}

#[test]
fn the_first_known_algorithm_of_the_request_is_taken() {
    let mut key = Key::new(full());
    Made::of(&key.send(&Make { algs: vec![-257, -8, -7], ..Make::at(RP) }.bytes()));
    let none = Make { algs: vec![-257, -8], ..Make::at(RP) }.bytes();
    assert_eq!(key.request(HERE, &none), Step::Reply(1));
    assert_eq!(key.reply[0], Status::UNSUPPORTED_ALGORITHM.0);
    let empty = Make { algs: vec![], ..Make::at(RP) }.bytes();
    assert_eq!(key.send_status(&empty), Status::UNSUPPORTED_ALGORITHM);
}

#[test]
fn the_same_account_is_replaced() {
    let mut key = Key::new(full());
    let old = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    let other = Made::of(&key.send(&Make::resident(RP, b"b").bytes()));
    let new = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    assert_eq!(key.send_status(&Get::with(RP, &[&old.id]).bytes()), Status::NO_CREDENTIALS);
    Got::of(&key.send(&Get::with(RP, &[&other.id]).bytes())).verify(RP, &other);
    let got = Got::of(&key.send(&Get::at(RP).bytes()));
    got.verify(RP, &new);
    assert_eq!(got.number, Some(int(2)));
    assert_eq!(key.bench.keys.len(), 3, "two credentials and the attestation");
}

#[test]
fn a_full_store_says_so_after_the_touch_and_still_replaces() {
    let mut key = Key::new(with(|ctap2| ctap2.resident_credentials = 2));
    key.send(&Make::resident(RP, b"a").bytes());
    key.send(&Make::resident("other.example", b"b").bytes());
    let third = Make::resident(RP, b"c").bytes();
    assert_eq!(key.request(HERE, &third), Step::Ask(Ask::Presence));
    assert_eq!(key.finish(Step::Ask(Ask::Presence)), [Status::KEY_STORE_FULL.0]);
    Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
    Made::of(&key.send(&Make::at(RP).bytes()));
    assert_eq!(key.bench.keys.len(), 3);
}

#[test]
fn names_are_cut_at_64_bytes_between_characters() {
    let mut key = Key::new(full());
    // 63 bytes, then a character of two.
    const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaéééé";
    for user in [b"a", b"b"] {
        let request = Make { name: Some(LONG), ..Make::resident(RP, user) };
        Made::of(&key.send(&request.bytes()));
    }
    let got = Got::of(&key.send(&Get { uv: Some(true), ..Get::at(RP) }.bytes()));
    assert_eq!(named(got.user.as_ref().unwrap(), "name"), Some(text(&LONG[..63])));
}

#[test]
fn lengths_of_the_user_id_are_checked() {
    let mut key = Key::new(full());
    const ID: [u8; 65] = [9; 65];
    Made::of(&key.send(&Make::resident(RP, &ID[..64]).bytes()));
    assert_eq!(key.send_status(&Make::resident(RP, &ID).bytes()), Status::INVALID_LENGTH);
    let got = Got::of(&key.send(&Get::at(RP).bytes()));
    assert_eq!(got.user_id(), ID[..64]);
}

#[test]
fn enterprise_attestation_is_refused() {
    let mut key = Key::new(full());
    let request = Make { more: vec![(10, int(1))], ..Make::at(RP) };
    assert_eq!(key.send_status(&request.bytes()), Status::INVALID_PARAMETER);
}

#[test]
fn unknown_extensions_are_ignored() {
    let mut key = Key::new(full());
    let mut request = Make::at(RP);
    request.more = vec![(6, Value::Map(vec![(text("nonsense"), Value::Bool(true))]))];
    let made = Made::of(&key.send(&request.bytes()));
    assert_eq!(made.flags & 0x80, 0);
}

#[test]
fn a_missing_member_and_an_odd_one_are_told_apart() {
    let mut key = Key::new(full());
    let empty = super::message::message(1, vec![]);
    assert_eq!(key.send_status(&empty), Status::MISSING_PARAMETER);
    let odd = super::message::message(1, vec![(1, text("x"))]);
    assert_eq!(key.send_status(&odd), Status::CBOR_UNEXPECTED_TYPE);
    assert_eq!(key.send_status(&[1, 0xbf, 0xff]), Status::INVALID_CBOR, "indefinite length");
    assert_eq!(key.send_status(&[1]), Status::INVALID_CBOR);
    assert_eq!(key.send_status(&[]), Status::INVALID_LENGTH);
    assert_eq!(key.send_status(&[0x55]), Status::INVALID_COMMAND);
    assert_eq!(key.send_status(&[6, 0xa0]), Status::INVALID_COMMAND);
    assert_eq!(key.send_status(&[1; 1201]), Status::REQUEST_TOO_LARGE);
}

fn attestation_key() -> SigningKey {
    SigningKey::from_slice(&ATTESTATION_SECRET).unwrap()
}

#[test]
fn bytes_of_a_statement_are_deterministic() {
    // The same platform seed and requests give the same bytes: runs can be repeated.
    let run = || {
        let mut key = Key::new(full());
        let made = Made::of(&key.send(&Make::resident(RP, b"a").bytes()));
        bytes_of(named(&made.att_stmt, "sig"))
    };
    assert_eq!(run(), run());
}
