//! authenticatorClientPIN: statuses in the order of the steps, attempts, blocks.

use core::time::Duration;
use std::string::String;
use std::vec;
use std::vec::Vec;

use ciborium::Value;

use super::bench::Fault;
use super::client::{ACFG, CM, GA, MC, Shared, pin_request};
use super::key::{Key, modern, modern_with};
use super::message::{GET_INFO, Made, Make, RESET, int, member, members, named, text};
use crate::platform::StoreError;
use crate::{Ask, Step, UserAct, record};
use wire::Status;

const PIN: &str = "1234";

/// A key with a PIN.
fn with_pin() -> Key {
    let mut key = Key::new(modern());
    assert_eq!(key.set_pin(2, PIN), Status::OK);
    key
}

#[test]
fn both_protocols_set_change_and_give() {
    for protocol in [1, 2] {
        let mut key = Key::new(modern());
        let option = |key: &mut Key| named(&member(&members(&key.send(GET_INFO)), 4).unwrap(), "clientPin");
        assert_eq!(option(&mut key), Some(Value::Bool(false)));
        assert_eq!(key.set_pin(protocol, PIN), Status::OK);
        assert_eq!(option(&mut key), Some(Value::Bool(true)));
        assert_eq!(key.change_pin(protocol, PIN, "a longer one"), Status::OK);
        assert_eq!(key.pin_token(protocol, PIN), Err(Status::PIN_INVALID));
        key.pin_token(protocol, "a longer one").unwrap();
        key.token(protocol, "a longer one", MC, None).unwrap();
        key.uv_token(protocol, MC, None).unwrap();
        let mut key = key.replug();
        key.pin_token(3 - protocol, "a longer one").unwrap();
    }
}

#[test]
fn tokens_and_ciphers_are_never_the_same() {
    let mut key = with_pin();
    let mut seen = Vec::new();
    for protocol in [1, 2, 2] {
        let shared = Shared::with(&mut key, protocol);
        let reply = key.pin(shared.token_by_pin(PIN, MC, None));
        assert!(!seen.contains(&reply));
        seen.push(reply);
    }
}

#[test]
fn each_mandatory_parameter_is_missed() {
    let mut key = with_pin();
    for protocol in [1, 2] {
        let shared = Shared::with(&mut key, protocol);
        let requests = [
            vec![(1, int(protocol)), (2, int(2))],
            shared.set_pin(b"5678"),
            shared.change_pin(PIN, b"5678"),
            shared.pin_token(PIN),
            shared.token_by_pin(PIN, MC, None),
            shared.token_by_uv(MC, None),
        ];
        for request in requests {
            for at in 0..request.len() {
                let mut short = request.clone();
                short.remove(at);
                assert_eq!(key.pin_status(short), Status::MISSING_PARAMETER, "{:?}", request[at].0);
            }
        }
    }
    assert_eq!(key.pin_retries(), (8, false), "nothing was compared");
}

#[test]
fn unknown_protocols_and_keys_are_invalid_parameters() {
    let mut key = with_pin();
    let shared = Shared::with(&mut key, 2);
    for request in [
        vec![(1, int(2)), (2, int(2))],
        shared.set_pin(b"5678"),
        shared.change_pin(PIN, b"5678"),
        shared.pin_token(PIN),
        shared.token_by_pin(PIN, MC, None),
        shared.token_by_uv(MC, None),
    ] {
        for number in [0, 3, 1 << 40] {
            let mut other = request.clone();
            other[0].1 = int(number);
            assert_eq!(key.pin_status(other), Status::INVALID_PARAMETER);
        }
    }
    // A key that is no key, of another kind, or no point of the curve.
    let bent = |label: i64, value: Value| {
        let mut map = shared.public().into_map().unwrap();
        map.iter_mut().find(|(key, _)| *key == int(label)).unwrap().1 = value;
        Value::Map(map)
    };
    let keys = [
        Value::Map(vec![]),
        bent(1, int(1)),
        bent(3, int(-7)),
        bent(-1, int(2)),
        bent(-2, Value::Bytes(vec![1; 31])),
        bent(-3, Value::Bytes(vec![9; 32])),
    ];
    for other in keys {
        for mut request in
            [shared.pin_token(PIN), shared.token_by_pin(PIN, MC, None), shared.change_pin(PIN, b"5678")]
        {
            request[2].1 = other.clone();
            assert_eq!(key.pin_status(request), Status::INVALID_PARAMETER);
        }
    }
    assert_eq!(key.pin_retries(), (8, false));
}

