//! Sequences of commands: requests of three clients, whole and bent, acts of the user, time, power cuts, and a store that
//! fails, against one key.

mod act;
mod credentials;
mod pin;
mod pin_watch;
mod platform;
mod reply;
mod request;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::{Arbitrary, Result as Taken, Unstructured};
use authenticator::platform::{Alg, Crypto, Keep, RecordKey, StoreError};
use authenticator::profile::{Attestation, Counter, Profile};
use authenticator::{
    Ask, Authenticator, Channel, Input, MAX_MESSAGE, Protocol, Step, UserAct, Waiting, attestation,
};

use act::{Act, Bend, Client, Gesture, How, Request};
use credentials::Credentials;
use pin::Pins;
use pin_watch::Question;
use platform::{Fault, Platform};

/// The most acts of one sequence.
const ACTS: usize = 80;

/// Takes a sequence from the bytes and watches that the key keeps its promises.
pub fn sequence(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let Ok(profile) = model(&mut from) else { return };
    let mut stage = Stage::new(profile);
    for _ in 0..ACTS {
        if from.is_empty() {
            break;
        }
        let Ok(act) = Act::arbitrary(&mut from) else { break };
        if *TOLD {
            eprintln!("{:?} {act:?}", stage.now);
        }
        stage.act(&act);
    }
    stage.comes_back();
}

/// Whether each act is printed, to read what was found: `ANYKEY_FUZZ_TELL=1`.
static TOLD: LazyLock<bool> = LazyLock::new(|| std::env::var_os("ANYKEY_FUZZ_TELL").is_some());

/// A model of the catalogue, with some of its settings changed.
fn model(from: &mut Unstructured<'_>) -> Taken<Profile> {
    let mut profile = from.choose(profiles::all())?.profile;
    let counters = [profile.counter, Counter::Global, Counter::PerCredential, Counter::Zero];
    profile.counter = *from.choose(&counters)?;
    if let Some(ctap2) = &mut profile.ctap2 {
        let known = [
            ctap2.attestation,
            Attestation::None,
            Attestation::PackedSelf,
            Attestation::Packed,
            Attestation::FidoU2f,
        ];
        ctap2.attestation = *from.choose(&known)?;
        let features = &mut ctap2.features;
        if features.client_pin && from.ratio(1, 4)? {
            features.always_uv = *from.choose(&[None, Some(false), Some(true)])?;
            features.make_cred_uv_not_rqd = from.arbitrary()?;
            features.uv_retries = from.int_in_range(0..=4)?;
        }
        if from.arbitrary()? {
            ctap2.resident_credentials = ctap2.resident_credentials.min(2);
        }
    }
    Ok(profile)
}

/// A request that waits for its reply.
struct Asked {
    from: Channel,
    bytes: Vec<u8>,
    /// When it was sent.
    at: Duration,
    /// A PIN request that was not bent.
    pin: Option<Question>,
}

/// A getAssertion with more credentials to come.
#[derive(Clone, Copy)]
struct Sequence {
    from: Channel,
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
}

struct Stage {
    key: Authenticator,
    platform: Platform,
    now: Duration,
    powered: bool,
    reply: Vec<u8>,
    pending: Option<Asked>,
    /// Acts of the user that no reply has used up.
    acts: u32,
    /// The last act was a verification.
    verified: bool,
    credentials: Credentials,
    pins: Pins,
    /// The getAssertion that can be gone on with.
    sequence: Option<Sequence>,
}

