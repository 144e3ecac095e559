//! authenticatorCredentialManagement.

use core::time::Duration;
use std::vec;
use std::vec::Vec;

use ciborium::Value;

use super::bench::Fault;
use super::client::{ACFG, CM, GA, MC, Token};
use super::key::{HERE, Key, THERE, modern, modern_with};
use super::message::{
    GET_INFO, Get, Got, Made, Make, bytes_of, int, member, members, message, named, rp_hash, text,
};
use crate::platform::StoreError;
use wire::Status;

const PIN: &str = "1234";
const RPS: [&str; 3] = ["example.org", "example.com", "example.net"];

/// The command byte, and the one of before the standard.
const COMMANDS: [u8; 2] = [0x0a, 0x41];

/// A key with a PIN and two credentials at each relying party.
fn stocked() -> (Key, Vec<Made>) {
    stocked_as(modern_with(|features| features.credential_mgmt_preview = true))
}

fn stocked_as(profile: crate::profile::Profile) -> (Key, Vec<Made>) {
    let mut key = Key::new(profile);
    let mut made = vec![];
    for rp in RPS {
        for user in [b"a", b"b"] {
            let request = Make { uv: Some(true), ..Make::resident(rp, user) };
            made.push(Made::of(&key.send(&request.bytes())));
        }
    }
    key.set_pin(2, PIN);
    (key, made)
}

fn map(entries: Vec<(i64, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (int(key), value)).collect())
}

fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = vec![];
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// A request with the MAC of a token.
pub(crate) fn request(command: u8, number: u8, params: Option<Value>, token: &Token) -> Vec<u8> {
    let mut signed = vec![number];
    let mut members = vec![(1, int(number.into()))];
    if let Some(params) = params {
        signed.extend(encode(&params));
        members.push((2, params));
    }
    members.extend([(3, int(token.protocol)), (4, Value::Bytes(token.mac(&signed)))]);
    message(command, members)
}

pub(crate) fn next(command: u8, number: u8) -> Vec<u8> {
    message(command, vec![(1, int(number.into()))])
}

pub(crate) fn of_rp(rp: &str) -> Option<Value> {
    Some(map(vec![(1, Value::Bytes(rp_hash(rp).to_vec()))]))
}

fn descriptor(id: &[u8]) -> Value {
    Value::Map(vec![(text("id"), Value::Bytes(id.to_vec())), (text("type"), text("public-key"))])
}

pub(crate) fn of_id(id: &[u8]) -> Option<Value> {
    Some(map(vec![(2, descriptor(id))]))
}

fn of_user(id: &[u8], user: &[(&str, Value)]) -> Option<Value> {
    let user = user.iter().map(|(name, value)| (text(name), value.clone())).collect();
    Some(map(vec![(2, descriptor(id)), (3, Value::Map(user))]))
}

impl Key {
    fn cm(&mut self) -> Token {
        self.token(2, PIN, CM, None).unwrap()
    }
}

#[test]
fn says_how_many_there_are() {
    let (mut key, _) = stocked();
    for command in COMMANDS {
        for protocol in [1, 2] {
            let token = key.token(protocol, PIN, CM, None).unwrap();
            let reply = members(&key.send(&request(command, 1, None, &token)));
            assert_eq!((member(&reply, 1), member(&reply, 2)), (Some(int(6)), Some(int(19))));
        }
    }
    let options = member(&members(&key.send(GET_INFO)), 4).unwrap();
    for option in ["credMgmt", "credentialMgmtPreview", "pinUvAuthToken"] {
        assert_eq!(named(&options, option), Some(Value::Bool(true)));
    }
}

