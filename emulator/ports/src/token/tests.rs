//! A client and a key with all packets between them, on a clock that is moved by hand.

use std::time::Duration;

use authenticator::{Protocol, UserAct};
use frames::{Capabilities, Command, ErrorCode, Host, InitReply, Keepalive};
use softkeys::{MemoryStore, Seeded};
use wire::Status;
use wire::ctap2::{Descriptor, List, get_assertion, get_info, make_credential, split_response};
use wire::u2f::{self, StatusWord};

use super::*;
use crate::tests::{GET_INFO, Heard, make, model, platform};

/// A key on the bench, with power on.
struct Bench {
    token: Token,
    platform: Seeded<MemoryStore>,
    now: Duration,
}

impl Bench {
    fn new(name: &str) -> Self {
        let profile = model(name);
        let mut platform = platform(&profile, MemoryStore::new());
        let mut token = Token::new(profile);
        token.power_on(Duration::ZERO, &mut platform).unwrap();
        Self { token, platform, now: Duration::ZERO }
    }

    fn give(&mut self, report: &Report) {
        self.token.receive(self.now, &mut self.platform, report);
    }

    fn user(&mut self, act: UserAct) {
        self.token.user(self.now, &mut self.platform, act);
    }

    fn wait(&mut self, by: u64) {
        self.now += Duration::from_millis(by);
        self.token.tick(self.now, &mut self.platform);
    }

    /// All packets that are ready, as `host` sees them.
    fn seen(&mut self, host: &mut Host) -> Vec<Heard> {
        let mut seen = Vec::new();
        while let Some(report) = self.token.poll(self.now) {
            seen.extend(host.receive(&report).map(Heard::of));
        }
        seen
    }

    /// A client with its own channel.
    fn host(&mut self, nonce: u8) -> Host {
        let mut host = Host::new();
        let init = host.init([nonce; 8]);
        self.give(&init);
        assert!(matches!(self.seen(&mut host)[..], [Heard::Ready(_)]));
        host
    }

    fn send(&mut self, host: &mut Host, command: Command, message: &[u8]) {
        for report in host.send(command, message).unwrap() {
            self.give(&report);
        }
    }

    /// A CTAP2 request that needs no user, or whose user has acted.
    fn message(&mut self, host: &mut Host, command: Command) -> Vec<u8> {
        match &mut self.seen(host)[..] {
            [Heard::Message(got, payload)] if *got == command => std::mem::take(payload),
            other => panic!("{other:?}"),
        }
    }

    /// A U2F request and its response.
    fn u2f(&mut self, host: &mut Host, request: &u2f::Request<'_>) -> (Vec<u8>, StatusWord) {
        let mut out = [0; 400];
        let len = request.message(&mut out).unwrap();
        self.send(host, Command::MSG, &out[..len]);
        let response = self.message(host, Command::MSG);
        let (data, word) = u2f::split_response(&response).unwrap();
        (data.to_vec(), word)
    }
}

fn credential_id(response: &[u8]) -> Vec<u8> {
    let (status, members) = split_response(response).unwrap();
    assert_eq!(status, Status::OK);
    let response = make_credential::Response::decode(members).unwrap();
    let data = wire::authdata::AuthData::parse_exact(response.auth_data).unwrap();
    data.attested.unwrap().credential_id.to_vec()
}

#[test]
fn each_key_tells_what_it_speaks() {
    for name in profiles::names() {
        let mut bench = Bench::new(name);
        let profile = *bench.token.profile();
        let mut host = Host::new();
        let init = host.init([1; 8]);
        bench.give(&init);
        let [Heard::Ready(reply)] = bench.seen(&mut host)[..] else { panic!() };
        assert_eq!(reply.capabilities.contains(Capabilities::CBOR), profile.ctap2.is_some());
        assert_eq!(reply.capabilities.contains(Capabilities::NMSG), profile.u2f.is_none());
        assert_eq!(reply.capabilities.contains(Capabilities::WINK), profile.usb.wink);

        bench.send(&mut host, Command::CBOR, GET_INFO);
        if profile.ctap2.is_some() {
            let response = bench.message(&mut host, Command::CBOR);
            let (status, members) = split_response(&response).unwrap();
            assert_eq!(status, Status::OK);
            assert_eq!(get_info::Response::decode(members).unwrap().aaguid, &profile.aaguid);
        } else {
            assert_eq!(bench.seen(&mut host), [Heard::Error(ErrorCode::INVALID_CMD)]);
        }

        let mut out = [0; 20];
        let len = u2f::Request::Version.message(&mut out).unwrap();
        bench.send(&mut host, Command::MSG, &out[..len]);
        if profile.u2f.is_some() {
            let mut expected = b"U2F_V2".to_vec();
            expected.extend([0x90, 0x00]);
            assert_eq!(bench.message(&mut host, Command::MSG), expected);
        } else {
            assert_eq!(bench.seen(&mut host), [Heard::Error(ErrorCode::INVALID_CMD)]);
        }
    }
}

