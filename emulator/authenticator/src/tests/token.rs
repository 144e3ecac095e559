//! The pinUvAuthToken in use: life, permissions, relying party, and what is left after a touch.

use core::time::Duration;

use super::client::{CM, GA, MC, Token};
use super::key::{HERE, Key, modern, modern_with};
use super::message::{Get, Got, Made, Make};
use crate::{Ask, Step};
use wire::Status;

const PIN: &str = "1234";
const RP: &str = "example.org";
const OTHER: &str = "example.com";

fn key() -> Key {
    let mut key = Key::new(modern());
    assert_eq!(key.set_pin(2, PIN), Status::OK);
    key
}

fn make(rp: &'static str, token: &Token) -> Make {
    Make { more: token.for_make(), ..Make::at(rp) }
}

/// A silent assertion: it verifies the token and spends nothing of it.
fn silent(rp: &'static str, token: &Token) -> Get {
    Get { up: Some(false), more: token.for_get(), ..Get::at(rp) }
}

/// A key with a discoverable credential at both relying parties.
fn stocked() -> Key {
    let mut key = key();
    for rp in [RP, OTHER] {
        let token = key.token(2, PIN, MC, None).unwrap();
        let request = Make { rk: Some(true), ..make(rp, &token) };
        assert_eq!(Made::of(&key.send(&request.bytes())).flags, 0x45);
    }
    key
}

#[test]
fn a_token_verifies_the_user_under_both_protocols() {
    for protocol in [1, 2] {
        let mut key = key();
        let token = key.token(protocol, PIN, MC, Some(RP)).unwrap();
        assert_eq!(key.request(HERE, &make(RP, &token).bytes()), Step::Ask(Ask::Presence));
        let made = Made::of(&key.finish(Step::Ask(Ask::Presence)));
        assert_eq!(made.flags, 0x45);
        let token = key.token(protocol, PIN, GA, Some(RP)).unwrap();
        let request = Get { more: token.for_get(), ..Get::with(RP, &[&made.id]) };
        let got = Got::of(&key.send(&request.bytes()));
        got.verify(RP, &made);
        assert_eq!(got.flags, 0x05);
    }
}

