//! authenticatorConfig, and what it changes elsewhere.

use std::vec;
use std::vec::Vec;

use ciborium::Value;

use super::bench::Fault;
use super::client::{ACFG, CM, GA, MC, Token};
use super::key::{Key, modern_with};
use super::message::{GET_INFO, Get, Made, Make, RESET, int, member, members, message, named, text};
use super::u2f::sign_request;
use crate::platform::StoreError;
use crate::profile::Profile;
use crate::record;
use wire::Status;

const PIN: &str = "1234";
const RP: &str = "example.org";

fn profile() -> Profile {
    let mut profile = modern_with(|features| {
        features.always_uv = Some(false);
        features.extensions.min_pin_length = true;
    });
    profile.ctap2.as_mut().unwrap().uv = None;
    profile
}

fn key() -> Key {
    let mut key = Key::new(profile());
    key.set_pin(2, PIN);
    key
}

/// The parameters of setMinPINLength.
pub(crate) fn length(new: Option<i64>, rps: Option<&[&str]>, force: Option<bool>) -> Option<Value> {
    let entries = [
        (1, new.map(int)),
        (2, rps.map(|rps| Value::Array(rps.iter().map(|rp| text(rp)).collect()))),
        (3, force.map(Value::Bool)),
    ];
    Some(Value::Map(entries.into_iter().filter_map(|(key, value)| Some((int(key), value?))).collect()))
}

pub(crate) fn request(number: u8, params: Option<Value>, token: Option<&Token>) -> Vec<u8> {
    let mut signed = [&[0xff; 32][..], &[0x0d, number]].concat();
    let mut members = vec![(1, int(number.into()))];
    if let Some(params) = params {
        ciborium::into_writer(&params, &mut signed).unwrap();
        members.push((2, params));
    }
    if let Some(token) = token {
        members.extend([(3, int(token.protocol)), (4, Value::Bytes(token.mac(&signed)))]);
    }
    message(0x0d, members)
}

impl Key {
    fn acfg(&mut self, pin: &str) -> Token {
        self.token(2, pin, ACFG, None).unwrap()
    }

    fn info(&mut self) -> Value {
        members(&self.send(GET_INFO))
    }

    fn option(&mut self, name: &str) -> Option<Value> {
        named(&member(&self.info(), 4).unwrap(), name)
    }

    /// setMinPINLength with a good token.
    fn set_length(&mut self, params: Option<Value>) -> Status {
        let token = self.acfg(PIN);
        self.send_status(&request(3, params, Some(&token)))
    }
}

#[test]
fn a_token_with_permission_is_needed() {
    let mut key = key();
    let before = key.bench.kept();
    for (number, params) in [(2, None), (3, length(Some(6), None, None))] {
        assert_eq!(key.send_status(&request(number, params.clone(), None)), Status::PUAT_REQUIRED);
        for permission in [MC, GA, CM] {
            let token = key.token(2, PIN, permission, None).unwrap();
            let sent = request(number, params.clone(), Some(&token));
            assert_eq!(key.send_status(&sent), Status::PIN_AUTH_INVALID);
        }
        let token = key.acfg(PIN);
        let forged = Token { value: vec![0; 32], ..token.clone() };
        assert_eq!(
            key.send_status(&request(number, params.clone(), Some(&forged))),
            Status::PIN_AUTH_INVALID
        );
        let unknown = Token { protocol: 3, ..token.clone() };
        assert_eq!(
            key.send_status(&request(number, params.clone(), Some(&unknown))),
            Status::INVALID_PARAMETER
        );
        // The MAC covers the parameters.
        let mut other = request(number, length(Some(7), None, None), Some(&token));
        let at = other.len() - 1;
        other[at] ^= 1;
        assert_eq!(key.send_status(&other), Status::PIN_AUTH_INVALID);
    }
    assert_eq!(key.bench.kept(), before);
    let token = key.acfg(PIN);
    for number in [0, 1, 4, 9, 0xff] {
        assert_eq!(key.send_status(&request(number, None, Some(&token))), Status::INVALID_PARAMETER);
    }
    assert_eq!(key.send_status(&request(3, None, Some(&token))), Status::MISSING_PARAMETER);
    let mut without = Key::new(modern_with(|features| features.authnr_cfg = false));
    assert_eq!(without.send_status(&request(2, None, None)), Status::INVALID_COMMAND);
}

