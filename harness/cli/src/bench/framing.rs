//! CTAPHID packets of both ends: messages cut, and put together again.

use std::hint::black_box;
use std::time::Duration;

use frames::{Command, Config, Device, Event, Host, HostEvent};

use super::BenchError;

/// Client and key, with packets but nothing else between them. Requests and replies take turns.
pub(super) struct Framing {
    host: Box<Host>,
    device: Box<Device>,
    request: Vec<u8>,
    reply: Vec<u8>,
    /// The request was sent, the reply was not.
    asked: bool,
}

impl Framing {
    /// Two ends with a channel, and an exchange to repeat.
    pub(super) fn new(request: Vec<u8>, reply: Vec<u8>) -> Result<Self, BenchError> {
        let (host, device) = (Box::new(Host::new()), Box::new(Device::new(Config::default())));
        let mut framing = Self { host, device, request, reply, asked: false };
        let init = framing.host.init([0xaa; 8]);
        framing.device.receive(Duration::ZERO, &init);
        while let Some(report) = framing.device.poll(Duration::ZERO) {
            if let Some(HostEvent::Ready(_)) = framing.host.receive(&report) {
                return Ok(framing);
            }
        }
        Err(BenchError::SetUp("the packet layer gave no channel".to_owned()))
    }

    /// Carries the next message to the other end.
    pub(super) fn carry(&mut self) -> Result<(), BenchError> {
        self.asked = !self.asked;
        let length = if self.asked { self.ask() } else { self.answer() };
        let expected = if self.asked { self.request.len() } else { self.reply.len() };
        if length == Some(expected) { Ok(()) } else { Err(BenchError::Framing) }
    }

    /// The length of what came to the key.
    fn ask(&mut self) -> Option<usize> {
        for report in self.host.send(Command::CBOR, black_box(&self.request)).ok()? {
            if let Some(Event::Request { payload, .. }) =
                self.device.receive(Duration::ZERO, black_box(&report))
            {
                return Some(black_box(payload).len());
            }
        }
        None
    }

    /// The length of what came to the client.
    fn answer(&mut self) -> Option<usize> {
        if !self.device.respond(self.host.channel(), black_box(&self.reply)) {
            return None;
        }
        while let Some(report) = self.device.poll(Duration::ZERO) {
            if let Some(HostEvent::Message { payload, .. }) = self.host.receive(black_box(&report)) {
                return Some(black_box(payload).len());
            }
        }
        None
    }
}