#[test]
fn a_registration_and_a_login_with_a_touch_each() {
    let mut bench = Bench::new("no-uv");
    let mut host = bench.host(1);
    bench.send(&mut host, Command::CBOR, &make(false));
    assert_eq!(bench.seen(&mut host), [Heard::Keepalive(Keepalive::UPNEEDED)]);
    assert_eq!(bench.token.waiting_for().unwrap().rp_id, Some("example.org"));
    bench.wait(99);
    assert_eq!(bench.seen(&mut host), []);
    bench.wait(1);
    assert_eq!(bench.seen(&mut host), [Heard::Keepalive(Keepalive::UPNEEDED)]);
    bench.user(UserAct::Touched);
    let response = bench.message(&mut host, Command::CBOR);
    let id = credential_id(&response);
    assert!(bench.token.waiting_for().is_none());
    assert_eq!(bench.token.wake_at(), None);

    let mut out = vec![0; 500];
    let len = get_assertion::Request {
        rp_id: "example.org",
        client_data_hash: &[2; 32],
        allow_list: Some(List::from(&[Descriptor::public_key(&id)])),
        ..Default::default()
    }
    .message(&mut out)
    .unwrap();
    bench.send(&mut host, Command::CBOR, &out[..len]);
    assert_eq!(bench.seen(&mut host), [Heard::Keepalive(Keepalive::UPNEEDED)]);
    bench.user(UserAct::Touched);
    let response = bench.message(&mut host, Command::CBOR);
    let (status, members) = split_response(&response).unwrap();
    assert_eq!(status, Status::OK);
    assert_eq!(get_assertion::Response::decode(members).unwrap().credential.unwrap().id, id);
}

#[test]
fn a_u2f_registration_is_polled() {
    let mut bench = Bench::new("yubikey-4");
    let mut host = bench.host(1);
    let request = u2f::Request::Register { challenge: &[1; 32], application: &[2; 32] };
    assert_eq!(bench.u2f(&mut host, &request), (vec![], StatusWord::CONDITIONS_NOT_SATISFIED));
    assert_eq!(bench.token.waiting_for().unwrap().protocol, Protocol::Ctap1);
    bench.wait(200);
    assert_eq!(bench.u2f(&mut host, &request).1, StatusWord::CONDITIONS_NOT_SATISFIED);
    bench.user(UserAct::Touched);
    assert_eq!(bench.seen(&mut host), [], "a touch by itself sends nothing");
    let (data, word) = bench.u2f(&mut host, &request);
    assert_eq!(word, StatusWord::NO_ERROR);
    let registered = u2f::Registered::decode(&data).unwrap();

    let check = u2f::Request::Authenticate {
        control: u2f::Control::CHECK_ONLY,
        challenge: &[3; 32],
        application: &[2; 32],
        key_handle: registered.key_handle,
    };
    assert_eq!(bench.u2f(&mut host, &check).1, StatusWord::CONDITIONS_NOT_SATISFIED);
    assert!(bench.token.waiting_for().is_none(), "check-only asks nobody");
}

#[test]
fn a_cancel_is_answered_by_the_request() {
    let mut bench = Bench::new("no-uv");
    let (mut host, other) = (bench.host(1), bench.host(2));
    bench.send(&mut host, Command::CBOR, &make(false));
    bench.seen(&mut host);
    bench.give(&other.cancel());
    assert_eq!(bench.seen(&mut host), []);
    let cancel = host.cancel();
    bench.give(&cancel);
    assert_eq!(bench.seen(&mut host), [Heard::Message(Command::CBOR, vec![Status::KEEPALIVE_CANCEL.0])]);
    assert!(bench.token.waiting_for().is_none());
    // With nothing to cancel it is passed over.
    bench.give(&cancel);
    assert_eq!(bench.seen(&mut host), []);
}

