//! The key's end: channels, assembly of requests, keepalives, errors.

use core::time::Duration;

use crate::command::{Capabilities, Command, ErrorCode, Keepalive};
use crate::config::Config;
use crate::message::{Assembly, Cutter};
use crate::outbox::Outbox;
use crate::report::{Channel, Packet, Report};
use crate::{MAX_MESSAGE, Uptime};

/// What a packet from the host came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole request, MSG or CBOR. The device is busy until [`Device::respond`] or [`Device::fail`].
    Request {
        /// Who asks.
        channel: Channel,
        /// [`Command::MSG`] or [`Command::CBOR`].
        command: Command,
        /// The message.
        payload: &'a [u8],
    },
    /// The host no longer wants the reply of its CBOR request, which is still to be answered.
    Cancel {
        /// Whose request.
        channel: Channel,
    },
    /// The host started anew on the channel whose request is in work: no reply is wanted.
    Abort {
        /// Whose request.
        channel: Channel,
    },
    /// The device is to show itself to the user. It has been answered already.
    Wink {
        /// Who asks.
        channel: Channel,
    },
}

/// The state of a device.
///
/// After each [`receive`](Self::receive), and whenever [`wake_at`](Self::wake_at) has come, call [`poll`](Self::poll)
/// until it gives nothing more.
#[derive(Debug, Clone)]
pub struct Device {
    config: Config,
    /// The channel allocated last; all from 1 to this one are allocated.
    last_channel: u32,
    state: State,
    lock: Option<Lock>,
    outbox: Outbox,
    /// The request while it comes in and while its event is borrowed, then the response while it goes out.
    buffer: [u8; MAX_MESSAGE],
}

#[derive(Debug, Clone, Copy)]
enum State {
    Idle,
    Receiving { assembly: Assembly, until: Uptime },
    Working { channel: Channel, command: Command, why: Keepalive, next: Uptime },
    Sending(Cutter),
}

#[derive(Debug, Clone, Copy)]
struct Lock {
    channel: Channel,
    until: Uptime,
}

