//! The key's end of CTAPHID: any reports at any times.

use std::collections::VecDeque;
use std::time::Duration;

use arbitrary::{Arbitrary, Result as Taken, Unstructured};
use frames::{
    Capabilities, Channel, Command, Config, Device, ErrorCode, Event, Host, HostEvent, Keepalive,
    MAX_MESSAGE, Packet, Report,
};

/// One thing that happens to a device.
#[derive(Arbitrary, Debug)]
enum Act {
    /// The beginning of a message.
    Init {
        channel: Chosen,
        command: u8,
        len: u16,
        fill: u8,
    },
    /// What goes on with the last message that began, or not quite.
    Cont {
        channel: Chosen,
        skip: i8,
        fill: u8,
    },
    /// A whole short request.
    Request {
        channel: Chosen,
        msg: bool,
        len: u8,
    },
    /// 64 bytes.
    Raw(Box<[u8; 64]>),
    /// Milliseconds.
    Wait(u16),
    /// Much longer.
    Age(u64),
    Busy(u8),
    Respond {
        channel: Option<Chosen>,
        len: u16,
    },
    Fail(u8),
    /// The client of a channel is gone.
    Leave(Chosen),
    /// The shell does not poll before the next act.
    Hold,
}

/// A channel id, mostly one that is allocated.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Chosen {
    Few(u8),
    Broadcast,
    Any(u32),
}

impl Chosen {
    fn channel(self) -> Channel {
        match self {
            Self::Few(id) => Channel(u32::from(id % 5)),
            Self::Broadcast => Channel::BROADCAST,
            Self::Any(id) => Channel(id),
        }
    }
}

struct Bench {
    device: Device,
    now: Duration,
    working: Option<Channel>,
    /// The sequence number that would go on.
    seq: u8,
}

/// After anything, a host that starts anew gets its channel and its answer.
pub fn any(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let Ok(mut bench) = Bench::new(&mut from) else { return };
    let mut polled = true;
    while let Ok(act) = Act::arbitrary(&mut from) {
        polled = !matches!(act, Act::Hold);
        bench.act(act);
        if polled {
            bench.poll();
        }
        if from.is_empty() {
            break;
        }
    }
    if !polled {
        bench.poll();
    }
    bench.comes_back(data.len() * 37 % (MAX_MESSAGE + 1));
}

