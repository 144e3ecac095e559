//! Cutting a message into packets and putting packets together, the same at both ends.

use core::fmt;

use crate::MAX_MESSAGE;
use crate::command::Command;
use crate::report::{CONT_DATA, Channel, INIT_DATA, Packet, Report};

/// A message longer than [`MAX_MESSAGE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub usize);

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message of {} bytes is longer than {MAX_MESSAGE} bytes", self.0)
    }
}

impl core::error::Error for TooLong {}

/// How far a message has been cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cutter {
    pub channel: Channel,
    pub command: Command,
    /// The length of the message, at most [`MAX_MESSAGE`].
    len: u16,
    next: Next,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    Init,
    Cont(u8),
    Done,
}

impl Cutter {
    pub(crate) fn new(channel: Channel, command: Command, len: usize) -> Result<Self, TooLong> {
        match u16::try_from(len) {
            Ok(short) if len <= MAX_MESSAGE => Ok(Self { channel, command, len: short, next: Next::Init }),
            _ => Err(TooLong(len)),
        }
    }

    /// The next packet of `message`, `None` after the last one.
    pub(crate) fn next(&mut self, message: &[u8]) -> Option<Report> {
        let (report, sent, seq) = match self.next {
            Next::Init => (Packet::init(self.channel, self.command, self.len, message), INIT_DATA, 0),
            Next::Cont(seq) => {
                let begin = INIT_DATA + usize::from(seq) * CONT_DATA;
                let data = message.get(begin..).unwrap_or_default();
                (Packet::cont(self.channel, seq, data), begin + CONT_DATA, seq + 1)
            }
            Next::Done => return None,
        };
        self.next = if sent < usize::from(self.len) { Next::Cont(seq) } else { Next::Done };
        Some(report)
    }

    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.next, Next::Done)
    }
}

/// The packets of one message.
#[derive(Debug, Clone)]
pub struct Reports<'a> {
    cutter: Cutter,
    message: &'a [u8],
}

impl<'a> Reports<'a> {
    /// Cuts a message.
    pub fn new(channel: Channel, command: Command, message: &'a [u8]) -> Result<Self, TooLong> {
        Ok(Self { cutter: Cutter::new(channel, command, message.len())?, message })
    }
}

impl Iterator for Reports<'_> {
    type Item = Report;

    fn next(&mut self) -> Option<Report> {
        self.cutter.next(self.message)
    }
}

/// A message that is coming in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembly {
    pub channel: Channel,
    pub command: Command,
    len: usize,
    got: usize,
    seq: u8,
}

impl Assembly {
    /// Begins with an initialization packet; `None` if the message is too long for the buffer.
    pub(crate) fn begin(
        channel: Channel,
        command: Command,
        len: u16,
        data: &[u8; INIT_DATA],
        buffer: &mut [u8],
    ) -> Option<Self> {
        let mut this = Self { channel, command, len: usize::from(len), got: 0, seq: 0 };
        if this.len > buffer.len() {
            return None;
        }
        this.take(data, buffer);
        Some(this)
    }

    /// Adds a continuation packet; false if it is out of sequence, and then nothing has changed.
    pub(crate) fn add(&mut self, seq: u8, data: &[u8; CONT_DATA], buffer: &mut [u8]) -> bool {
        if seq != self.seq {
            return false;
        }
        self.seq += 1;
        self.take(data, buffer);
        true
    }

    pub(crate) const fn is_complete(&self) -> bool {
        self.got == self.len
    }

    /// The message, of which the part that has come in is there.
    pub(crate) fn message<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        buffer.get(..self.got).unwrap_or_default()
    }

    fn take(&mut self, data: &[u8], buffer: &mut [u8]) {
        let room = buffer.get_mut(self.got..self.len).unwrap_or_default();
        let count = room.len().min(data.len());
        for (place, byte) in room.iter_mut().zip(data) {
            *place = *byte;
        }
        self.got += count;
    }
}