#[test]
fn a_host_that_starts_anew_gets_no_reply_to_its_old_request() {
    let mut bench = Bench::new("no-uv");
    let mut host = bench.host(1);
    let channel = host.channel();
    bench.send(&mut host, Command::CBOR, &make(false));
    bench.seen(&mut host);
    let init = host.init([3; 8]);
    bench.give(&init);
    assert!(
        matches!(bench.seen(&mut host)[..], [Heard::Ready(InitReply { channel: same, .. })] if same == channel)
    );
    assert!(bench.token.waiting_for().is_none());
    bench.user(UserAct::Touched);
    bench.wait(60_000);
    assert_eq!(bench.seen(&mut host), []);
    // The key is free again.
    bench.send(&mut host, Command::CBOR, &make(false));
    assert_eq!(bench.seen(&mut host), [Heard::Keepalive(Keepalive::UPNEEDED)]);
}

#[test]
fn a_user_who_does_not_come_is_waited_for_until_the_end() {
    let mut bench = Bench::new("no-uv");
    let mut host = bench.host(1);
    bench.send(&mut host, Command::CBOR, &make(false));
    let patience = u64::from(bench.token.profile().touch_timeout_ms);
    let mut keepalives = 0;
    loop {
        match &bench.seen(&mut host)[..] {
            [Heard::Keepalive(Keepalive::UPNEEDED)] => keepalives += 1,
            [Heard::Message(Command::CBOR, payload)] => {
                assert_eq!(payload[..], [Status::USER_ACTION_TIMEOUT.0]);
                break;
            }
            other => panic!("{other:?}"),
        }
        // The token itself says when to come back.
        bench.now = bench.token.wake_at().unwrap();
        bench.wait(0);
    }
    assert_eq!(bench.now, Duration::from_millis(patience));
    assert_eq!(keepalives, patience / 100);
}

#[test]
fn another_client_is_told_that_the_key_is_busy() {
    let mut bench = Bench::new("no-uv");
    let (mut one, mut two) = (bench.host(1), bench.host(2));
    bench.send(&mut one, Command::CBOR, &make(false));
    bench.seen(&mut one);
    bench.send(&mut two, Command::CBOR, GET_INFO);
    assert_eq!(bench.seen(&mut two), [Heard::Error(ErrorCode::CHANNEL_BUSY)]);
    bench.user(UserAct::Touched);
    credential_id(&bench.message(&mut one, Command::CBOR));
    bench.send(&mut two, Command::CBOR, GET_INFO);
    bench.message(&mut two, Command::CBOR);
}

#[test]
fn verification_may_take_several_attempts() {
    let mut bench = Bench::new("passkey");
    let mut host = bench.host(1);
    bench.send(&mut host, Command::CBOR, &make(true));
    bench.seen(&mut host);
    let asked = |bench: &Bench| match bench.token.waiting_for().unwrap().ask {
        authenticator::Ask::Verification { attempts_left } => attempts_left,
        other => panic!("{other:?}"),
    };
    let before = asked(&bench);
    bench.user(UserAct::Mismatch);
    assert_eq!(bench.seen(&mut host), [Heard::Keepalive(Keepalive::UPNEEDED)]);
    assert_eq!(asked(&bench), before - 1);
    bench.user(UserAct::Verified);
    credential_id(&bench.message(&mut host, Command::CBOR));
}

#[test]
fn plugging_in_again_forgets_channels_and_waits() {
    let mut bench = Bench::new("no-uv");
    let mut host = bench.host(1);
    bench.send(&mut host, Command::CBOR, &make(false));
    bench.seen(&mut host);
    bench.token.power_on(bench.now, &mut bench.platform).unwrap();
    assert!(bench.token.waiting_for().is_none());
    assert_eq!(bench.token.wake_at(), None);
    bench.send(&mut host, Command::CBOR, GET_INFO);
    assert_eq!(bench.seen(&mut host), [Heard::Error(ErrorCode::INVALID_CHANNEL)]);
}

#[test]
fn winks_are_counted() {
    let mut bench = Bench::new("yubikey-4");
    let mut host = bench.host(1);
    bench.send(&mut host, Command::WINK, &[]);
    assert_eq!(bench.seen(&mut host), [Heard::Message(Command::WINK, vec![])]);
    assert_eq!(bench.token.winks(), 1);
}