#[test]
fn an_unprotected_key_can_be_told_without() {
    let mut key = Key::new(profile());
    assert_eq!(key.send_status(&request(3, length(Some(6), None, None), None)), Status::OK);
    assert_eq!(key.set_pin(2, "12345"), Status::PIN_POLICY_VIOLATION);
    assert_eq!(key.send_status(&request(2, None, None)), Status::OK);
    // Now it verifies always, and has no means: only the way back is open.
    assert_eq!(key.send_status(&request(3, length(Some(7), None, None), None)), Status::PUAT_REQUIRED);
    assert_eq!(key.send_status(&request(2, None, None)), Status::OK);
    assert_eq!(key.option("alwaysUv"), Some(Value::Bool(false)));
}

#[test]
fn always_uv_turns_u2f_off_and_verification_on() {
    let mut key = key();
    let version = |key: &mut Key| key.u2f_once(&[0, 3, 0, 0]).1;
    let claims_u2f = |key: &mut Key| {
        let versions = member(&key.info(), 1).unwrap().into_array().unwrap();
        versions.contains(&text("U2F_V2"))
    };
    let made = Made::of(&key.send(&Make::at(RP).bytes()));
    for round in 0..2 {
        assert_eq!(key.option("alwaysUv"), Some(Value::Bool(false)));
        assert_eq!(key.option("makeCredUvNotRqd"), Some(Value::Bool(true)));
        assert_eq!((version(&mut key), claims_u2f(&mut key)), (0x9000, true));
        let token = key.acfg(PIN);
        assert_eq!(key.send_status(&request(2, None, Some(&token))), Status::OK, "{round}");
        let mut on = Key::over(key.bench.clone(), profile());
        for key in [&mut key, &mut on] {
            assert_eq!(key.option("alwaysUv"), Some(Value::Bool(true)));
            assert_eq!(key.option("makeCredUvNotRqd"), Some(Value::Bool(false)));
            assert_eq!((version(key), claims_u2f(key)), (0x6986, false));
            assert_eq!(key.u2f_once(&sign_request(RP, 3, &made.id)).1, 0x6986);
            assert_eq!(key.send_status(&Make::at(RP).bytes()), Status::PUAT_REQUIRED);
            assert_eq!(key.send_status(&Get::with(RP, &[&made.id]).bytes()), Status::PUAT_REQUIRED);
            let silent = Get { up: Some(false), ..Get::with(RP, &[&made.id]) };
            assert_eq!(
                key.send_status(&silent.bytes()),
                Status::OK,
                "without a touch nobody is asked for more"
            );
        }
        let token = key.acfg(PIN);
        assert_eq!(key.send_status(&request(2, None, Some(&token))), Status::OK, "and back");
    }
    assert_eq!(key.send_status(RESET), Status::OK);
    assert_eq!(key.option("alwaysUv"), Some(Value::Bool(false)));
}

#[test]
fn the_minimum_rises_and_forces_a_change() {
    let mut key = key();
    assert_eq!((member(&key.info(), 13), member(&key.info(), 12)), (Some(int(4)), Some(Value::Bool(false))));
    for (new, expected) in [
        (3, Status::PIN_POLICY_VIOLATION),
        (64, Status::INVALID_PARAMETER),
        (1 << 20, Status::INVALID_PARAMETER),
        (4, Status::OK),
    ] {
        assert_eq!(key.set_length(length(Some(new), None, None)), expected);
    }
    assert_eq!(key.set_length(length(Some(6), None, None)), Status::OK);
    assert_eq!((member(&key.info(), 13), member(&key.info(), 12)), (Some(int(6)), Some(Value::Bool(true))));
    let mut key = key.replug();
    assert_eq!(member(&key.info(), 12), Some(Value::Bool(true)));
    assert_eq!(key.token(2, PIN, MC, None), Err(Status::PIN_POLICY_VIOLATION));
    assert_eq!(key.pin_token(2, PIN), Err(Status::PIN_INVALID));
    assert_eq!(key.pin_retries(), (8, false), "it was the right one");
    assert_eq!(key.change_pin(2, PIN, "12345"), Status::PIN_POLICY_VIOLATION);
    assert_eq!(key.change_pin(2, PIN, "123456"), Status::OK);
    assert_eq!((member(&key.info(), 13), member(&key.info(), 12)), (Some(int(6)), Some(Value::Bool(false))));
    key.token(2, "123456", MC, None).unwrap();
    let token = key.acfg("123456");
    let lower = request(3, length(Some(5), None, None), Some(&token));
    assert_eq!(key.send_status(&lower), Status::PIN_POLICY_VIOLATION);
}

