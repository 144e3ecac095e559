//! The product of what a key has, how it is set up, and what a request brings, against the specification's steps written a
//! second time.

use std::vec;
use std::vec::Vec;

use ciborium::Value;

use super::client::{GA, MC, Token};
use super::key::{Key, modern};
use super::message::{Get, Got, Made, Make, int};
use crate::profile::Profile;
use wire::Status;

const RP: &str = "example.org";
const PIN: &str = "1234";
const THREE: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// How a key is set up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Setup {
    newer: bool,
    uv: Option<bool>,
    /// No PIN at all, none set, set.
    pin: Option<bool>,
    always_uv: bool,
    not_rqd: bool,
    no_mc_ga: bool,
}

/// What a request brings beside its options.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Auth {
    Nothing,
    /// A token for the command, tied to nothing.
    Token,
    /// A token for the other command.
    Permission,
    /// A token for another relying party.
    Elsewhere,
    /// Not made by a token.
    Forged,
    /// A protocol that the key has not.
    Protocol,
}

const AUTHS: [Auth; 6] =
    [Auth::Nothing, Auth::Token, Auth::Permission, Auth::Elsewhere, Auth::Forged, Auth::Protocol];

fn setups() -> Vec<Setup> {
    let mut setups = vec![];
    for bits in 0..16 {
        let bit = |at: u32| bits >> at & 1 == 1;
        for uv in THREE {
            for pin in THREE {
                let [newer, always_uv, not_rqd, no_mc_ga] = [bit(0), bit(1), bit(2), bit(3)];
                // A key of CTAP 2.0 has none of the options of 2.1.
                if newer || !(always_uv || not_rqd || no_mc_ga) {
                    setups.push(Setup { newer, uv, pin, always_uv, not_rqd, no_mc_ga });
                }
            }
        }
    }
    setups
}

impl Setup {
    fn profile(&self) -> Profile {
        let mut profile = modern();
        profile.versions.fido_2_1 = self.newer;
        let ctap2 = profile.ctap2.as_mut().unwrap();
        ctap2.uv = self.uv;
        let features = &mut ctap2.features;
        features.client_pin = self.pin.is_some();
        features.always_uv = Some(self.always_uv);
        features.make_cred_uv_not_rqd = self.not_rqd;
        features.no_mc_ga_permissions_with_client_pin = self.no_mc_ga;
        profile
    }

    fn key(&self) -> Key {
        let mut key = Key::new(self.profile());
        if self.pin == Some(true) {
            assert_eq!(key.set_pin(2, PIN), Status::OK);
        }
        key
    }

    fn protected(&self) -> bool {
        self.pin == Some(true) || self.uv == Some(true)
    }

    fn pin_serves(&self) -> bool {
        !self.no_mc_ga
    }

    /// A token can be had for makeCredential and getAssertion.
    fn gives_tokens(&self) -> bool {
        (self.pin == Some(true) && self.pin_serves()) || self.uv == Some(true)
    }

    fn token(&self, key: &mut Key, permission: i64, rp: Option<&str>) -> Option<Token> {
        if self.pin == Some(true) && self.pin_serves() {
            Some(key.token(2, PIN, permission, rp).unwrap())
        } else if self.uv == Some(true) {
            Some(key.uv_token(2, permission, rp).unwrap())
        } else {
            None
        }
    }

    /// MAC and protocol of a request.
    fn auth(&self, key: &mut Key, auth: Auth, (right, wrong): (i64, i64)) -> Option<(Vec<u8>, i64)> {
        let token = match auth {
            Auth::Nothing => return None,
            Auth::Token => self.token(key, right, None),
            Auth::Permission => self.token(key, wrong, None),
            Auth::Elsewhere => self.token(key, right, Some("example.com")),
            Auth::Forged | Auth::Protocol => None,
        };
        let protocol = if auth == Auth::Protocol { 3 } else { 2 };
        Some((token.map_or_else(|| vec![7; 32], |token| token.mac(&super::message::HASH)), protocol))
    }

    /// What a pinUvAuthParam is told.
    fn auth_status(&self, auth: Auth) -> Status {
        match auth {
            Auth::Token if self.gives_tokens() => Status::OK,
            _ => Status::PIN_AUTH_INVALID,
        }
    }

    fn always_uv_refusal(&self) -> Status {
        if self.pin.is_some() && self.pin_serves() { Status::PUAT_REQUIRED } else { Status::OPERATION_DENIED }
    }

