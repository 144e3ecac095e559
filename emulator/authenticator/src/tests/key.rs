//! A key on the bench: an authenticator, its platform, a clock moved by hand, and a user.

use core::time::Duration;
use std::vec;
use std::vec::Vec;

use wire::{Protocol, Status};

use super::bench::Bench;
use crate::platform::{Alg, Crypto, Keep};
use crate::profile::{
    ALGORITHMS_MAX, Attachment, Attestation, Backup, Counter, Ctap2, Features, Issuer, Name, Profile, Tells,
    Transports, U2f, Usb, Versions,
};
use crate::{Ask, Authenticator, Channel, Input, Step, UserAct, attestation};

/// The channel of those who do not care.
pub(crate) const HERE: Channel = Channel(1);
/// Another one.
pub(crate) const THERE: Channel = Channel(2);
/// The attestation key's secret.
pub(crate) const ATTESTATION_SECRET: [u8; 32] = [7; 32];

/// An authenticator with everything around it.
pub(crate) struct Key {
    pub(crate) authenticator: Authenticator,
    pub(crate) bench: Bench,
    pub(crate) now: Duration,
    pub(crate) reply: Vec<u8>,
}

impl Key {
    /// A provisioned key that has just got power.
    pub(crate) fn new(profile: Profile) -> Self {
        let mut bench = Bench::new();
        let blob = bench.import(Alg::ES256, &ATTESTATION_SECRET, Keep::Stored).unwrap();
        attestation::provision(&mut bench, &blob, &[&certificate(1), &certificate(2)]).unwrap();
        let mut key = Self::over(bench, profile);
        key.bench.commits = 0;
        key
    }

    /// A key over a platform with content, given power.
    pub(crate) fn over(mut bench: Bench, profile: Profile) -> Self {
        bench.fault = None;
        let mut authenticator = Authenticator::new(profile);
        authenticator.power_on(Duration::ZERO, &mut bench).unwrap();
        Self { authenticator, bench, now: Duration::ZERO, reply: vec![0xee; wire::MAX_MESSAGE] }
    }

    /// Takes one step.
    pub(crate) fn step(&mut self, input: Input<'_>) -> Step {
        self.authenticator.handle(self.now, &mut self.bench, input, &mut self.reply)
    }

    /// A CTAP2 request, one step.
    pub(crate) fn request(&mut self, from: Channel, bytes: &[u8]) -> Step {
        self.step(Input::Request { from, protocol: Protocol::Ctap2, bytes })
    }

    /// An act of the user.
    pub(crate) fn user(&mut self, act: UserAct) -> Step {
        self.step(Input::User(act))
    }

    /// The bytes of a reply.
    pub(crate) fn bytes(&self, step: Step) -> Vec<u8> {
        match step {
            Step::Reply(length) => self.reply[..length].to_vec(),
            other => panic!("no reply but {other:?}"),
        }
    }

    /// The status of a reply that is nothing else.
    pub(crate) fn status(&self, step: Step) -> Status {
        let bytes = self.bytes(step);
        assert!(bytes.len() == 1 || bytes[0] == 0, "an error carries no data");
        Status(bytes[0])
    }

    /// A CTAP2 request with a willing user, to its end.
    pub(crate) fn send_from(&mut self, from: Channel, bytes: &[u8]) -> Vec<u8> {
        let step = self.request(from, bytes);
        self.finish(step)
    }

    /// As [`send_from`](Self::send_from), here.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.send_from(HERE, bytes)
    }

    /// A willing user answers what is asked.
    pub(crate) fn finish(&mut self, mut step: Step) -> Vec<u8> {
        while let Step::Ask(ask) = step {
            step = self.user(match ask {
                Ask::Presence => UserAct::Touched,
                Ask::Verification { .. } => UserAct::Verified,
            });
        }
        self.bytes(step)
    }

    /// The status of a request with a willing user.
    pub(crate) fn send_status(&mut self, bytes: &[u8]) -> Status {
        Status(self.send(bytes)[0])
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// A U2F request, one step: data and status word.
    pub(crate) fn u2f_once(&mut self, bytes: &[u8]) -> (Vec<u8>, u16) {
        let step = self.step(Input::Request { from: HERE, protocol: Protocol::Ctap1, bytes });
        let mut bytes = self.bytes(step);
        let word = bytes.split_off(bytes.len() - 2);
        (bytes, u16::from_be_bytes([word[0], word[1]]))
    }

    /// A U2F request with a willing user: asked, touched, asked again.
    pub(crate) fn u2f(&mut self, bytes: &[u8]) -> (Vec<u8>, u16) {
        let first = self.u2f_once(bytes);
        if self.authenticator.waiting_for().is_none() {
            return first;
        }
        assert_eq!(self.user(UserAct::Touched), Step::Quiet);
        self.u2f_once(bytes)
    }
}

/// A stand-in for a certificate: a DER SEQUENCE of 256 bytes of `filler`.
pub(crate) fn certificate(filler: u8) -> Vec<u8> {
    let mut bytes = vec![0x30, 0x82, 1, 0];
    bytes.resize(260, filler);
    bytes
}

/// A key that can all of this issue: resident keys, verification, U2F.
pub(crate) fn full() -> Profile {
    let mut algorithms = [Alg(0); ALGORITHMS_MAX];
    algorithms[0] = Alg::ES256;
    Profile {
        name: Name::new("full").unwrap(),
        product: Name::new("Full").unwrap(),
        aaguid: [0xaa; 16],
        versions: Versions { u2f_v2: true, fido_2_0: true, ..Versions::default() },
        ctap2: Some(Ctap2 {
            rk: true,
            uv: Some(true),
            uv_attempts: 3,
            resident_credentials: 25,
            algorithms,
            algorithm_count: 1,
            attestation: Attestation::PackedSelf,
            attestation_issuer: Issuer::Root,
            max_credential_count_in_list: 8,
            max_credential_id_length: 128,
            tells: Tells { transports: true, ..Tells::default() },
            max_msg_size: 1200,
            firmware_version: 0,
            uv_modality: 0,
            features: Features::NONE,
        }),
        u2f: Some(U2f { key_handle: 64 }),
        counter: Counter::Global,
        backup: Backup::Ineligible,
        attachment: Attachment::CrossPlatform,
        transports: Transports { usb: true, ..Transports::default() },
        touch_timeout_ms: 30_000,
        u2f_prompt_ms: 3_000,
        reset_window_ms: 10_000,
        usb: Usb::NONE,
    }
}

/// As [`full`], with its CTAP2 side changed.
pub(crate) fn with(change: impl FnOnce(&mut Ctap2)) -> Profile {
    let mut profile = full();
    change(profile.ctap2.as_mut().unwrap());
    profile
}

/// A key of CTAP 2.1 with all that hangs on PIN and token.
pub(crate) fn modern() -> Profile {
    let mut profile = with(|ctap2| {
        ctap2.features = Features {
            client_pin: true,
            pin_uv_auth_protocols: [2, 1],
            pin_uv_auth_token: true,
            uv_retries: 5,
            make_cred_uv_not_rqd: true,
            cred_mgmt: true,
            authnr_cfg: true,
            set_min_pin_length: true,
            max_rpids_for_set_min_pin_length: 2,
            ..Features::NONE
        };
    });
    profile.versions.fido_2_1 = true;
    profile
}

/// As [`modern`], with its features changed.
pub(crate) fn modern_with(change: impl FnOnce(&mut Features)) -> Profile {
    let mut profile = modern();
    change(&mut profile.ctap2.as_mut().unwrap().features);
    profile
}