impl Stage {
    fn new(profile: Profile) -> Self {
        let mut platform = Platform::default();
        let blob = platform.import(Alg::ES256, &[7; 32], Keep::Stored).expect("it takes any");
        let certificate = [&[0x30, 0x82, 1, 0][..], &[1; 256]].concat();
        attestation::provision(&mut platform, &blob, &[&certificate]).expect("there is room");
        let mut key = Authenticator::new(profile);
        key.power_on(Duration::ZERO, &mut platform).expect("the store works");
        Self {
            credentials: Credentials::new(key.profile().counter),
            key,
            platform,
            now: Duration::ZERO,
            powered: true,
            reply: vec![0xee; MAX_MESSAGE],
            pending: None,
            acts: 0,
            verified: false,
            pins: Pins::default(),
            sequence: None,
        }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Willing { from, request } => {
                self.request(*from, request, &Bend::No);
                self.willing();
            }
            Act::Ctap2 { from, request, bend } => self.request(*from, request, bend),
            Act::WillingU2f { from, request } => {
                let bytes = request::ctap1(request, &self.credentials);
                self.ctap1(channel(*from), &bytes);
                if self.key.waiting_for().is_some_and(|waiting| waiting.protocol == Protocol::Ctap1) {
                    self.user(Gesture::Touch);
                    self.ctap1(channel(*from), &bytes);
                }
            }
            Act::U2f { from, request, bend } => {
                let mut bytes = request::ctap1(request, &self.credentials);
                bend.make(&mut bytes);
                self.ctap1(channel(*from), &bytes);
            }
            Act::Raw { from, u2f: true, bytes } => self.ctap1(channel(*from), bytes),
            Act::Raw { from, u2f: false, bytes } => {
                self.ctap2(Asked { from: channel(*from), bytes: bytes.clone(), at: self.now, pin: None });
            }
            Act::User(gesture) => self.user(*gesture),
            Act::Cancel(from) => self.cancel(channel(*from)),
            Act::Abort(from) => self.abort(channel(*from)),
            Act::Tick => self.tick(),
            Act::Wait(ms) => self.now += Duration::from_millis(u64::from(*ms)),
            Act::WaitUntilDue => self.now = self.key.wake_at().unwrap_or(self.now).max(self.now),
            Act::PowerCycle => self.power_cycle(),
            Act::CommitFault { after, how } => {
                let fault = match how {
                    How::Full => Fault::Before(StoreError::Full),
                    How::Failed => Fault::Before(StoreError::Failed),
                    How::PowerCut => Fault::After,
                };
                self.platform.commit_fault = Some((after % 4, fault));
            }
            Act::CryptoFault { after } => self.platform.crypto_fault = Some(after % 4),
        }
        self.waits();
    }

    fn request(&mut self, from: Client, request: &Request, bend: &Bend) {
        let mut bytes = request::ctap2(request, &mut self.pins, &self.credentials);
        let plain = bytes.clone();
        bend.make(&mut bytes);
        let pin = self.pins.asked.take().filter(|_| bytes == plain);
        self.ctap2(Asked { from: channel(from), bytes, at: self.now, pin });
    }

    /// A willing user answers what is asked.
    fn willing(&mut self) {
        for _ in 0..8 {
            match self.key.waiting_for() {
                Some(Waiting { ask: Ask::Presence, protocol: Protocol::Ctap2, .. }) => {
                    self.user(Gesture::Touch)
                }
                Some(Waiting { ask: Ask::Verification { .. }, .. }) => self.user(Gesture::Verify),
                _ => return,
            }
        }
        panic!("it asks without end");
    }

    /// What is asked of the user and when the key wants to be woken goes with the request that waits.
    fn waits(&self) {
        let waiting = self.key.waiting_for();
        let ctap2 = waiting.is_some_and(|waiting| waiting.protocol == Protocol::Ctap2);
        assert_eq!(ctap2, self.pending.is_some(), "{waiting:?}");
        assert!(waiting.is_none() || self.key.wake_at().is_some(), "it waits without end");
    }

    fn step(&mut self, input: Input<'_>) -> Step {
        self.reply.fill(0xee);
        self.platform.failed = platform::Failed::default();
        let before = self.kept();
        let step = self.key.handle(self.now, &mut self.platform, input, &mut self.reply);
        let failed = self.platform.failed;
        if *TOLD {
            let said = if let Step::Reply(len) = step { &self.reply[..len.min(40)] } else { &[] };
            eprintln!("  {step:?} {} {failed:?}", super::twin::hex(said));
        }
        if let Step::Reply(len) = step {
            assert!((1..=MAX_MESSAGE).contains(&len), "a reply of {len} bytes");
        }
        if self.refused(&input, step) {
            let lost = failed.commit == Some(Fault::After);
            assert!(lost || before == self.kept(), "refused, and something is stored");
        } else {
            assert!(failed.commit.is_none() && !failed.crypto, "something failed and was not told: {step:?}");
        }
        step
    }

    /// Whether the step is a reply that refuses.
    fn refused(&self, input: &Input<'_>, step: Step) -> bool {
        let Step::Reply(len) = step else { return false };
        match input {
            Input::Request { protocol: Protocol::Ctap1, .. } => {
                len < 2 || self.reply[len - 2..len] != wire::u2f::StatusWord::NO_ERROR.bytes()
            }
            _ => self.reply[0] != 0,
        }
    }

    /// Credentials and the counter, as stored.
    fn kept(&self) -> BTreeMap<RecordKey, Vec<u8>> {
        let matters = |key: &RecordKey| key.0 >> 28 == 8 || key.0 == 2;
        self.platform
            .records
            .iter()
            .filter(|(key, _)| matters(key))
            .map(|(key, value)| (*key, value.clone()))
            .collect()
    }

    fn ctap2(&mut self, asked: Asked) {
        let input = Input::Request { from: asked.from, protocol: Protocol::Ctap2, bytes: &asked.bytes };
        if self.pending.is_some() {
            return self.busy(input);
        }
        match self.step(input) {
            Step::Reply(len) => self.answered(asked, len),
            Step::Ask(_) => self.pending = Some(asked),
            step => panic!("{step:?} to a request"),
        }
    }

    fn ctap1(&mut self, from: Channel, bytes: &[u8]) {
        let input = Input::Request { from, protocol: Protocol::Ctap1, bytes };
        if self.pending.is_some() {
            return self.busy(input);
        }
        match self.step(input) {
            Step::Reply(len) => self.answered_u2f(bytes, len),
            step => panic!("{step:?} to a U2F request"),
        }
    }

    /// A request while another waits: nothing changes.
    fn busy(&mut self, input: Input<'_>) {
        let before = (self.platform.changes, self.key.wake_at(), format!("{:?}", self.key.waiting_for()));
        assert_eq!(self.step(input), Step::Busy);
        let after = (self.platform.changes, self.key.wake_at(), format!("{:?}", self.key.waiting_for()));
        assert_eq!(before, after);
    }

    fn user(&mut self, gesture: Gesture) {
        let act = match gesture {
            Gesture::Touch => UserAct::Touched,
            Gesture::Verify => UserAct::Verified,
            Gesture::Mismatch => UserAct::Mismatch,
            Gesture::Decline => UserAct::Declined,
        };
        self.acts += u32::from(act != UserAct::Declined);
        self.verified = act == UserAct::Verified;
        match (self.step(Input::User(act)), self.pending.take()) {
            (Step::Reply(len), Some(asked)) => self.answered(asked, len),
            (Step::Ask(_), Some(asked)) => self.pending = Some(asked),
            (Step::Quiet, None) => {}
            (step, _) => panic!("{step:?} to an act of the user"),
        }
        self.verified = false;
    }

    fn cancel(&mut self, from: Channel) {
        match (self.step(Input::Cancel { from }), self.pending.take()) {
            (Step::Reply(1), Some(asked)) if asked.from == from => {
                assert_eq!(self.reply[0], wire::Status::KEEPALIVE_CANCEL.0);
            }
            (Step::Quiet, others) => {
                assert!(others.as_ref().is_none_or(|asked| asked.from != from), "not cancelled");
                self.pending = others;
            }
            (step, _) => panic!("{step:?} to a cancel"),
        }
    }

    fn abort(&mut self, from: Channel) {
        assert_eq!(self.step(Input::Abort { from }), Step::Quiet);
        self.pending = self.pending.take().filter(|asked| asked.from != from);
        self.sequence = self.sequence.filter(|sequence| sequence.from != from);
    }

    fn tick(&mut self) {
        let due = self.key.wake_at().is_some_and(|at| at <= self.now);
        match (self.step(Input::Tick), self.pending.take()) {
            (Step::Reply(1), Some(_)) => {
                assert!(due, "too early");
                assert_eq!(self.reply[0], wire::Status::USER_ACTION_TIMEOUT.0);
            }
            (Step::Quiet, still) => self.pending = still,
            (step, _) => panic!("{step:?} to a tick"),
        }
        assert!(self.key.wake_at().is_none_or(|at| at > self.now), "it wants to be woken again at once");
    }

    fn power_cycle(&mut self) {
        self.now = Duration::ZERO;
        self.pending = None;
        self.sequence = None;
        self.acts = 0;
        self.pins.forget();
        self.pins.watch.power_cycle();
        self.platform.failed = platform::Failed::default();
        let powered = self.key.power_on(Duration::ZERO, &mut self.platform);
        self.powered = powered.is_ok();
        assert_eq!(powered.is_err(), self.platform.failed.commit.is_some());
        if self.powered {
            let residents = self.platform.records.keys().filter(|key| key.0 >> 28 == 8).count();
            assert_eq!(
                self.platform.keys.len(),
                residents + 1,
                "a key without a record, or a record without a key"
            );
        }
    }

    /// Whatever has happened: the key can be asked again, and nothing that was acknowledged is lost.
    fn comes_back(mut self) {
        self.platform.commit_fault = None;
        self.platform.crypto_fault = None;
        while let Some(at) = self.key.wake_at() {
            self.now = self.now.max(at);
            self.tick();
        }
        self.waits();
        self.power_cycle();
        assert!(self.powered, "a store that works");
        let model = *self.key.profile();
        for (rp, id) in self.credentials.unprotected() {
            let request = match model.ctap2 {
                Some(_) => request::silent(rp, &id),
                None => request::check_only(rp, &id),
            };
            let protocol = if model.ctap2.is_some() { Protocol::Ctap2 } else { Protocol::Ctap1 };
            let input = Input::Request { from: Channel(9), protocol, bytes: &request };
            let Step::Reply(len) = self.step(input) else { panic!("no reply") };
            let said = &self.reply[..len];
            let here = match protocol {
                // A key that always wants verification says so.
                Protocol::Ctap2 => [0, wire::Status::PUAT_REQUIRED.0].contains(&said[0]),
                Protocol::Ctap1 => said == wire::u2f::StatusWord::CONDITIONS_NOT_SATISFIED.bytes(),
            };
            assert!(here, "a credential is lost: {said:02x?}");
        }
    }
}

fn channel(client: Client) -> Channel {
    Channel(match client {
        Client::First => 1,
        Client::Second => 2,
        Client::Third => 3,
    })
}
