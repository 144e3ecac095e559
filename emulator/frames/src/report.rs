//! One packet: 64 bytes, the payload of a HID report in either direction.

use crate::command::Command;

/// A packet as it crosses the bus, without a report number.
pub type Report = [u8; 64];

/// A channel id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(pub u32);

impl Channel {
    /// Where a host without a channel sends INIT.
    pub const BROADCAST: Self = Self(0xffff_ffff);
    /// Reserved; no message may use it.
    pub const RESERVED: Self = Self(0);
}

/// A packet taken apart. What follows the end of a message in its last packet is part of `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// An initialization packet: the beginning of a message.
    Init {
        /// The channel.
        channel: Channel,
        /// The command.
        command: Command,
        /// The length of the whole message.
        len: u16,
        /// The message's first bytes.
        data: &'a [u8; INIT_DATA],
    },
    /// A continuation packet.
    Cont {
        /// The channel.
        channel: Channel,
        /// Counts from 0.
        seq: u8,
        /// The message's next bytes.
        data: &'a [u8; CONT_DATA],
    },
}

impl<'a> Packet<'a> {
    /// Takes a report apart; every report is a packet.
    #[must_use]
    pub fn parse(report: &'a Report) -> Self {
        let [c0, c1, c2, c3, kind, tail @ ..] = report;
        let channel = Channel(u32::from_be_bytes([*c0, *c1, *c2, *c3]));
        if kind & INIT_BIT == 0 {
            return Self::Cont { channel, seq: *kind, data: tail };
        }
        let [hi, lo, data @ ..] = tail;
        let len = u16::from_be_bytes([*hi, *lo]);
        Self::Init { channel, command: Command(kind & !INIT_BIT), len, data }
    }

    /// Makes an initialization packet; of `data` at most the first 57 bytes are taken, the rest is filled with zeros.
    #[must_use]
    pub fn init(channel: Channel, command: Command, len: u16, data: &[u8]) -> Report {
        let mut report = [0; 64];
        let (head, tail) = report.split_at_mut(7);
        let [c0, c1, c2, c3] = channel.0.to_be_bytes();
        let [hi, lo] = len.to_be_bytes();
        head.copy_from_slice(&[c0, c1, c2, c3, command.0 | INIT_BIT, hi, lo]);
        fill(tail, data);
        report
    }

    /// Makes a continuation packet; of `data` at most the first 59 bytes are taken, the rest is filled with zeros.
    #[must_use]
    pub fn cont(channel: Channel, seq: u8, data: &[u8]) -> Report {
        let mut report = [0; 64];
        let (head, tail) = report.split_at_mut(5);
        let [c0, c1, c2, c3] = channel.0.to_be_bytes();
        head.copy_from_slice(&[c0, c1, c2, c3, seq & !INIT_BIT]);
        fill(tail, data);
        report
    }

    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Init { channel, .. } | Self::Cont { channel, .. } => *channel,
        }
    }
}

fn fill(room: &mut [u8], data: &[u8]) {
    for (place, byte) in room.iter_mut().zip(data) {
        *place = *byte;
    }
}

/// Bytes of a message in an initialization packet.
pub(crate) const INIT_DATA: usize = 57;
/// Bytes of a message in a continuation packet.
pub(crate) const CONT_DATA: usize = 59;
/// Tells an initialization packet from a continuation packet.
const INIT_BIT: u8 = 0x80;