#[test]
fn a_change_can_be_forced_and_is_one() {
    let mut key = key();
    let held = key.token(2, PIN, MC | ACFG, None).unwrap();
    let force = request(3, length(None, None, Some(true)), Some(&held));
    assert_eq!(key.send_status(&force), Status::OK);
    assert_eq!(key.send_status(&force), Status::PIN_AUTH_INVALID, "the token ended");
    assert_eq!(member(&key.info(), 12), Some(Value::Bool(true)));
    assert_eq!(key.change_pin(2, PIN, PIN), Status::PIN_POLICY_VIOLATION, "the same is no change");
    assert_eq!(key.change_pin(2, PIN, "5678"), Status::OK);
    assert_eq!(key.change_pin(2, "5678", "5678"), Status::OK, "where nothing is forced it is");
    let mut none = Key::new(profile());
    assert_eq!(none.send_status(&request(3, length(None, None, Some(true)), None)), Status::PIN_NOT_SET);
}

#[test]
fn named_relying_parties_learn_the_minimum() {
    let mut key = key();
    let ask = |key: &mut Key, rp: &'static str, wish: bool| {
        let inputs = Value::Map(vec![(text("minPinLength"), Value::Bool(wish))]);
        let made = key.send(&Make { more: vec![(6, inputs)], ..Make::at(rp) }.bytes());
        super::extensions::outputs(&Made::of(&made)).and_then(|outputs| named(&outputs, "minPinLength"))
    };
    assert_eq!(ask(&mut key, RP, true), None);
    assert_eq!(member(&key.info(), 16), Some(int(2)));
    let three = ["a.example", "b.example", "c.example"];
    assert_eq!(key.set_length(length(None, Some(&three), None)), Status::KEY_STORE_FULL);
    assert_eq!(key.set_length(length(None, Some(&["a.example", RP]), None)), Status::OK);
    assert_eq!((ask(&mut key, RP, true), ask(&mut key, RP, false)), (Some(int(4)), None));
    assert_eq!(ask(&mut key, "b.example", true), None);
    // Without a list the old one stays, an empty one takes it away.
    assert_eq!(key.set_length(length(Some(4), None, None)), Status::OK);
    let mut key = key.replug();
    assert_eq!(ask(&mut key, RP, true), Some(int(4)));
    assert_eq!(key.set_length(length(None, Some(&[]), None)), Status::OK);
    assert_eq!(ask(&mut key, RP, true), None);
}

#[test]
fn a_power_cut_leaves_all_or_nothing() {
    let all = |token: &Token| request(3, length(Some(6), Some(&[RP]), Some(true)), Some(token));
    for fault in [Fault::Before(StoreError::Failed), Fault::After] {
        let mut key = key();
        let token = key.acfg(PIN);
        key.bench.fault = Some((key.bench.commits, fault));
        assert_eq!(key.send_status(&all(&token)), Status::OTHER);
        let mut key = key.replug();
        let done = fault == Fault::After;
        let expected = (Some(int(if done { 6 } else { 4 })), Some(Value::Bool(done)));
        assert_eq!((member(&key.info(), 13), member(&key.info(), 12)), expected);
        assert_eq!(key.bench.records.contains_key(&record::MIN_PIN_RPIDS), done);
    }
    let mut key = key();
    let token = key.acfg(PIN);
    let before = key.bench.commits;
    assert_eq!(key.send_status(&all(&token)), Status::OK);
    assert_eq!(key.bench.commits, before + 1);
    key.bench.records.get_mut(&record::SETTINGS).unwrap()[0] = 9;
    let mut authenticator = crate::Authenticator::new(profile());
    assert_eq!(
        authenticator.power_on(core::time::Duration::ZERO, &mut key.bench),
        Err(StoreError::Failed),
        "settings of another version"
    );
}