#[test]
fn a_second_first_pin_is_refused() {
    let mut key = with_pin();
    assert_eq!(key.set_pin(2, "5678"), Status::PIN_AUTH_INVALID);
    key.pin_token(2, PIN).unwrap();
}

#[test]
fn without_a_pin_there_is_nothing_to_compare() {
    let mut key = Key::new(modern());
    assert_eq!(key.change_pin(2, PIN, "5678"), Status::PIN_NOT_SET);
    assert_eq!(key.pin_token(2, PIN), Err(Status::PIN_NOT_SET));
    assert_eq!(key.token(2, PIN, MC, None), Err(Status::PIN_NOT_SET));
}

#[test]
fn a_wrong_mac_changes_nothing() {
    let mut key = Key::new(modern());
    for protocol in [1, 2] {
        let shared = Shared::with(&mut key, protocol);
        let good = shared.mac(&shared.new_pin(PIN.as_bytes()));
        let mut bent = good.clone();
        bent[3] ^= 1;
        for mac in [bent, good[..15].to_vec(), [&good[..], &[0]].concat(), vec![]] {
            let mut request = shared.set_pin(PIN.as_bytes());
            request[3].1 = Value::Bytes(mac);
            assert_eq!(key.pin_status(request), Status::PIN_AUTH_INVALID);
        }
    }
    assert_eq!(key.set_pin(2, PIN), Status::OK);
    let shared = Shared::with(&mut key, 2);
    let mut request = shared.change_pin(PIN, b"5678");
    request[3].1 = Value::Bytes(vec![0; 32]);
    assert_eq!(key.pin_status(request), Status::PIN_AUTH_INVALID);
    assert_eq!(key.pin_retries(), (8, false));
}

#[test]
fn length_is_counted_in_code_points() {
    let long = "x".repeat(63);
    let cases: [(&[u8], Status); 9] = [
        (b"123", Status::PIN_POLICY_VIOLATION),
        ("äöü".as_bytes(), Status::PIN_POLICY_VIOLATION),
        ("日本語".as_bytes(), Status::PIN_POLICY_VIOLATION),
        ("🔑🔑🔑".as_bytes(), Status::PIN_POLICY_VIOLATION),
        (b"", Status::PIN_POLICY_VIOLATION),
        ("äöüß".as_bytes(), Status::OK),
        ("日本語。".as_bytes(), Status::OK),
        (long.as_bytes(), Status::OK),
        (&[b'x'; 64], Status::PIN_POLICY_VIOLATION),
    ];
    for (pin, expected) in cases {
        for protocol in [1, 2] {
            let mut key = Key::new(modern());
            let shared = Shared::with(&mut key, protocol);
            assert_eq!(key.pin_status(shared.set_pin(pin)), expected, "{pin:?}");
            assert_eq!(key.bench.records.contains_key(&record::PIN), expected == Status::OK);
            let mut key = with_pin();
            let shared = Shared::with(&mut key, protocol);
            assert_eq!(key.pin_status(shared.change_pin(PIN, pin)), expected, "{pin:?}");
        }
    }
}

#[test]
fn a_padded_pin_of_another_length_is_an_invalid_parameter() {
    for protocol in [1, 2] {
        let mut key = Key::new(modern());
        let shared = Shared::with(&mut key, protocol);
        let set = |enc: Vec<u8>| {
            let mut request = shared.set_pin(PIN.as_bytes());
            request[3].1 = Value::Bytes(shared.mac(&enc));
            request[4].1 = Value::Bytes(enc);
            request
        };
        assert_eq!(key.pin_status(set(shared.encrypt(&[b'1'; 48]))), Status::INVALID_PARAMETER);
        assert_eq!(key.pin_status(set(shared.encrypt(&[b'1'; 80]))), Status::INVALID_PARAMETER);
        // No cipher text at all.
        assert_eq!(key.pin_status(set(vec![1; 65])), Status::PIN_AUTH_INVALID);
    }
}

