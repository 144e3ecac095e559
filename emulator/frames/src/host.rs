//! The client's end of one channel.

use crate::MAX_MESSAGE;
use crate::command::{Capabilities, Command, ErrorCode, Keepalive};
use crate::message::{Assembly, Reports, TooLong};
use crate::report::{Channel, Packet, Report};

/// What a packet from the device came to.
#[derive(Debug, PartialEq, Eq)]
pub enum HostEvent<'a> {
    /// The device answered INIT; its channel is used from now on.
    Ready(InitReply),
    /// A whole message.
    Message {
        /// The command, which is that of the request.
        command: Command,
        /// The message.
        payload: &'a [u8],
    },
    /// The device is at work.
    Keepalive(Keepalive),
    /// The device did not take the request.
    Error(ErrorCode),
    /// A continuation packet out of sequence: the message is lost.
    OutOfSequence {
        /// The sequence number that came.
        seq: u8,
    },
    /// A message longer than [`MAX_MESSAGE`] begins; it is not assembled.
    TooLong {
        /// The length that the device announced.
        len: u16,
    },
}

/// The device's answer to INIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitReply {
    /// The channel to use.
    pub channel: Channel,
    /// The version of CTAPHID; 2.
    pub protocol: u8,
    /// The device version: major, minor, build.
    pub version: [u8; 3],
    /// What the device can do.
    pub capabilities: Capabilities,
}

/// The state of a client on one channel.
///
/// It takes the packets of its channel and passes over those of others, which a client sees where several share a
/// device.
#[derive(Debug, Clone)]
pub struct Host {
    channel: Channel,
    nonce: Option<[u8; 8]>,
    assembly: Option<Assembly>,
    buffer: [u8; MAX_MESSAGE],
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// A client without a channel.
    #[must_use]
    pub const fn new() -> Self {
        Self { channel: Channel::BROADCAST, nonce: None, assembly: None, buffer: [0; MAX_MESSAGE] }
    }

    /// The channel in use; [`BROADCAST`](Channel::BROADCAST) before the first INIT reply.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// INIT: allocates a channel, or resynchronizes the one in use, which drops its work on the device. The nonce should
    /// be random.
    pub fn init(&mut self, nonce: [u8; 8]) -> Report {
        self.nonce = Some(nonce);
        self.assembly = None;
        Packet::init(self.channel, Command::INIT, 8, &nonce)
    }

    /// The packets of a message.
    pub fn send<'a>(&mut self, command: Command, payload: &'a [u8]) -> Result<Reports<'a>, TooLong> {
        self.assembly = None;
        Reports::new(self.channel, command, payload)
    }

    /// CANCEL: asks the device to end the CBOR request of this channel, which is still answered.
    #[must_use]
    pub fn cancel(&self) -> Report {
        Packet::init(self.channel, Command::CANCEL, 0, &[])
    }

    /// Takes a packet from the device.
    pub fn receive(&mut self, report: &Report) -> Option<HostEvent<'_>> {
        let packet = Packet::parse(report);
        if packet.channel() != self.channel {
            return None;
        }
        match packet {
            Packet::Init { command: Command::INIT, len: INIT_REPLY_LEN.., data, .. }
                if self.nonce.is_some() =>
            {
                self.ready(data)
            }
            Packet::Init { command: Command::KEEPALIVE, data: [status, ..], .. } => {
                Some(HostEvent::Keepalive(Keepalive(*status)))
            }
            Packet::Init { command: Command::ERROR, data: [code, ..], .. } => {
                self.assembly = None;
                Some(HostEvent::Error(ErrorCode(*code)))
            }
            Packet::Init { channel, command, len, data } => {
                self.assembly = None;
                let Some(assembly) = Assembly::begin(channel, command, len, data, &mut self.buffer) else {
                    return Some(HostEvent::TooLong { len });
                };
                self.progress(assembly)
            }
            Packet::Cont { seq, data, .. } => {
                let mut assembly = self.assembly.take()?;
                if !assembly.add(seq, data, &mut self.buffer) {
                    return Some(HostEvent::OutOfSequence { seq });
                }
                self.progress(assembly)
            }
        }
    }

    fn progress(&mut self, assembly: Assembly) -> Option<HostEvent<'_>> {
        if !assembly.is_complete() {
            self.assembly = Some(assembly);
            return None;
        }
        Some(HostEvent::Message { command: assembly.command, payload: assembly.message(&self.buffer) })
    }

    /// Takes an INIT reply; one with another nonce is meant for another client.
    fn ready(&mut self, data: &[u8]) -> Option<HostEvent<'_>> {
        let (nonce, rest) = data.split_first_chunk::<8>()?;
        let (&[c0, c1, c2, c3, protocol, major, minor, build, flags], _) = rest.split_first_chunk::<9>()?;
        if self.nonce != Some(*nonce) {
            return None;
        }
        self.nonce = None;
        self.channel = Channel(u32::from_be_bytes([c0, c1, c2, c3]));
        Some(HostEvent::Ready(InitReply {
            channel: self.channel,
            protocol,
            version: [major, minor, build],
            capabilities: Capabilities(flags),
        }))
    }
}

/// Later versions of CTAPHID may add to the reply.
const INIT_REPLY_LEN: u16 = 17;
