//! credProtect, hmac-secret, credBlob; minPinLength is with authenticatorConfig.

use std::vec;
use std::vec::Vec;

use ciborium::Value;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::client::{GA, Shared};
use super::key::{Key, full, modern, modern_with};
use super::message::{
    GET_INFO, GET_NEXT_ASSERTION, Get, Got, Made, Make, bytes_of, int, member, members, named, text,
};
use super::u2f::sign_request;
use crate::profile::{Extensions, Profile};
use wire::Status;

const RP: &str = "example.org";

/// A key with all extensions but minPinLength.
pub(crate) fn profile() -> Profile {
    modern_with(|features| {
        features.extensions =
            Extensions { cred_blob: true, cred_protect: true, hmac_secret: true, min_pin_length: false };
        features.max_cred_blob_length = 32;
        features.make_cred_uv_not_rqd = true;
    })
}

/// The extension outputs of a registration.
pub(crate) fn outputs(made: &Made) -> Option<Value> {
    if made.flags & 0x80 == 0 {
        return None;
    }
    let mut rest = &made.auth_data[55 + made.id.len()..];
    let _key: Value = ciborium::from_reader(&mut rest).unwrap();
    let outputs = ciborium::from_reader(&mut rest).unwrap();
    assert!(rest.is_empty());
    Some(outputs)
}

/// The extension outputs of an assertion, whose authenticator data has no fixed length then.
fn got(reply: &[u8]) -> (Vec<u8>, u8, Option<Value>) {
    let map = members(reply);
    let auth_data = bytes_of(member(&map, 2));
    let outputs = (auth_data[32] & 0x80 != 0).then(|| ciborium::from_reader(&auth_data[37..]).unwrap());
    (bytes_of(named(&member(&map, 1).unwrap(), "id")), auth_data[32], outputs)
}

fn inputs(entries: &[(&str, Value)]) -> Value {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|(name, _)| (name.len(), *name));
    Value::Map(entries.iter().map(|(name, value)| (text(name), value.clone())).collect())
}

fn make(rk: bool, entries: &[(&str, Value)]) -> Make {
    Make { rk: Some(rk), uv: rk.then_some(true), more: vec![(6, inputs(entries))], ..Make::at(RP) }
}

/// A registration with every input.
pub(crate) fn every_make() -> Make {
    let entries = [
        ("credBlob", Value::Bytes(vec![5; 20])),
        ("credProtect", int(3)),
        ("hmac-secret", Value::Bool(true)),
        ("minPinLength", Value::Bool(true)),
    ];
    make(true, &entries)
}

/// An assertion with every input.
pub(crate) fn every_get(shared: &Shared) -> Get {
    let secret = secret_input(shared, &[1; 64], Some(shared.protocol));
    Get {
        more: vec![(4, inputs(&[("credBlob", Value::Bool(true)), ("hmac-secret", secret)]))],
        ..Get::at(RP)
    }
}

#[test]
fn get_info_lists_them() {
    let mut key = Key::new(profile());
    let info = members(&key.send(GET_INFO));
    let list = ["credBlob", "credProtect", "hmac-secret"].map(text).to_vec();
    assert_eq!((member(&info, 2), member(&info, 15)), (Some(Value::Array(list)), Some(int(32))));
}

#[test]
fn unknown_ones_and_those_of_others_are_passed_over() {
    let odd = [("credBlob", int(1)), ("credProtect", text("x")), ("hmac-secret", int(5)), ("x", Value::Null)];
    let mut plain = Key::new(full());
    assert_eq!(outputs(&Made::of(&plain.send(&make(false, &odd).bytes()))), None);
    let request = Get { more: vec![(4, inputs(&odd))], ..Get::at(RP) };
    assert_eq!(plain.send_status(&request.bytes()), Status::NO_CREDENTIALS);
    let mut key = Key::new(profile());
    assert_eq!(
        outputs(&Made::of(&key.send(&make(false, &[("x", Value::Null), ("largeBlobKey", int(1))]).bytes()))),
        None
    );
    for one in &odd[..3] {
        assert_eq!(
            key.send_status(&make(false, std::slice::from_ref(one)).bytes()),
            Status::CBOR_UNEXPECTED_TYPE
        );
    }
}