#[test]
fn all_relying_parties_and_their_credentials_are_found() {
    let (mut key, made) = stocked();
    for command in COMMANDS {
        let token = key.cm();
        let mut found = vec![];
        let mut reply = members(&key.send(&request(command, 2, None, &token)));
        assert_eq!(member(&reply, 5), Some(int(3)));
        loop {
            let rp = named(&member(&reply, 3).unwrap(), "id").unwrap().into_text().unwrap();
            assert_eq!(bytes_of(member(&reply, 4)), rp_hash(&rp));
            found.push(rp);
            if found.len() == 3 {
                break;
            }
            reply = members(&key.send(&next(command, 3)));
            assert_eq!(member(&reply, 5), None);
        }
        assert_eq!(key.send_status(&next(command, 3)), Status::NOT_ALLOWED);
        found.sort_unstable();
        assert_eq!(found, ["example.com", "example.net", "example.org"]);
        for (at, rp) in RPS.into_iter().enumerate() {
            let first = members(&key.send(&request(command, 4, of_rp(rp), &token)));
            assert_eq!(member(&first, 9), Some(int(2)));
            let second = members(&key.send(&next(command, 5)));
            assert_eq!(member(&second, 9), None);
            // The newest first.
            for (reply, made, user) in [(first, &made[2 * at + 1], b"b"), (second, &made[2 * at], b"a")] {
                let account = member(&reply, 6).unwrap();
                assert_eq!(bytes_of(named(&account, "id")), user);
                assert_eq!(named(&account, "name"), Some(text("Name")));
                assert_eq!(bytes_of(named(&member(&reply, 7).unwrap(), "id")), made.id);
                let cose = encode(&member(&reply, 8).unwrap());
                assert_eq!(made.auth_data[55 + made.id.len()..], cose);
                assert_eq!(member(&reply, 10), None, "no credProtect");
            }
            assert_eq!(key.send_status(&next(command, 5)), Status::NOT_ALLOWED);
        }
    }
}

#[test]
fn an_enumeration_belongs_to_its_channel_and_ends_with_another_command() {
    let (mut key, _) = stocked();
    let token = key.cm();
    for (begin, go_on) in
        [(request(10, 2, None, &token), next(10, 3)), (request(10, 4, of_rp(RPS[0]), &token), next(10, 5))]
    {
        let begin = |key: &mut Key| members(&key.send(&begin));
        begin(&mut key);
        let step = key.request(THERE, &go_on);
        assert_eq!(key.status(step), Status::NOT_ALLOWED);
        let step = key.request(THERE, GET_INFO);
        key.bytes(step);
        members(&key.send(&go_on));
        for other in [GET_INFO.to_vec(), request(10, 1, None, &token), next(10, 9)] {
            begin(&mut key);
            key.send(&other).clear();
            assert_eq!(key.send_status(&go_on), Status::NOT_ALLOWED);
        }
        begin(&mut key);
        key.pass(Duration::from_secs(30));
        assert_eq!(key.send_status(&go_on), Status::NOT_ALLOWED, "too late");
        begin(&mut key);
        assert_eq!(key.step(crate::Input::Abort { from: HERE }), crate::Step::Quiet);
        assert_eq!(key.send_status(&go_on), Status::NOT_ALLOWED);
    }
    // One kind does not go on with the other.
    key.send(&request(10, 2, None, &token)).clear();
    assert_eq!(key.send_status(&next(10, 5)), Status::NOT_ALLOWED);
}

#[test]
fn a_credential_is_deleted_with_its_key() {
    let (mut key, made) = stocked();
    let token = key.cm();
    let keys = key.bench.keys.len();
    assert_eq!(key.send_status(&request(10, 6, of_id(&made[0].id), &token)), Status::OK);
    assert_eq!(key.bench.keys.len(), keys - 1);
    assert_eq!(key.send_status(&request(10, 6, of_id(&made[0].id), &token)), Status::NO_CREDENTIALS);
    assert_eq!(key.send_status(&Get::with(RPS[0], &[&made[0].id]).bytes()), Status::NO_CREDENTIALS);
    let token = key.cm();
    let reply = members(&key.send(&request(10, 1, None, &token)));
    assert_eq!((member(&reply, 1), member(&reply, 2)), (Some(int(5)), Some(int(20))));
    assert_eq!(key.send_status(&request(10, 6, of_id(&[7; 64]), &token)), Status::NO_CREDENTIALS);
    for fault in [Fault::Before(StoreError::Failed), Fault::After] {
        let (mut key, made) = stocked();
        let token = key.cm();
        key.bench.fault = Some((key.bench.commits, fault));
        assert_eq!(key.send_status(&request(10, 6, of_id(&made[0].id), &token)), Status::OTHER);
        let mut key = key.replug();
        let there = Status(key.send(&Get::with(RPS[0], &[&made[0].id]).bytes())[0]) == Status::OK;
        assert_eq!(there, fault != Fault::After);
        assert_eq!(key.bench.keys.len(), if there { keys } else { keys - 1 });
    }
}