    /// CTAP 2.1, 6.1.2: the status and the UV bit.
    fn make(&self, rk: bool, uv: Option<bool>, auth: Auth) -> (Status, bool) {
        let param = auth != Auth::Nothing;
        let mut uv = uv == Some(true) && !param;
        if auth == Auth::Protocol {
            return (Status::INVALID_PARAMETER, false);
        }
        if uv && self.uv != Some(true) {
            return (Status::INVALID_OPTION, false);
        }
        let mut not_rqd = self.not_rqd;
        if self.always_uv {
            not_rqd = false;
            if !self.protected() {
                return (self.always_uv_refusal(), false);
            }
            uv |= !param && self.uv == Some(true);
            if !param && !uv {
                return (self.always_uv_refusal(), false);
            }
        }
        let protected = if self.newer { self.protected() } else { self.pin == Some(true) };
        if protected && !uv && !param && (rk || !not_rqd) {
            let by_pin = self.pin == Some(true) && self.pin_serves();
            return (if by_pin { Status::PUAT_REQUIRED } else { Status::OPERATION_DENIED }, false);
        }
        if param {
            let status = self.auth_status(auth);
            return (status, status == Status::OK);
        }
        (Status::OK, uv)
    }

    /// CTAP 2.1, 6.2.2: the status and the UV bit.
    fn get(&self, up: bool, uv: Option<bool>, auth: Auth) -> (Status, bool) {
        let param = auth != Auth::Nothing;
        let mut uv = uv == Some(true) && !param;
        if auth == Auth::Protocol {
            return (Status::INVALID_PARAMETER, false);
        }
        if uv && self.uv != Some(true) {
            return (Status::INVALID_OPTION, false);
        }
        if self.always_uv && up {
            if !self.protected() {
                return (self.always_uv_refusal(), false);
            }
            if !param && !uv {
                if self.uv != Some(true) {
                    return (self.always_uv_refusal(), false);
                }
                uv = true;
            }
        }
        if param {
            let status = self.auth_status(auth);
            return (status, status == Status::OK);
        }
        (Status::OK, uv)
    }
}

#[test]
fn make_credential_follows_the_steps() {
    let mut seen = vec![];
    for setup in setups() {
        let mut key = setup.key();
        for rk in [false, true] {
            for uv in THREE {
                for auth in AUTHS {
                    let param = setup.auth(&mut key, auth, (MC, GA));
                    let more =
                        param.map_or(vec![], |(mac, number)| vec![(8, Value::Bytes(mac)), (9, int(number))]);
                    let request = Make { rk: Some(rk), uv, more, ..Make::at(RP) };
                    let before = key.bench.records.get(&crate::record::COUNTER).cloned();
                    let reply = key.send(&request.bytes());
                    let (expected, verified) = setup.make(rk, uv, auth);
                    assert_eq!(Status(reply[0]), expected, "{setup:?} rk {rk} uv {uv:?} {auth:?}");
                    if expected == Status::OK {
                        assert_eq!(Made::of(&reply).flags, if verified { 0x45 } else { 0x41 });
                    } else {
                        assert_eq!(key.bench.records.get(&crate::record::COUNTER).cloned(), before);
                    }
                    seen.push(expected);
                }
            }
        }
    }
    for status in [
        Status::OK,
        Status::PUAT_REQUIRED,
        Status::OPERATION_DENIED,
        Status::INVALID_OPTION,
        Status::INVALID_PARAMETER,
        Status::PIN_AUTH_INVALID,
    ] {
        assert!(seen.contains(&status), "{status}");
    }
}

#[test]
fn get_assertion_follows_the_steps() {
    for setup in setups() {
        // Made while the key asked for nothing.
        let mut key = Key::new(Setup { always_uv: false, uv: None, ..setup }.profile());
        let made = Made::of(&key.send(&Make::at(RP).bytes()));
        let mut key = Key::over(key.bench, setup.profile());
        if setup.pin == Some(true) {
            assert_eq!(key.set_pin(2, PIN), Status::OK);
        }
        for up in [false, true] {
            for uv in THREE {
                for auth in AUTHS {
                    let param = setup.auth(&mut key, auth, (GA, MC));
                    let more =
                        param.map_or(vec![], |(mac, number)| vec![(6, Value::Bytes(mac)), (7, int(number))]);
                    let request = Get { up: Some(up), uv, more, ..Get::with(RP, &[&made.id]) };
                    let reply = key.send(&request.bytes());
                    let (expected, verified) = setup.get(up, uv, auth);
                    assert_eq!(Status(reply[0]), expected, "{setup:?} up {up} uv {uv:?} {auth:?}");
                    if expected == Status::OK {
                        let built_in = verified && auth == Auth::Nothing;
                        let flags = u8::from(up || built_in) | if verified { 4 } else { 0 };
                        assert_eq!(Got::of(&reply).flags, flags, "{setup:?} up {up} uv {uv:?} {auth:?}");
                    }
                }
            }
        }
    }
}