/// The product of level, residency, list, and verification.
#[test]
fn protection_is_kept() {
    for level in 0..4 {
        for rk in [false, true] {
            let mut key = Key::new(profile());
            let request = match level {
                0 => make(rk, &[]),
                level => make(rk, &[("credProtect", int(level))]),
            };
            let made = Made::of(&key.send(&request.bytes()));
            let told = outputs(&made).and_then(|outputs| named(&outputs, "credProtect"));
            assert_eq!(told, (level > 0).then(|| int(level)));
            for list in [false, true] {
                for uv in [false, true] {
                    let request =
                        Get { allow: list.then(|| vec![made.id.clone()]), uv: Some(uv), ..Get::at(RP) };
                    let usable = (list || rk) && (uv || level < 2 || (level == 2 && list));
                    let expected = if usable { Status::OK } else { Status::NO_CREDENTIALS };
                    assert_eq!(key.send_status(&request.bytes()), expected, "{level} {rk} {list} {uv}");
                }
                // The exclude list tells of it only where the credential could be used.
                for uv in [false, true] {
                    let exclude = Some(vec![made.id.clone()]);
                    let request = Make { exclude, uv: Some(uv), user: b"other", ..Make::at(RP) };
                    let excluded = uv || level < 3;
                    let expected = if excluded { Status::CREDENTIAL_EXCLUDED } else { Status::OK };
                    assert_eq!(key.send_status(&request.bytes()), expected);
                }
            }
            // U2F names it and verifies nobody.
            let word = key.u2f_once(&sign_request(RP, 7, &made.id)).1;
            assert_eq!(word, if level < 3 { 0x6985 } else { 0x6a80 });
        }
    }
}

#[test]
fn levels_that_do_not_exist_are_refused() {
    let mut key = Key::new(profile());
    for level in [0, 4, 255] {
        let request = make(false, &[("credProtect", int(level))]);
        assert_eq!(key.send_status(&request.bytes()), Status::INVALID_OPTION);
    }
}

#[test]
fn a_protected_id_cannot_be_bent_to_another_level() {
    let mut key = Key::new(profile());
    let made = Made::of(&key.send(&make(false, &[("credProtect", int(3))]).bytes()));
    for by in 1..=255 {
        let mut id = made.id.clone();
        let last = id.len() - 1;
        id[last] = id[last].wrapping_add(by);
        for uv in [false, true] {
            let request = Get { uv: Some(uv), ..Get::with(RP, &[&id]) };
            assert_eq!(key.send_status(&request.bytes()), Status::NO_CREDENTIALS);
        }
    }
}

#[test]
fn the_next_assertions_are_chosen_by_protection_too() {
    let mut key = Key::new(profile());
    for (user, level) in [(b"1", 1), (b"2", 2), (b"3", 3), (b"4", 1)] {
        let request = Make { user, ..make(true, &[("credProtect", int(level))]) };
        Made::of(&key.send(&request.bytes()));
    }
    for (uv, users) in [(false, &[b"4", b"1"][..]), (true, &[b"4", b"3", b"2", b"1"])] {
        let first = Got::of(&key.send(&Get { uv: Some(uv), ..Get::at(RP) }.bytes()));
        assert_eq!(first.number, Some(int(users.len() as i64)));
        let mut seen = vec![first.user_id()];
        for _ in 1..users.len() {
            seen.push(Got::of(&key.send(GET_NEXT_ASSERTION)).user_id());
        }
        assert_eq!(seen, users.iter().map(|user| user.to_vec()).collect::<Vec<_>>());
        assert_eq!(key.send_status(GET_NEXT_ASSERTION), Status::NOT_ALLOWED);
    }
}