#[test]
fn an_account_gets_other_names() {
    let (mut key, made) = stocked();
    let token = key.cm();
    let update = |user: &[(&str, Value)]| request(10, 7, of_user(&made[1].id, user), &token);
    let id = ("id", Value::Bytes(b"b".to_vec()));
    let names = |key: &mut Key| {
        let reply = members(&key.send(&request(10, 4, of_rp(RPS[0]), &token)));
        let account = member(&reply, 6).unwrap();
        (named(&account, "name"), named(&account, "displayName"))
    };
    let new = [id.clone(), ("name", text("new")), ("displayName", text("New"))];
    assert_eq!(key.send_status(&update(&new)), Status::OK);
    assert_eq!(names(&mut key), (Some(text("new")), Some(text("New"))));
    assert_eq!(
        key.send_status(&update(&[id.clone(), ("name", text("")), ("displayName", text("N"))])),
        Status::OK
    );
    assert_eq!(names(&mut key), (None, Some(text("N"))));
    assert_eq!(key.send_status(&update(&[id])), Status::OK);
    assert_eq!(names(&mut key), (None, None));
    let other = [("id", Value::Bytes(b"a".to_vec())), ("name", text("x"))];
    assert_eq!(key.send_status(&update(&other)), Status::INVALID_PARAMETER);
    // Nothing else changed: it signs as before.
    let got = Got::of(&key.send(&Get::with(RPS[0], &[&made[1].id]).bytes()));
    got.verify(RPS[0], &made[1]);
    let token = key.cm();
    let gone = request(10, 7, of_user(&[1; 32], &new), &token);
    assert_eq!(key.send_status(&gone), Status::NO_CREDENTIALS);
    let prototype = request(0x41, 7, of_user(&made[1].id, &new), &token);
    assert_eq!(key.send_status(&prototype), Status::INVALID_SUBCOMMAND);
}

/// All subcommands that need a token, for the first relying party.
fn protected(made: &[Made]) -> Vec<(u8, Option<Value>)> {
    vec![
        (1, None),
        (2, None),
        (4, of_rp(RPS[0])),
        (7, of_user(&made[0].id, &[("id", Value::Bytes(b"a".to_vec())), ("name", text("x"))])),
        (6, of_id(&made[0].id)),
    ]
}

#[test]
fn a_token_with_permission_is_needed() {
    let (mut key, made) = stocked();
    let before = key.bench.kept();
    for (number, params) in protected(&made) {
        let good = key.cm();
        let whole = request(10, number, params.clone(), &good);
        let value: Value = ciborium::from_reader(&whole[1..]).unwrap();
        let without = |gone: &[i64]| {
            let entries = value.as_map().unwrap().iter();
            let kept = entries.filter(|(key, _)| !gone.iter().any(|gone| *key == int(*gone)));
            [&[10][..], &encode(&Value::Map(kept.cloned().collect()))].concat()
        };
        assert_eq!(key.send_status(&without(&[4])), Status::PUAT_REQUIRED);
        assert_eq!(key.send_status(&without(&[2, 3, 4])), Status::PUAT_REQUIRED);
        assert_eq!(key.send_status(&without(&[3])), Status::MISSING_PARAMETER);
        if params.is_some() {
            assert_eq!(key.send_status(&without(&[2])), Status::MISSING_PARAMETER);
        }
        let unknown = Token { protocol: 3, value: good.value.clone() };
        assert_eq!(
            key.send_status(&request(10, number, params.clone(), &unknown)),
            Status::INVALID_PARAMETER
        );
        let forged = Token { value: vec![1; 32], ..good.clone() };
        assert_eq!(key.send_status(&request(10, number, params.clone(), &forged)), Status::PIN_AUTH_INVALID);
        // The MAC covers the subcommand and its parameters.
        let other = request(10, number, params.clone().or(of_rp("x")), &good);
        let mut other: Value = ciborium::from_reader(&other[1..]).unwrap();
        let entries = other.as_map_mut().unwrap();
        entries.iter_mut().find(|(key, _)| *key == int(4)).unwrap().1 =
            Value::Bytes(good.mac(&[number, 0xa0]));
        let other = [&[10][..], &encode(&other)].concat();
        assert_eq!(key.send_status(&other), Status::PIN_AUTH_INVALID);
        for permission in [MC, GA, ACFG] {
            let token = key.token(2, PIN, permission, None).unwrap();
            assert_eq!(
                key.send_status(&request(10, number, params.clone(), &token)),
                Status::PIN_AUTH_INVALID
            );
        }
        let token = key.pin_token(2, PIN).unwrap();
        assert_eq!(key.send_status(&request(10, number, params.clone(), &token)), Status::PIN_AUTH_INVALID);
    }
    assert_eq!(key.bench.kept(), before);
}