impl Device {
    /// A device with no channels allocated.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        Self {
            config,
            last_channel: 0,
            state: State::Idle,
            lock: None,
            outbox: Outbox::new(),
            buffer: [0; MAX_MESSAGE],
        }
    }

    /// Takes a packet from the host.
    pub fn receive(&mut self, now: Uptime, report: &Report) -> Option<Event<'_>> {
        self.expire(now);
        match Packet::parse(report) {
            Packet::Init { channel, command: Command::INIT, len, data } => {
                self.init(channel, len, data.first_chunk()?)
            }
            Packet::Init { channel, command, len, data } => {
                if !self.is_allocated(channel) {
                    self.error(channel, ErrorCode::INVALID_CHANNEL);
                    return None;
                }
                if command == Command::CANCEL {
                    return self.cancel(channel);
                }
                if let Err(code) = self.admit(channel, command, len) {
                    self.error(channel, code);
                    return None;
                }
                match Assembly::begin(channel, command, len, data, &mut self.buffer) {
                    Some(assembly) => self.progress(now, assembly),
                    None => {
                        self.error(channel, ErrorCode::INVALID_LEN);
                        None
                    }
                }
            }
            Packet::Cont { channel, seq, data } => {
                // A continuation packet that belongs to nothing is passed over.
                let State::Receiving { mut assembly, .. } = self.state else { return None };
                if assembly.channel != channel {
                    return None;
                }
                if !assembly.add(seq, data, &mut self.buffer) {
                    self.state = State::Idle;
                    self.error(channel, ErrorCode::INVALID_SEQ);
                    return None;
                }
                self.progress(now, assembly)
            }
        }
    }

    /// The client of this channel is gone: what it has begun is dropped, its lock ends, nothing is sent to it. The channel
    /// stays allocated.
    pub fn leave(&mut self, channel: Channel) -> Option<Event<'_>> {
        self.lock = self.lock.filter(|lock| lock.channel != channel);
        self.drop_work(channel).then_some(Event::Abort { channel })
    }

    /// Says why the request in work takes time; keepalives to the host repeat it.
    pub fn busy(&mut self, why: Keepalive) {
        if let State::Working { why: before, next, .. } = &mut self.state
            && *before != why
        {
            // A change is told at once.
            (*before, *next) = (why, Uptime::ZERO);
        }
    }

    /// Answers the request in work. False if `channel` has none, because the host started anew; nothing is sent then.
    /// A payload longer than a message becomes an error.
    pub fn respond(&mut self, channel: Channel, payload: &[u8]) -> bool {
        let State::Working { channel: asked, command, .. } = self.state else { return false };
        if asked != channel {
            return false;
        }
        if !self.send(channel, command, payload) {
            self.fail(channel, ErrorCode::OTHER);
        }
        true
    }

    /// Answers the request in work by an error. False if `channel` has none.
    pub fn fail(&mut self, channel: Channel, code: ErrorCode) -> bool {
        match self.state {
            State::Working { channel: asked, .. } if asked == channel => {
                self.state = State::Idle;
                self.error(channel, code);
                true
            }
            _ => false,
        }
    }

    /// The next packet for the host, if one is ready: errors and INIT replies, then the response, or a keepalive that
    /// is due.
    pub fn poll(&mut self, now: Uptime) -> Option<Report> {
        self.expire(now);
        if let Some(report) = self.outbox.pop() {
            return Some(report);
        }
        match &mut self.state {
            State::Sending(cutter) => {
                let report = cutter.next(&self.buffer);
                if cutter.is_done() {
                    self.state = State::Idle;
                }
                report
            }
            State::Working { channel, command: Command::CBOR, why, next } if *next <= now => {
                *next = now.saturating_add(self.config.keepalive);
                Some(Packet::init(*channel, Command::KEEPALIVE, 1, &[why.0]))
            }
            _ => None,
        }
    }

    /// When [`poll`](Self::poll) is due even if nothing is received; zero if a packet is ready now.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        if !self.outbox.is_empty() {
            return Some(Uptime::ZERO);
        }
        match self.state {
            State::Sending(_) => Some(Uptime::ZERO),
            State::Receiving { until, .. } => Some(until),
            State::Working { command: Command::CBOR, next, .. } => Some(next),
            State::Working { .. } | State::Idle => None,
        }
    }

    /// The channel whose request is in work.
    #[must_use]
    pub const fn working(&self) -> Option<Channel> {
        match self.state {
            State::Working { channel, .. } => Some(channel),
            _ => None,
        }
    }

    fn init(&mut self, channel: Channel, len: u16, nonce: &[u8; 8]) -> Option<Event<'_>> {
        if len != 8 {
            self.error(channel, ErrorCode::INVALID_LEN);
            return None;
        }
        if channel == Channel::BROADCAST {
            // Answered at any time: it touches no other channel's work.
            if self.last_channel >= self.config.channels.min(LAST_CHANNEL) {
                self.error(channel, ErrorCode::CHANNEL_BUSY);
                return None;
            }
            self.last_channel += 1;
            self.init_reply(Channel::BROADCAST, nonce, Channel(self.last_channel));
            return None;
        }
        if !self.is_allocated(channel) {
            self.error(channel, ErrorCode::INVALID_CHANNEL);
            return None;
        }
        let worked = self.drop_work(channel);
        self.init_reply(channel, nonce, channel);
        worked.then_some(Event::Abort { channel })
    }

    /// Drops what the channel has begun; true if a request of it was in work.
    fn drop_work(&mut self, channel: Channel) -> bool {
        let (mine, working) = match self.state {
            State::Idle => (false, false),
            State::Receiving { assembly, .. } => (assembly.channel == channel, false),
            State::Working { channel: asked, .. } => (asked == channel, true),
            State::Sending(cutter) => (cutter.channel == channel, false),
        };
        if mine {
            self.state = State::Idle;
        }
        mine && working
    }

    fn init_reply(&mut self, to: Channel, nonce: &[u8; 8], channel: Channel) {
        let mut payload = [0; 17];
        let (head, tail) = payload.split_at_mut(8);
        head.copy_from_slice(nonce);
        let [c0, c1, c2, c3] = channel.0.to_be_bytes();
        let [major, minor, build] = self.config.version;
        let flags = self.config.capabilities.0;
        tail.copy_from_slice(&[c0, c1, c2, c3, PROTOCOL_VERSION, major, minor, build, flags]);
        self.outbox.push(Packet::init(to, Command::INIT, 17, &payload));
    }

    fn cancel(&self, channel: Channel) -> Option<Event<'_>> {
        match self.state {
            State::Working { channel: asked, command: Command::CBOR, .. } if asked == channel => {
                Some(Event::Cancel { channel })
            }
            // Never answered, and with nothing to cancel passed over.
            _ => None,
        }
    }

    /// Whether a message may begin now.
    fn admit(&mut self, channel: Channel, command: Command, len: u16) -> Result<(), ErrorCode> {
        match self.state {
            State::Idle => {}
            State::Receiving { assembly, .. } if assembly.channel == channel => {
                self.state = State::Idle;
                return Err(ErrorCode::INVALID_SEQ);
            }
            _ => return Err(ErrorCode::CHANNEL_BUSY),
        }
        if self.lock.is_some_and(|lock| lock.channel != channel) {
            return Err(ErrorCode::CHANNEL_BUSY);
        }
        let has = |flag| self.config.capabilities.contains(flag);
        let (known, fits) = match command {
            Command::PING => (true, true),
            Command::MSG => (!has(Capabilities::NMSG), true),
            Command::CBOR => (has(Capabilities::CBOR), len > 0),
            Command::WINK => (has(Capabilities::WINK), len == 0),
            Command::LOCK => (self.config.lock, len == 1),
            _ => (false, true),
        };
        match (known, fits) {
            (false, _) => Err(ErrorCode::INVALID_CMD),
            (true, false) => Err(ErrorCode::INVALID_LEN),
            (true, true) => Ok(()),
        }
    }

    /// Goes on with a message after a packet of it.
    fn progress(&mut self, now: Uptime, assembly: Assembly) -> Option<Event<'_>> {
        if !assembly.is_complete() {
            self.state = State::Receiving { assembly, until: now.saturating_add(self.config.packet_timeout) };
            return None;
        }
        let Assembly { channel, command, .. } = assembly;
        match command {
            Command::WINK => {
                self.send(channel, command, &[]);
                Some(Event::Wink { channel })
            }
            Command::LOCK => {
                self.set_lock(now, channel);
                None
            }
            Command::PING => {
                // The request lies where the response is taken from.
                let len = assembly.message(&self.buffer).len();
                if let Ok(cutter) = Cutter::new(channel, command, len) {
                    self.state = State::Sending(cutter);
                }
                None
            }
            _ => {
                let next = now.saturating_add(self.config.keepalive);
                self.state = State::Working { channel, command, why: Keepalive::PROCESSING, next };
                Some(Event::Request { channel, command, payload: assembly.message(&self.buffer) })
            }
        }
    }

    fn set_lock(&mut self, now: Uptime, channel: Channel) {
        self.state = State::Idle;
        let [seconds, ..] = self.buffer;
        if seconds > MAX_LOCK_SECONDS {
            self.error(channel, ErrorCode::INVALID_PAR);
            return;
        }
        let until = now.saturating_add(Duration::from_secs(u64::from(seconds)));
        self.lock = (seconds > 0).then_some(Lock { channel, until });
        self.send(channel, Command::LOCK, &[]);
    }

    /// Begins to send a message from the buffer; false if it is too long.
    fn send(&mut self, channel: Channel, command: Command, payload: &[u8]) -> bool {
        let Ok(cutter) = Cutter::new(channel, command, payload.len()) else { return false };
        for (place, byte) in self.buffer.iter_mut().zip(payload) {
            *place = *byte;
        }
        self.state = State::Sending(cutter);
        true
    }

    fn error(&mut self, channel: Channel, code: ErrorCode) {
        self.outbox.push(Packet::init(channel, Command::ERROR, 1, &[code.0]));
    }

    fn expire(&mut self, now: Uptime) {
        if self.lock.is_some_and(|lock| lock.until <= now) {
            self.lock = None;
        }
        if let State::Receiving { assembly, until } = self.state
            && until <= now
        {
            self.state = State::Idle;
            self.error(assembly.channel, ErrorCode::MSG_TIMEOUT);
        }
    }

    const fn is_allocated(&self, channel: Channel) -> bool {
        channel.0 != Channel::RESERVED.0 && channel.0 <= self.last_channel
    }
}

/// The version of CTAPHID in the INIT reply.
const PROTOCOL_VERSION: u8 = 2;
const MAX_LOCK_SECONDS: u8 = 10;
const LAST_CHANNEL: u32 = Channel::BROADCAST.0 - 1;