#[test]
fn attempts_fall_block_until_the_power_goes_and_end_for_good() {
    let mut key = with_pin();
    let mut left = 8;
    loop {
        for in_a_row in 1..=3 {
            let wrong = key.token(2, "wrong", MC, None).unwrap_err();
            left -= 1;
            let expected = match (left, in_a_row) {
                (0, _) => Status::PIN_BLOCKED,
                (_, 3) => Status::PIN_AUTH_BLOCKED,
                _ => Status::PIN_INVALID,
            };
            assert_eq!(wrong, expected, "{left}");
            assert_eq!(key.pin_retries(), (left, in_a_row == 3));
            if left == 0 {
                break;
            }
        }
        // Now even the right one is not looked at.
        let blocked = if left == 0 { Status::PIN_BLOCKED } else { Status::PIN_AUTH_BLOCKED };
        assert_eq!(key.token(2, PIN, MC, None), Err(blocked));
        assert_eq!(key.pin_token(1, PIN), Err(blocked));
        assert_eq!(key.change_pin(1, PIN, "5678"), blocked);
        assert_eq!(key.pin_retries().0, left, "nothing falls while it is blocked");
        key = key.replug();
        if left == 0 {
            break;
        }
    }
    assert_eq!(key.token(2, PIN, MC, None), Err(Status::PIN_BLOCKED), "for good");
    // But for a reset.
    assert_eq!(key.send_status(RESET), Status::OK);
    assert_eq!(key.pin_retries(), (8, false));
    assert_eq!(key.set_pin(2, "5678"), Status::OK);
    key.pin_token(2, "5678").unwrap();
}

#[test]
fn the_right_pin_brings_all_attempts_back() {
    let mut key = with_pin();
    for _ in 0..4 {
        assert_eq!(key.pin_token(2, "wrong"), Err(Status::PIN_INVALID));
        assert_eq!(key.change_pin(1, "wrong", "5678"), Status::PIN_INVALID);
        assert_eq!(key.pin_retries(), (6, false));
        key.pin_token(2, PIN).unwrap();
        assert_eq!(key.pin_retries(), (8, false));
        key = key.replug();
        assert_eq!(key.pin_retries(), (8, false));
    }
    // A change that the policy refuses does too.
    assert_eq!(key.pin_token(2, "wrong"), Err(Status::PIN_INVALID));
    assert_eq!(key.change_pin(2, PIN, "1"), Status::PIN_POLICY_VIOLATION);
    assert_eq!(key.replug().pin_retries(), (8, false));
}

#[test]
fn a_mismatch_makes_another_key_agreement_key() {
    let mut key = with_pin();
    let shared = Shared::with(&mut key, 2);
    assert_eq!(key.pin_status(shared.pin_token("wrong")), Status::PIN_INVALID);
    assert_eq!(
        key.pin_status(shared.pin_token(PIN)),
        Status::PIN_INVALID,
        "the old key decrypts to nonsense"
    );
    assert_eq!(key.pin_retries().0, 6);
    // Good ones leave it, and the other protocol's as well.
    let (one, two) = (Shared::with(&mut key, 1), Shared::with(&mut key, 2));
    for _ in 0..2 {
        assert_eq!(key.pin_status(two.pin_token(PIN)), Status::OK);
    }
    assert_eq!(key.pin_status(two.pin_token("wrong")), Status::PIN_INVALID);
    assert_eq!(key.pin_status(one.pin_token(PIN)), Status::OK);
}

/// Whoever cuts the power when the answer comes has paid for the guess.
#[test]
fn an_attempt_is_stored_before_the_comparison() {
    for pin in [PIN, "wrong"] {
        for (fault, left) in [(Fault::Before(StoreError::Failed), 8), (Fault::After, 7)] {
            let mut key = with_pin();
            let shared = Shared::with(&mut key, 2);
            key.bench.fault = Some((key.bench.commits, fault));
            assert_eq!(key.pin_status(shared.pin_token(pin)), Status::OTHER, "no comparison");
            assert_eq!(key.replug().pin_retries(), (left, false));
        }
    }
    // The second batch of a good attempt gives them back: cut before it, one is lost.
    for (fault, left) in [(Fault::Before(StoreError::Full), 7), (Fault::After, 8)] {
        let mut key = with_pin();
        let shared = Shared::with(&mut key, 2);
        key.bench.fault = Some((key.bench.commits + 1, fault));
        assert_ne!(key.pin_status(shared.pin_token(PIN)), Status::OK);
        assert_eq!(key.replug().pin_retries(), (left, false));
    }
}

#[test]
fn a_new_pin_and_its_attempts_are_one_batch() {
    let mut key = with_pin();
    let shared = Shared::with(&mut key, 2);
    let before = key.bench.commits;
    assert_eq!(key.pin_status(shared.change_pin(PIN, b"5678")), Status::OK);
    assert_eq!(key.bench.commits, before + 2, "the charge, and the rest");
    for at in 0..2 {
        for fault in [Fault::Before(StoreError::Failed), Fault::After] {
            let mut key = with_pin();
            let shared = Shared::with(&mut key, 2);
            key.bench.fault = Some((key.bench.commits + at, fault));
            assert_eq!(key.pin_status(shared.change_pin(PIN, b"5678")), Status::OTHER);
            let mut key = key.replug();
            let changed = at == 1 && fault == Fault::After;
            let left = if changed || (at == 0 && fault != Fault::After) { 8 } else { 7 };
            assert_eq!(key.pin_retries(), (left, false));
            key.pin_token(2, if changed { "5678" } else { PIN }).unwrap();
        }
    }
}