#[test]
fn a_touch_leaves_a_token_nothing() {
    let mut key = stocked();
    for protocol in [1, 2] {
        let token = key.token(protocol, PIN, MC | GA | CM, None).unwrap();
        Made::of(&key.send(&make(RP, &token).bytes()));
        assert_eq!(key.send_status(&make(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
        assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
        // As the first request with a touch does, whether it uses the token or not.
        let token = key.token(protocol, PIN, MC | GA, None).unwrap();
        Made::of(&key.send(&Make::at(OTHER).bytes()));
        assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
        let token = key.token(protocol, PIN, MC | GA, None).unwrap();
        Got::of(&key.send(&Get::at(OTHER).bytes()));
        assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    }
}

#[test]
fn without_a_touch_a_token_lasts() {
    let mut key = stocked();
    let token = key.token(2, PIN, GA | MC, None).unwrap();
    for _ in 0..3 {
        assert_eq!(Got::of(&key.send(&silent(RP, &token).bytes())).flags, 0x04);
    }
    // Nor does a refusal or a wait that comes to nothing cost it.
    assert!(matches!(key.request(HERE, &make(RP, &token).bytes()), Step::Ask(_)));
    let step = key.step(crate::Input::Cancel { from: HERE });
    assert_eq!(key.status(step), Status::KEEPALIVE_CANCEL);
    Made::of(&key.send(&make(RP, &token).bytes()));
}

#[test]
fn verification_by_the_key_itself_leaves_the_token() {
    let mut key = stocked();
    let token = key.token(2, PIN, GA, None).unwrap();
    Made::of(&key.send(&Make { uv: Some(true), ..Make::at(RP) }.bytes()));
    Got::of(&key.send(&Get { uv: Some(true), ..Get::at(RP) }.bytes()));
    Got::of(&key.send(&silent(RP, &token).bytes()));
}

#[test]
fn permissions_are_for_their_command() {
    let mut key = stocked();
    let token = key.token(2, PIN, GA, None).unwrap();
    assert_eq!(key.send_status(&make(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    let token = key.token(2, PIN, MC | CM, None).unwrap();
    assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    let token = key.pin_token(2, PIN).unwrap();
    Got::of(&key.send(&silent(RP, &token).bytes()));
    Made::of(&key.send(&make(RP, &token).bytes()));
}

#[test]
fn a_token_is_tied_to_its_relying_party_or_to_the_first() {
    let mut key = stocked();
    let token = key.token(2, PIN, MC | GA, Some(RP)).unwrap();
    assert_eq!(key.send_status(&silent(OTHER, &token).bytes()), Status::PIN_AUTH_INVALID);
    assert_eq!(key.send_status(&make(OTHER, &token).bytes()), Status::PIN_AUTH_INVALID);
    Got::of(&key.send(&silent(RP, &token).bytes()));
    for way in 0..3 {
        let token = match way {
            0 => key.token(2, PIN, MC | GA, None),
            1 => key.pin_token(1, PIN),
            _ => key.uv_token(2, MC | GA, None),
        };
        let token = token.unwrap();
        Got::of(&key.send(&silent(RP, &token).bytes()));
        assert_eq!(key.send_status(&silent(OTHER, &token).bytes()), Status::PIN_AUTH_INVALID);
        Got::of(&key.send(&silent(RP, &token).bytes()));
    }
    // Even where nothing was found there.
    let token = key.token(2, PIN, GA, None).unwrap();
    assert_eq!(key.send_status(&silent("example.net", &token).bytes()), Status::NO_CREDENTIALS);
    assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
}

#[test]
fn one_token_at_a_time() {
    let mut key = stocked();
    let old = key.token(1, PIN, GA, None).unwrap();
    let new = key.token(2, PIN, GA, None).unwrap();
    assert_eq!(key.send_status(&silent(RP, &old).bytes()), Status::PIN_AUTH_INVALID);
    Got::of(&key.send(&silent(RP, &new).bytes()));
    // Under its own protocol only.
    let other = Token { protocol: 1, value: new.value.clone() };
    assert_eq!(key.send_status(&silent(RP, &other).bytes()), Status::PIN_AUTH_INVALID);
    // A failed attempt to get another leaves it.
    assert!(key.token(2, "wrong", GA, None).is_err());
    Got::of(&key.send(&silent(RP, &new).bytes()));
}

#[test]
fn another_pin_another_power_and_a_reset_end_it() {
    let mut key = stocked();
    let token = key.token(2, PIN, GA, None).unwrap();
    assert_eq!(key.change_pin(2, PIN, "5678"), Status::OK);
    assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    let token = key.token(2, "5678", GA, None).unwrap();
    let mut key = key.replug();
    assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    let token = key.token(2, "5678", MC, None).unwrap();
    assert_eq!(key.send_status(super::message::RESET), Status::OK);
    assert_eq!(key.send_status(&make(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
}

#[test]
fn unused_it_lives_for_30_seconds_used_for_ten_minutes() {
    let mut key = stocked();
    for (used, life) in [(false, 30), (true, 600)] {
        let token = key.token(2, PIN, GA, None).unwrap();
        if used {
            Got::of(&key.send(&silent(RP, &token).bytes()));
        }
        key.pass(Duration::from_millis(life * 1000 - 1));
        if used {
            Got::of(&key.send(&silent(RP, &token).bytes()));
        }
        key.pass(Duration::from_millis(1));
        assert_eq!(key.send_status(&silent(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    }
}

#[test]
fn a_finger_that_gave_the_token_is_the_touch_too_for_a_while() {
    let mut key = stocked();
    let token = key.uv_token(2, MC, None).unwrap();
    let Step::Reply(length) = key.request(HERE, &make(RP, &token).bytes()) else { panic!("asked again") };
    assert_eq!(Made::of(&key.reply[..length]).flags, 0x45);
    let token = key.uv_token(2, GA, None).unwrap();
    assert_eq!(Got::of(&key.send(&silent(RP, &token).bytes())).flags, 0x04, "presence was not wanted");
    let request = Get { up: None, ..silent(RP, &token) }.bytes();
    let Step::Reply(length) = key.request(HERE, &request) else { panic!("asked again") };
    assert_eq!(Got::of(&key.reply[..length]).flags, 0x05);
    assert_eq!(key.send_status(&request), Status::PIN_AUTH_INVALID, "spent");
    // 30 seconds later the user is not known to be there.
    let token = key.uv_token(2, GA, None).unwrap();
    Got::of(&key.send(&silent(RP, &token).bytes()));
    key.pass(Duration::from_secs(30));
    let request = Get { up: None, ..silent(RP, &token) }.bytes();
    assert_eq!(key.request(HERE, &request), Step::Ask(Ask::Presence));
    // A hit on the exclude list is told at once.
    let mut key = stocked();
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    let token = key.uv_token(2, MC, None).unwrap();
    let request = Make { exclude: Some([made.id].into()), ..make(RP, &token) };
    let step = key.request(HERE, &request.bytes());
    assert_eq!(key.status(step), Status::CREDENTIAL_EXCLUDED);
}

#[test]
fn the_token_of_an_older_key_is_good_for_all_until_the_power_goes() {
    let mut profile = modern_with(|features| {
        features.pin_uv_auth_token = false;
        features.pin_uv_auth_protocols = [1, 0];
    });
    profile.versions.fido_2_1 = false;
    let mut key = Key::new(profile);
    assert_eq!(key.set_pin(1, PIN), Status::OK);
    let token = key.pin_token(1, PIN).unwrap();
    for rp in [RP, OTHER, RP] {
        Made::of(&key.send(&Make { rk: Some(true), ..make(rp, &token) }.bytes()));
        Got::of(&key.send(&Get { more: token.for_get(), ..Get::at(rp) }.bytes()));
        key.pass(Duration::from_secs(1000));
    }
    assert_eq!(key.pin_token(1, PIN), Ok(token.clone()), "the same again");
    assert_eq!(key.change_pin(1, PIN, "5678"), Status::OK);
    assert_eq!(key.send_status(&make(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    let token = key.pin_token(1, "5678").unwrap();
    let mut key = key.replug();
    assert_eq!(key.send_status(&make(RP, &token).bytes()), Status::PIN_AUTH_INVALID);
    assert_ne!(key.pin_token(1, "5678"), Ok(token));
}

#[test]
fn no_length_asks_for_a_touch_and_tells_whether_a_pin_is_set() {
    use ciborium::Value;
    let probes = [
        Make { more: [(8, Value::Bytes([].into()))].into(), ..Make::at(RP) }.bytes(),
        Get { more: [(6, Value::Bytes([].into()))].into(), ..Get::at(RP) }.bytes(),
    ];
    for (mut key, expected) in [(Key::new(modern()), Status::PIN_NOT_SET), (key(), Status::PIN_INVALID)] {
        for probe in &probes {
            assert_eq!(key.request(HERE, probe), Step::Ask(Ask::Presence));
            let reply = key.finish(Step::Ask(Ask::Presence));
            assert_eq!(reply, [expected.0]);
            assert!(matches!(key.request(HERE, probe), Step::Ask(_)));
            let step = key.user(crate::UserAct::Declined);
            assert_eq!(key.status(step), Status::OPERATION_DENIED);
        }
    }
}