#[test]
fn a_blob_is_kept_with_a_discoverable_credential() {
    let blob = |length: usize| Value::Bytes(vec![9; length]);
    for (rk, length, kept) in [
        (true, 0, true),
        (true, 1, true),
        (true, 32, true),
        (true, 33, false),
        (true, 200, false),
        (false, 5, false),
    ] {
        let mut key = Key::new(profile());
        let made = Made::of(&key.send(&make(rk, &[("credBlob", blob(length))]).bytes()));
        assert_eq!(named(&outputs(&made).unwrap(), "credBlob"), Some(Value::Bool(kept)));
        let ask = |wish| Get {
            more: vec![(4, inputs(&[("credBlob", Value::Bool(wish))]))],
            ..Get::with(RP, &[&made.id])
        };
        let (_, _, told) = got(&key.send(&ask(true).bytes()));
        let expected = if kept { blob(length) } else { blob(0) };
        assert_eq!(named(&told.unwrap(), "credBlob"), Some(expected));
        let (_, flags, told) = got(&key.send(&ask(false).bytes()));
        assert_eq!((flags, told), (0x01, None));
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn secret_input(shared: &Shared, salts: &[u8], protocol: Option<i64>) -> Value {
    let enc = shared.encrypt(salts);
    let mut entries = vec![
        (int(1), shared.public()),
        (int(2), Value::Bytes(enc.clone())),
        (int(3), Value::Bytes(shared.mac(&enc))),
    ];
    entries.extend(protocol.map(|protocol| (int(4), int(protocol))));
    Value::Map(entries)
}

fn ask_secret(id: &[u8], input: Value) -> Get {
    Get { more: vec![(4, inputs(&[("hmac-secret", input)]))], ..Get::with(RP, &[id]) }
}

#[test]
fn secrets_are_functions_of_credential_salt_and_verification() {
    let mut key = Key::new(profile());
    let first = Made::of(&key.send(&make(true, &[("hmac-secret", Value::Bool(true))]).bytes()));
    assert_eq!(named(&outputs(&first).unwrap(), "hmac-secret"), Some(Value::Bool(true)));
    let second = Made::of(&key.send(&make(false, &[("hmac-secret", Value::Bool(false))]).bytes()));
    assert_eq!(outputs(&second), None);
    let mut seen: Vec<Vec<u8>> = vec![];
    let (one, two) = ([1; 32], [2; 32]);
    for made in [&first, &second] {
        for uv in [false, true] {
            let mut of_both = vec![];
            for protocol in [1, 2] {
                let shared = Shared::with(&mut key, protocol);
                let mut ask = |salts: &[u8], number| {
                    let request =
                        Get { uv: Some(uv), ..ask_secret(&made.id, secret_input(&shared, salts, number)) };
                    let (id, flags, told) = got(&key.send(&request.bytes()));
                    assert_eq!((id, flags), (made.id.clone(), if uv { 0x85 } else { 0x81 }));
                    shared.decrypt(&bytes_of(named(&told.unwrap(), "hmac-secret")))
                };
                let both = ask(&[one, two].concat(), Some(protocol));
                assert_eq!(both.len(), 64);
                let single = ask(&one, if protocol == 1 { None } else { Some(2) });
                assert_eq!(single, both[..32], "a salt's secret does not depend on the other");
                of_both.push(both);
            }
            assert_eq!(of_both[0], of_both[1], "nor on the protocol");
            for half in of_both[0].chunks(32) {
                assert!(!seen.contains(&half.to_vec()));
                seen.push(half.to_vec());
            }
        }
    }
    // As derived: HMACs of the id, then of the salt.
    let secret = key.bench.records[&crate::record::SECRET].clone();
    let random = hmac(&secret, &[&b"CredRandomWithoutUV"[..], &first.id].concat());
    assert_eq!(seen[0], hmac(&random, &one));
    let mut key = key.replug();
    let shared = Shared::with(&mut key, 2);
    let reply = key.send(&ask_secret(&first.id, secret_input(&shared, &one, Some(2))).bytes());
    assert_eq!(shared.decrypt(&bytes_of(named(&got(&reply).2.unwrap(), "hmac-secret"))), seen[0], "and stay");
}

#[test]
fn what_is_wrong_with_salts() {
    let mut key = Key::new(profile());
    let made = Made::of(&key.send(&make(false, &[]).bytes()));
    for protocol in [1, 2] {
        let shared = Shared::with(&mut key, protocol);
        let mut status = |input: Value| key.send_status(&ask_secret(&made.id, input).bytes());
        let good = secret_input(&shared, &[1; 32], Some(protocol));
        assert_eq!(status(good.clone()), Status::OK);
        for at in 0..3 {
            let mut short = good.as_map().unwrap().clone();
            short.remove(at);
            assert_eq!(status(Value::Map(short)), Status::MISSING_PARAMETER);
        }
        let change = |at: usize, value: Value| {
            let mut other = good.as_map().unwrap().clone();
            other[at].1 = value;
            Value::Map(other)
        };
        assert_eq!(status(change(0, Value::Map(vec![]))), Status::INVALID_PARAMETER);
        assert_eq!(status(change(1, Value::Bytes(vec![3; 32]))), Status::PIN_AUTH_INVALID);
        assert_eq!(status(change(1, Value::Bytes(vec![3; 99]))), Status::INVALID_PARAMETER);
        assert_eq!(status(change(2, Value::Bytes(vec![3; 16]))), Status::PIN_AUTH_INVALID);
        assert_eq!(status(change(2, Value::Bytes(vec![3; 40]))), Status::PIN_AUTH_INVALID);
        assert_eq!(status(change(3, int(3))), Status::INVALID_PARAMETER);
        for length in [0, 16, 48] {
            assert_eq!(
                status(secret_input(&shared, &vec![1; length], Some(protocol))),
                Status::INVALID_PARAMETER
            );
        }
        let silent = Get { up: Some(false), ..ask_secret(&made.id, good) };
        assert_eq!(key.send_status(&silent.bytes()), Status::UNSUPPORTED_OPTION);
    }
}

#[test]
fn the_next_assertions_tell_their_own() {
    let mut key = Key::new(profile());
    key.set_pin(2, "1234");
    for user in [b"1", b"2"] {
        let request = Make { user, ..make(true, &[("credBlob", Value::Bytes(user.to_vec()))]) };
        Made::of(&key.send(&request.bytes()));
    }
    let token = key.token(2, "1234", GA, None).unwrap();
    let shared = Shared::with(&mut key, 2);
    let wishes = [("credBlob", Value::Bool(true)), ("hmac-secret", secret_input(&shared, &[1; 64], Some(2)))];
    let mut more = vec![(4, inputs(&wishes))];
    more.extend(token.for_get());
    let replies = [key.send(&Get { more, ..Get::at(RP) }.bytes()), key.send(GET_NEXT_ASSERTION)];
    let mut secrets = vec![];
    for (reply, user) in replies.iter().zip([b"2", b"1"]) {
        let (_, flags, told) = got(reply);
        assert_eq!(flags, 0x85);
        let told = told.unwrap();
        assert_eq!(named(&told, "credBlob"), Some(Value::Bytes(user.to_vec())));
        secrets.push(shared.decrypt(&bytes_of(named(&told, "hmac-secret"))));
    }
    assert_ne!(secrets[0], secrets[1]);
}

#[test]
fn a_key_without_them_says_so() {
    let mut key = Key::new(modern());
    let info = members(&key.send(GET_INFO));
    assert_eq!((member(&info, 2), member(&info, 15)), (None, None));
}