#[test]
fn only_what_the_key_has_is_permitted() {
    let mut key = with_pin();
    assert_eq!(key.token(2, PIN, 0, None), Err(Status::INVALID_PARAMETER));
    assert_eq!(key.uv_token(2, 0, None), Err(Status::INVALID_PARAMETER));
    for permission in [8, 0x10, 0x40] {
        for more in [0, MC] {
            assert_eq!(key.token(2, PIN, permission | more, None), Err(Status::UNAUTHORIZED_PERMISSION));
            assert_eq!(key.uv_token(2, permission | more, None), Err(Status::UNAUTHORIZED_PERMISSION));
        }
    }
    assert_eq!(key.uv_token(2, ACFG, None), Err(Status::UNAUTHORIZED_PERMISSION), "no uvAcfg");
    assert_eq!(key.pin_retries(), (8, false), "told before the comparison");
    for permissions in [MC, GA, CM, ACFG, MC | GA | CM | ACFG, MC | 0x100, 0x80] {
        key.token(2, PIN, permissions, None).unwrap();
    }
    let mut key = Key::new(modern_with(|features| {
        features.cred_mgmt = false;
        features.authnr_cfg = false;
        features.no_mc_ga_permissions_with_client_pin = true;
    }));
    key.set_pin(2, PIN);
    for permission in [MC, GA, CM, ACFG, MC | GA] {
        assert_eq!(key.token(2, PIN, permission, None), Err(Status::UNAUTHORIZED_PERMISSION));
    }
    key.uv_token(2, MC | GA, None).unwrap();
    key.pin_token(2, PIN).unwrap();
}

#[test]
fn get_pin_token_knows_no_permissions() {
    let mut key = with_pin();
    let shared = Shared::with(&mut key, 2);
    for more in [(9, int(MC)), (10, text("example.org"))] {
        let mut request = shared.pin_token(PIN);
        request.push(more);
        assert_eq!(key.pin_status(request), Status::INVALID_PARAMETER);
    }
    assert_eq!(key.pin_retries(), (8, false));
}

#[test]
fn subcommands_that_a_key_has_not() {
    let mut key = with_pin();
    for number in [0, 8, 10, 0xff] {
        assert_eq!(key.pin_status(vec![(1, int(2)), (2, int(number))]), Status::INVALID_SUBCOMMAND);
    }
    let mut no_pin = Key::new(modern_with(|features| features.client_pin = false));
    for number in [1, 3, 4, 5, 9] {
        assert_eq!(no_pin.pin_status(vec![(1, int(2)), (2, int(number))]), Status::INVALID_SUBCOMMAND);
    }
    no_pin.uv_token(2, MC, None).unwrap();
    let mut old = Key::new(modern_with(|features| features.pin_uv_auth_token = false));
    for number in [6, 9] {
        assert_eq!(old.pin_status(vec![(1, int(2)), (2, int(number))]), Status::INVALID_SUBCOMMAND);
    }
    let mut neither = Key::new(super::key::full());
    assert_eq!(neither.pin_status(vec![(2, int(1))]), Status::INVALID_COMMAND);
    let mut secrets = Key::new(modern_with(|features| {
        (features.client_pin, features.pin_uv_auth_token) = (false, false);
        features.extensions.hmac_secret = true;
    }));
    for number in [1, 3, 4, 5, 6, 9] {
        assert_eq!(secrets.pin_status(vec![(1, int(2)), (2, int(number))]), Status::INVALID_SUBCOMMAND);
    }
    assert_eq!(secrets.pin_status(vec![(1, int(2)), (2, int(2))]), Status::OK, "hmac-secret agrees on a key");
    // What is no request at all.
    assert_eq!(key.send_status(&[6]), Status::INVALID_CBOR);
    assert_eq!(
        key.send_status(&pin_request(vec![(1, int(2)), (2, text("1"))])),
        Status::CBOR_UNEXPECTED_TYPE
    );
}