impl Bench {
    fn new(from: &mut Unstructured<'_>) -> Taken<Self> {
        let config = Config {
            capabilities: Capabilities(from.arbitrary()?),
            lock: from.arbitrary()?,
            version: [1, 2, 3],
            packet_timeout: Duration::from_millis(from.int_in_range(1..=1000)?),
            keepalive: Duration::from_millis(from.int_in_range(1..=200)?),
            // Few at times, so that they run out.
            channels: from.int_in_range(1..=8)?,
        };
        Ok(Self { device: Device::new(config), now: Duration::ZERO, working: None, seq: 0 })
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Init { channel, command, len, fill } => {
                self.seq = 0;
                self.give(&Packet::init(channel.channel(), Command(command & 0x7f), len, &[fill; 57]));
            }
            Act::Cont { channel, skip, fill } => {
                let seq = self.seq.wrapping_add_signed(if skip.unsigned_abs() > 110 { skip } else { 0 });
                self.seq = seq.wrapping_add(1) & 0x7f;
                self.give(&Packet::cont(channel.channel(), seq, &[fill; 59]));
            }
            Act::Request { channel, msg, len } => {
                let command = if msg { Command::MSG } else { Command::CBOR };
                self.give(&Packet::init(channel.channel(), command, u16::from(len % 58), &[len; 57]));
            }
            Act::Raw(report) => self.give(&report),
            Act::Wait(ms) => self.now = self.now.saturating_add(Duration::from_millis(u64::from(ms))),
            Act::Age(ms) => self.now = self.now.saturating_add(Duration::from_millis(ms)),
            Act::Busy(why) => self.device.busy(Keepalive(why)),
            Act::Respond { channel, len } => {
                let channel = channel.map(Chosen::channel).or(self.working).unwrap_or(Channel(1));
                let taken = self.device.respond(channel, &vec![7; usize::from(len)]);
                self.answered(channel, taken);
            }
            Act::Fail(code) => {
                let channel = self.working.unwrap_or(Channel(1));
                let taken = self.device.fail(channel, ErrorCode(code));
                self.answered(channel, taken);
            }
            Act::Leave(channel) => {
                let channel = channel.channel();
                let worked = self.working == Some(channel);
                let event = self.device.leave(channel);
                assert_eq!(event, worked.then_some(Event::Abort { channel }));
                if worked {
                    self.working = None;
                }
            }
            Act::Hold => {}
        }
        assert_eq!(self.device.working(), self.working);
    }

    fn answered(&mut self, channel: Channel, taken: bool) {
        assert_eq!(taken, self.working == Some(channel));
        if taken {
            self.working = None;
        }
    }

    fn give(&mut self, report: &Report) {
        match self.device.receive(self.now, report) {
            Some(Event::Request { channel, command, payload }) => {
                assert_eq!(self.working, None, "two requests");
                assert!(payload.len() <= MAX_MESSAGE);
                assert!(matches!(command, Command::MSG | Command::CBOR));
                assert!(channel != Channel::RESERVED && channel != Channel::BROADCAST);
                self.working = Some(channel);
            }
            Some(Event::Cancel { channel }) => assert_eq!(self.working, Some(channel)),
            Some(Event::Abort { channel }) => assert_eq!(self.working.take(), Some(channel)),
            Some(Event::Wink { .. }) | None => {}
        }
    }

    /// Takes all that is to be sent; the packets of a message come in order.
    fn poll(&mut self) {
        let mut next = None;
        let mut sent = 0;
        let due = self.device.wake_at().is_some_and(|at| at <= self.now);
        while let Some(report) = self.device.poll(self.now) {
            sent += 1;
            assert!(sent <= 129 + 5, "it sends without end");
            match Packet::parse(&report) {
                Packet::Init {
                    command: Command::INIT | Command::ERROR | Command::KEEPALIVE, len, ..
                } => {
                    assert!(len <= 17);
                }
                Packet::Init { channel, len, .. } => {
                    assert_eq!(next, None, "a message within a message");
                    next = (len > 57).then(|| (channel, 0, usize::from(len) - 57));
                }
                Packet::Cont { channel, seq, .. } => {
                    let Some((wanted, at, left)) = next else { panic!("a packet of no message") };
                    assert_eq!((channel, seq), (wanted, at));
                    next = (left > 59).then(|| (channel, at + 1, left - 59));
                }
            }
        }
        assert_eq!(next, None, "a message without its end");
        assert!(due || sent == 0, "it sends without asking to be polled");
        assert!(self.device.wake_at().is_none_or(|at| at > self.now || self.now == Duration::MAX));
    }

    /// A new host pings with so many bytes.
    fn comes_back(mut self, len: usize) {
        if let Some(channel) = self.working.take() {
            assert!(self.device.respond(channel, &[]));
        }
        self.poll();
        let Some(now) = self.now.checked_add(Duration::from_secs(11)) else { return };
        self.now = now;
        self.poll();
        let mut host = Host::new();
        let init = host.init([9; 8]);
        assert_eq!(self.device.receive(self.now, &init), None);
        let reply = self.device.poll(self.now).expect("INIT is answered");
        match host.receive(&reply) {
            Some(HostEvent::Ready(_)) => {}
            // No channel is left: go on with one that somebody else has.
            Some(HostEvent::Error(ErrorCode::CHANNEL_BUSY)) => host = owner_of_the_first(),
            other => panic!("{other:?}"),
        }

        let ping: Vec<u8> = (0..len).map(|at| u8::try_from(at % 251).unwrap_or(0)).collect();
        for report in host.send(Command::PING, &ping).expect("it is not too long") {
            assert_eq!(self.device.receive(self.now, &report), None);
            assert!(self.device.wake_at().is_some());
        }
        let mut replies: VecDeque<Report> = std::iter::from_fn(|| self.device.poll(self.now)).collect();
        let mut back = None;
        while let Some(reply) = replies.pop_front() {
            if let Some(HostEvent::Message { command, payload }) = host.receive(&reply) {
                assert_eq!((command, back), (Command::PING, None));
                back = Some(payload.to_vec());
            }
        }
        assert_eq!(back.as_deref(), Some(&ping[..]));
    }
}

/// A host that was given the first channel.
fn owner_of_the_first() -> Host {
    let mut host = Host::new();
    let _ = host.init([9; 8]);
    let reply = [&[9; 8][..], &[0, 0, 0, 1, 2, 0, 0, 0, 4]].concat();
    let ready = host.receive(&Packet::init(Channel::BROADCAST, Command::INIT, 17, &reply)).is_some();
    assert!(ready && host.channel() == Channel(1));
    host
}
