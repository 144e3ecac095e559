//! The product of options and capabilities, against a table of the specification's answers.

use std::vec;

use ciborium::Value;

use super::key::{Key, with};
use super::message::{Get, Got, Made, Make, int};
use wire::Status;

const RP: &str = "example.org";
const THREE: [Option<bool>; 3] = [None, Some(false), Some(true)];

struct Case {
    /// What the key can.
    can_rk: bool,
    can_uv: Option<bool>,
    /// What the request wants.
    rk: Option<bool>,
    uv: Option<bool>,
    up: Option<bool>,
}

fn cases() -> impl Iterator<Item = Case> {
    [false, true].into_iter().flat_map(|can_rk| {
        THREE.into_iter().flat_map(move |can_uv| {
            THREE.into_iter().flat_map(move |rk| {
                THREE
                    .into_iter()
                    .flat_map(move |uv| THREE.into_iter().map(move |up| Case { can_rk, can_uv, rk, uv, up }))
            })
        })
    })
}

impl Case {
    fn key(&self) -> Key {
        Key::new(with(|ctap2| {
            ctap2.rk = self.can_rk;
            ctap2.uv = self.can_uv;
        }))
    }

    /// CTAP 2.1, 6.1.2 step 5.
    fn make_status(&self) -> Status {
        if self.uv == Some(true) && self.can_uv != Some(true) {
            return Status::INVALID_OPTION;
        }
        if self.rk == Some(true) && !self.can_rk {
            return Status::UNSUPPORTED_OPTION;
        }
        if self.up == Some(false) {
            return Status::INVALID_OPTION;
        }
        Status::OK
    }

    /// CTAP 2.1, 6.2.2 step 4.
    fn get_status(&self) -> Status {
        if self.uv == Some(true) && self.can_uv != Some(true) {
            return Status::INVALID_OPTION;
        }
        if self.rk.is_some() {
            return Status::UNSUPPORTED_OPTION;
        }
        Status::OK
    }

    /// UP and UV.
    fn flags(&self) -> u8 {
        match (self.uv, self.up) {
            (Some(true), _) => 0x05,
            (_, Some(false)) => 0x00,
            _ => 0x01,
        }
    }
}

#[test]
fn make_credential_answers_as_specified() {
    let mut seen = vec![];
    for case in cases() {
        let mut key = case.key();
        let before = key.bench.kept();
        let request = Make { rk: case.rk, uv: case.uv, up: case.up, ..Make::at(RP) };
        let reply = key.send(&request.bytes());
        assert_eq!(Status(reply[0]), case.make_status());
        seen.push(Status(reply[0]));
        if reply[0] == 0 {
            let made = Made::of(&reply);
            assert_eq!(made.flags, 0x40 | case.flags());
            let found = key.send_status(&Get::at(RP).bytes());
            let expected = if case.rk == Some(true) { Status::OK } else { Status::NO_CREDENTIALS };
            assert_eq!(found, expected, "discoverable as asked");
        } else {
            assert_eq!(key.bench.kept(), before);
        }
    }
    for status in [Status::OK, Status::INVALID_OPTION, Status::UNSUPPORTED_OPTION] {
        assert!(seen.contains(&status));
    }
}

#[test]
fn get_assertion_answers_as_specified() {
    for case in cases() {
        let mut key = case.key();
        let made = Made::of(&key.send(&Make::at(RP).bytes()));
        let before = key.bench.kept();
        let request = Get { rk: case.rk, uv: case.uv, up: case.up, ..Get::with(RP, &[&made.id]) };
        let reply = key.send(&request.bytes());
        assert_eq!(Status(reply[0]), case.get_status());
        if reply[0] == 0 {
            let got = Got::of(&reply);
            got.verify(RP, &made);
            assert_eq!(got.flags, case.flags());
        } else {
            assert_eq!(key.bench.kept(), before);
        }
    }
}

#[test]
fn pin_uv_auth_param_on_a_key_without_protocols() {
    let mut key = Key::new(with(|_| {}));
    let param = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    for bytes in [&[][..], &[1; 16]] {
        let make = |more| Make { more, ..Make::at(RP) }.bytes();
        let get = |more| Get { more, ..Get::at(RP) }.bytes();
        let missing = [make(vec![(8, param(bytes))]), get(vec![(6, param(bytes))])];
        let present = [make(vec![(8, param(bytes)), (9, int(1))]), get(vec![(6, param(bytes)), (7, int(1))])];
        for request in missing {
            assert_eq!(key.send_status(&request), Status::MISSING_PARAMETER);
        }
        for request in present {
            assert_eq!(key.send_status(&request), Status::INVALID_PARAMETER);
        }
    }
}
