//! U2F: messages, and the touch between two requests.

use core::time::Duration;
use std::vec::Vec;

use p256::ecdsa::{SigningKey, VerifyingKey};

use super::key::{ATTESTATION_SECRET, HERE, Key, THERE, certificate, full};
use super::message::{GET_INFO, Get, Got, HASH, Made, Make, SELECTION, rp_hash, verify};
use crate::profile::Profile;
use crate::{Ask, Input, Step, UserAct};
use wire::{Protocol, Status};

const RP: &str = "example.org";
const NOT_SATISFIED: u16 = 0x6985;

pub(crate) struct Registered {
    pub(crate) key: VerifyingKey,
    pub(crate) key_handle: Vec<u8>,
}

pub(crate) struct Authenticated {
    pub(crate) flags: u8,
    pub(crate) count: u32,
}

fn apdu(ins: u8, p1: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&[0, ins, p1, 0, 0], &length[..], data, &[0, 0]].concat()
}

fn register_request(rp: &str) -> Vec<u8> {
    apdu(1, 0, &[HASH, rp_hash(rp)].concat())
}

pub(crate) fn sign_request(rp: &str, control: u8, key_handle: &[u8]) -> Vec<u8> {
    let length = u8::try_from(key_handle.len()).unwrap();
    apdu(2, control, &[&HASH[..], &rp_hash(rp), &[length], key_handle].concat())
}

/// Registers with a willing user; checks the attestation.
pub(crate) fn register(key: &mut Key, rp: &str) -> Registered {
    let (data, word) = key.u2f(&register_request(rp));
    assert_eq!((word, data[0]), (0x9000, 5));
    let point = &data[1..66];
    let (key_handle, rest) = data[67..].split_at(usize::from(data[66]));
    let (leaf, signature) = rest.split_at(260);
    assert_eq!(leaf, certificate(1));
    let attestation = SigningKey::from_slice(&ATTESTATION_SECRET).unwrap();
    let signed = [&[0], &rp_hash(rp)[..], &HASH, key_handle, point].concat();
    verify(attestation.verifying_key(), &signed, signature);
    Registered { key: VerifyingKey::from_sec1_bytes(point).unwrap(), key_handle: key_handle.to_vec() }
}

/// Authenticates with a willing user.
pub(crate) fn authenticate(key: &mut Key, rp: &str, key_handle: &[u8]) -> Authenticated {
    let (data, word) = key.u2f(&sign_request(rp, 3, key_handle));
    assert_eq!(word, 0x9000);
    Authenticated { flags: data[0], count: u32::from_be_bytes(data[1..5].try_into().unwrap()) }
}

fn verify_assertion(key: &VerifyingKey, rp: &str, data: &[u8]) {
    verify(key, &[&rp_hash(rp), &data[..5], &HASH].concat(), &data[5..]);
}

#[test]
fn registers_and_signs() {
    let mut key = Key::new(full());
    let registered = register(&mut key, RP);
    assert_eq!(registered.key_handle.len(), 64);
    let (data, word) = key.u2f(&sign_request(RP, 3, &registered.key_handle));
    assert_eq!((word, data[0]), (0x9000, 1));
    verify_assertion(&registered.key, RP, &data);
}

#[test]
fn a_registration_stores_nothing() {
    let mut key = Key::new(full());
    let commits = key.bench.commits;
    register(&mut key, RP);
    assert_eq!(key.bench.commits, commits);
}

#[test]
fn control_bytes() {
    let mut key = Key::new(full());
    let Registered { key: public, key_handle } = register(&mut key, RP);
    // Check-only never asks, whatever it finds.
    assert_eq!(key.u2f_once(&sign_request(RP, 7, &key_handle)), (Vec::new(), NOT_SATISFIED));
    assert_eq!(key.authenticator.waiting_for(), None);
    assert_eq!(key.u2f_once(&sign_request("other.example", 7, &key_handle)).1, 0x6a80);
    assert_eq!(key.u2f_once(&sign_request(RP, 7, &[1; 64])).1, 0x6a80);
    // A foreign handle is refused without a touch.
    assert_eq!(key.u2f_once(&sign_request("other.example", 3, &key_handle)).1, 0x6a80);
    assert_eq!(key.authenticator.waiting_for(), None);
    // Don't-enforce signs without a user and says so.
    let (data, word) = key.u2f_once(&sign_request(RP, 8, &key_handle));
    assert_eq!((word, data[0]), (0x9000, 0));
    verify_assertion(&public, RP, &data);
    assert_eq!(key.u2f_once(&sign_request(RP, 9, &key_handle)).1, 0x6a86);
    assert_eq!(authenticate(&mut key, RP, &key_handle).flags, 1);
}

#[test]
fn version_and_nonsense() {
    let mut key = Key::new(full());
    assert_eq!(key.u2f_once(&[0, 3, 0, 0]), (b"U2F_V2".to_vec(), 0x9000));
    assert_eq!(key.u2f_once(&[0, 0x77, 0, 0]).1, 0x6d00);
    assert_eq!(key.u2f_once(&[1, 3, 0, 0]).1, 0x6e00);
    assert_eq!(key.u2f_once(&[]).1, 0x6700);
    assert_eq!(key.u2f_once(&apdu(1, 0, &[0; 63])).1, 0x6700);
}