#[test]
fn verification_gives_a_token_and_counts_its_attempts() {
    let mut key = Key::new(modern());
    assert_eq!(key.uv_retries(), 5);
    let shared = Shared::with(&mut key, 2);
    let request = shared.token_by_uv(MC, Some("example.org"));
    assert_eq!(key.pin_step(request.clone()), Step::Ask(Ask::Verification { attempts_left: 3 }));
    assert_eq!(key.authenticator.waiting_for().unwrap().rp_id, Some("example.org"));
    assert_eq!(key.user(UserAct::Mismatch), Step::Ask(Ask::Verification { attempts_left: 2 }));
    assert_eq!(key.user(UserAct::Touched), Step::Ask(Ask::Verification { attempts_left: 2 }));
    assert_eq!(key.user(UserAct::Mismatch), Step::Ask(Ask::Verification { attempts_left: 1 }));
    let step = key.user(UserAct::Mismatch);
    assert_eq!(key.status(step), Status::UV_INVALID);
    assert_eq!(key.uv_retries(), 2);
    // Nobody tried: nothing is lost.
    for end in 0..3 {
        assert_eq!(key.pin_step(request.clone()), Step::Ask(Ask::Verification { attempts_left: 2 }));
        let (step, expected) = match end {
            0 => (key.user(UserAct::Declined), Status::OPERATION_DENIED),
            1 => (key.step(crate::Input::Cancel { from: super::key::HERE }), Status::KEEPALIVE_CANCEL),
            _ => {
                key.pass(Duration::from_secs(31));
                (key.step(crate::Input::Tick), Status::USER_ACTION_TIMEOUT)
            }
        };
        assert_eq!(key.status(step), expected);
        assert_eq!(key.uv_retries(), 2);
    }
    let mut key = key.replug();
    assert_eq!(key.uv_retries(), 1, "a power cut may cost the attempt that nobody made");
    let shared = Shared::with(&mut key, 2);
    assert_eq!(key.pin_step(shared.token_by_uv(MC, None)), Step::Ask(Ask::Verification { attempts_left: 1 }));
    let step = key.user(UserAct::Verified);
    let bytes = key.bytes(step);
    shared.token(&bytes).unwrap();
    assert_eq!((key.uv_retries(), key.replug().uv_retries()), (5, 5));
}

#[test]
fn verification_blocks_until_the_pin_is_given() {
    let mut key = with_pin();
    let fail = |key: &mut Key| {
        let shared = Shared::with(key, 2);
        let mut step = key.pin_step(shared.token_by_uv(MC, None));
        while let Step::Ask(_) = step {
            step = key.user(UserAct::Mismatch);
        }
        key.status(step)
    };
    assert_eq!(fail(&mut key), Status::UV_INVALID);
    assert_eq!(fail(&mut key), Status::UV_BLOCKED);
    assert_eq!(key.uv_retries(), 0);
    let mut key = key.replug();
    assert_eq!(fail(&mut key), Status::UV_BLOCKED, "the power does not help");
    let request = Make { uv: Some(true), ..Make::at("example.org") };
    assert_eq!(key.send_status(&request.bytes()), Status::PUAT_REQUIRED);
    key.pin_token(2, PIN).unwrap();
    assert_eq!(key.uv_retries(), 5);
    Made::of(&key.send(&request.bytes()));
}

#[test]
fn one_attempt_at_a_time_where_the_platform_repeats() {
    let mut key = Key::new(modern_with(|features| features.preferred_platform_uv_attempts = 3));
    let shared = Shared::with(&mut key, 2);
    assert_eq!(key.pin_step(shared.token_by_uv(MC, None)), Step::Ask(Ask::Verification { attempts_left: 1 }));
    let step = key.user(UserAct::Mismatch);
    assert_eq!(key.status(step), Status::UV_INVALID);
    assert_eq!(key.uv_retries(), 4);
}

#[test]
fn verification_that_is_not_enrolled_gives_no_token() {
    let mut profile = modern();
    profile.ctap2.as_mut().unwrap().uv = Some(false);
    assert_eq!(Key::new(profile).uv_token(2, MC, None), Err(Status::NOT_ALLOWED));
    profile.ctap2.as_mut().unwrap().uv = None;
    assert_eq!(Key::new(profile).uv_token(2, MC, None), Err(Status::INVALID_SUBCOMMAND));
}

#[test]
fn rotten_records_give_no_power() {
    for record in [record::PIN, record::RETRIES] {
        let mut key = with_pin();
        key.bench.records.get_mut(&record).unwrap().push(0);
        let mut authenticator = crate::Authenticator::new(modern());
        assert_eq!(authenticator.power_on(Duration::ZERO, &mut key.bench), Err(StoreError::Failed));
    }
}

#[test]
fn the_pin_itself_is_never_stored() {
    let key = with_pin();
    let pin: String = PIN.into();
    for value in key.bench.records.values() {
        assert!(!value.windows(pin.len()).any(|window| window == pin.as_bytes()));
    }
}