#[test]
fn a_token_tied_to_a_relying_party_sees_no_other() {
    let (mut key, made) = stocked();
    let elsewhere = key.token(2, PIN, CM, Some(RPS[1])).unwrap();
    for (number, params) in protected(&made) {
        assert_eq!(key.send_status(&request(10, number, params, &elsewhere)), Status::PIN_AUTH_INVALID);
    }
    let own = key.token(2, PIN, CM, Some(RPS[0])).unwrap();
    for (number, params) in protected(&made) {
        let expected = if number <= 2 { Status::PIN_AUTH_INVALID } else { Status::OK };
        assert_eq!(key.send_status(&request(10, number, params, &own)), expected, "{number}");
    }
    // cm does not tie a token to the first relying party.
    let token = key.cm();
    for rp in RPS {
        members(&key.send(&request(10, 4, of_rp(rp), &token)));
    }
}

#[test]
fn without_credentials_there_is_nothing_to_enumerate() {
    let mut key = Key::new(modern());
    key.set_pin(2, PIN);
    let token = key.cm();
    let reply = members(&key.send(&request(10, 1, None, &token)));
    assert_eq!((member(&reply, 1), member(&reply, 2)), (Some(int(0)), Some(int(25))));
    for (number, params) in [(2, None), (4, of_rp(RPS[0])), (6, of_id(&[1; 32]))] {
        assert_eq!(key.send_status(&request(10, number, params, &token)), Status::NO_CREDENTIALS);
    }
    for number in [3, 5] {
        assert_eq!(key.send_status(&next(10, number)), Status::NOT_ALLOWED);
    }
    assert_eq!(key.send_status(&request(10, 8, None, &token)), Status::INVALID_SUBCOMMAND);
    assert_eq!(key.send_status(&request(0x41, 1, None, &token)), Status::INVALID_COMMAND, "no prototype");
}

#[test]
fn the_token_of_an_older_key_serves_the_prototype() {
    let mut profile = modern_with(|features| {
        features.cred_mgmt = false;
        features.credential_mgmt_preview = true;
        features.pin_uv_auth_token = false;
        features.pin_uv_auth_protocols = [1, 0];
    });
    (profile.versions.fido_2_1_pre, profile.versions.fido_2_1) = (true, false);
    let mut key = Key::new(profile);
    assert_eq!(key.set_pin(1, PIN), Status::OK);
    let token = key.pin_token(1, PIN).unwrap();
    for rp in RPS {
        let request = Make { more: token.for_make(), ..Make::resident(rp, b"a") };
        Made::of(&key.send(&request.bytes()));
    }
    let reply = members(&key.send(&request(0x41, 2, None, &token)));
    assert_eq!(member(&reply, 5), Some(int(3)));
    assert_eq!(key.send_status(&request(10, 1, None, &token)), Status::INVALID_COMMAND);
}

#[test]
fn a_token_for_reading_outlives_the_power_and_reads_only() {
    const PCMR: i64 = 0x40;
    let (mut key, made) = stocked_as(modern_with(|features| features.per_cred_mgmt_ro = true));
    assert_eq!(key.token(2, PIN, PCMR | CM, None), Err(Status::UNAUTHORIZED_PERMISSION));
    for protocol in [1, 2] {
        let token = key.token(protocol, PIN, PCMR, None).unwrap();
        assert_eq!(key.token(protocol, PIN, PCMR, None), Ok(token.clone()), "the same again");
        assert_eq!(key.uv_token(protocol, PCMR, None), Ok(token.clone()));
        key.token(2, PIN, GA, None).unwrap();
        let mut key = Key::over(key.bench.clone(), *key.authenticator.profile());
        for (number, params) in protected(&made) {
            let expected = if number <= 4 { Status::OK } else { Status::PIN_AUTH_INVALID };
            assert_eq!(key.send_status(&request(10, number, params, &token)), expected, "{number}");
        }
        let make = Make { more: token.for_make(), ..Make::at(RPS[0]) };
        assert_eq!(key.send_status(&make.bytes()), Status::PIN_AUTH_INVALID);
        assert_eq!(key.change_pin(2, PIN, "5678"), Status::OK);
        assert_eq!(key.send_status(&request(10, 1, None, &token)), Status::PIN_AUTH_INVALID);
        assert_ne!(key.token(protocol, "5678", PCMR, None), Ok(token));
    }
}