#[test]
fn profiles_without_one_protocol() {
    let mut key = Key::new(Profile { u2f: None, ..full() });
    assert_eq!(key.u2f_once(&[0, 3, 0, 0]).1, 0x6d00);
    let mut key = Key::new(Profile { ctap2: None, ..full() });
    assert_eq!(key.send_status(GET_INFO), Status::INVALID_COMMAND);
    let handle = register(&mut key, RP).key_handle;
    authenticate(&mut key, RP, &handle);
}

#[test]
fn one_id_serves_both_protocols() {
    let mut key = Key::new(full());
    for rk in [false, true] {
        let made = Made::of(&key.send(&Make { rk: Some(rk), ..Make::at(RP) }.bytes()));
        let (data, word) = key.u2f(&sign_request(RP, 3, &made.id));
        assert_eq!(word, 0x9000);
        verify_assertion(&made.key, RP, &data);
    }
    let registered = register(&mut key, RP);
    let got = Got::of(&key.send(&Get::with(RP, &[&registered.key_handle]).bytes()));
    verify(&registered.key, &[&got.auth_data[..], &HASH].concat(), &got.signature);
}

#[test]
fn answers_at_once_and_keeps_the_prompt_while_polled() {
    let mut key = Key::new(full());
    for _ in 0..5 {
        assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
        let waiting = key.authenticator.waiting_for().unwrap();
        assert_eq!((waiting.ask, waiting.protocol), (Ask::Presence, Protocol::Ctap1));
        assert_eq!(key.authenticator.wake_at(), Some(key.now + Duration::from_secs(3)));
        key.pass(Duration::from_millis(2_999));
    }
    key.pass(Duration::from_millis(1));
    assert_eq!(key.step(Input::Tick), Step::Quiet);
    assert_eq!((key.authenticator.waiting_for(), key.authenticator.wake_at()), (None, None));
    assert_eq!(key.user(UserAct::Touched), Step::Quiet, "for nothing");
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
}

#[test]
fn a_touch_is_used_up_by_the_next_request_of_its_application() {
    let mut key = Key::new(full());
    let handle = register(&mut key, RP).key_handle;
    assert_eq!(key.u2f_once(&sign_request(RP, 3, &handle)).1, NOT_SATISFIED);
    assert_eq!(key.user(UserAct::Touched), Step::Quiet);
    assert_eq!(key.authenticator.waiting_for(), None, "no second touch is needed");
    // Check-only does not use it up.
    assert_eq!(key.u2f_once(&sign_request(RP, 7, &handle)).1, NOT_SATISFIED);
    assert_eq!(key.u2f_once(&sign_request(RP, 3, &handle)).1, 0x9000);
    assert_eq!(key.u2f_once(&sign_request(RP, 3, &handle)).1, NOT_SATISFIED, "one touch, one signature");
}

#[test]
fn a_touch_is_for_its_application_and_its_time() {
    let mut key = Key::new(full());
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
    assert_eq!(key.user(UserAct::Touched), Step::Quiet);
    assert_eq!(key.u2f_once(&register_request("other.example")).1, NOT_SATISFIED);
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);

    assert_eq!(key.user(UserAct::Touched), Step::Quiet);
    key.pass(Duration::from_secs(3));
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED, "too late");
}

#[test]
fn refusing_ends_the_prompt() {
    let mut key = Key::new(full());
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
    assert_eq!(key.user(UserAct::Declined), Step::Quiet);
    assert_eq!(key.authenticator.waiting_for(), None);
}

#[test]
fn cancel_is_nothing_to_u2f_and_abort_ends_the_prompt_of_its_channel() {
    let mut key = Key::new(full());
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
    assert_eq!(key.step(Input::Cancel { from: HERE }), Step::Quiet);
    assert_eq!(key.step(Input::Abort { from: THERE }), Step::Quiet);
    assert!(key.authenticator.waiting_for().is_some());
    assert_eq!(key.step(Input::Abort { from: HERE }), Step::Quiet);
    assert_eq!(key.authenticator.waiting_for(), None);
}

#[test]
fn a_ctap2_wait_takes_the_light_over() {
    let mut key = Key::new(full());
    assert_eq!(key.u2f_once(&register_request(RP)).1, NOT_SATISFIED);
    assert_eq!(key.request(THERE, SELECTION), Step::Ask(Ask::Presence));
    let bytes = register_request(RP);
    let busy = key.step(Input::Request { from: HERE, protocol: Protocol::Ctap1, bytes: &bytes });
    assert_eq!(busy, Step::Busy);
    let step = key.user(UserAct::Touched);
    assert_eq!(key.bytes(step), [0]);
    assert_eq!(key.u2f_once(&bytes).1, NOT_SATISFIED, "the touch was not for it");
}
