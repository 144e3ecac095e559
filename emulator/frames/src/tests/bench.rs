//! A device with a clock, and what it sends taken down.

use core::time::Duration;
use std::vec::Vec;

use crate::{Channel, Command, Config, Device, Event, Host, HostEvent, Packet, Report};

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// An event without its borrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Request(Channel, Command, Vec<u8>),
    Cancel(Channel),
    Abort(Channel),
    Wink(Channel),
}

pub struct Bench {
    pub device: Device,
    pub now: Duration,
}

impl Bench {
    pub fn new(config: Config) -> Self {
        Self { device: Device::new(config), now: Duration::ZERO }
    }

    /// A device with `count` channels, which are numbered from 1.
    pub fn with_channels(count: u32) -> Self {
        let mut this = Self::new(Config::default());
        for channel in 1..=count {
            this.give(&Packet::init(Channel::BROADCAST, Command::INIT, 8, &[channel as u8; 8]));
            assert_eq!(this.sent().len(), 1);
        }
        this
    }

    pub fn give(&mut self, report: &Report) -> Option<Seen> {
        self.device.receive(self.now, report).map(|event| match event {
            Event::Request { channel, command, payload } => Seen::Request(channel, command, payload.to_vec()),
            Event::Cancel { channel } => Seen::Cancel(channel),
            Event::Abort { channel } => Seen::Abort(channel),
            Event::Wink { channel } => Seen::Wink(channel),
        })
    }

    /// Everything the device has to send now.
    pub fn sent(&mut self) -> Vec<Report> {
        let ready = self.device.wake_at().is_some_and(|at| at <= self.now);
        let sent: Vec<_> = core::iter::from_fn(|| self.device.poll(self.now)).collect();
        // A device that has something to send says so; one that wakes may find nothing to do.
        assert!(ready || sent.is_empty(), "sends without asking to be polled");
        assert!(self.device.wake_at().is_none_or(|at| at > self.now), "asks to be polled again at once");
        sent
    }

    /// The one packet that the device has to send now, as channel, command and payload.
    pub fn answer(&mut self) -> (Channel, Command, Vec<u8>) {
        let sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:02x?}");
        let Packet::Init { channel, command, len, data } = Packet::parse(&sent[0]) else { panic!() };
        (channel, command, data[..usize::from(len)].to_vec())
    }
}

/// A host with its own channel on a device.
pub fn host(bench: &mut Bench, nonce: u8) -> Host {
    let mut host = Host::new();
    let init = host.init([nonce; 8]);
    assert_eq!(bench.give(&init), None);
    let sent = bench.sent();
    assert_eq!(sent.len(), 1);
    assert!(matches!(host.receive(&sent[0]), Some(HostEvent::Ready(_))));
    host
}
