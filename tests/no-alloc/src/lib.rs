//! A device made of the three core crates, with a platform that has nothing: enough for all of their code to be linked.
//!
//! What comes in is hidden from the optimiser, so that it cannot conclude that a command never comes.
#![no_std]

mod model;
mod nothing;

use core::hint::black_box;
use core::time::Duration;

use authenticator::{Authenticator, Channel, Input, MAX_MESSAGE, Protocol, Step, UserAct};
use frames::{Command, Config, Device, Event, Host, HostEvent, Report};
use nothing::Nothing;

/// One of everything, on the stack of whoever calls.
pub fn run() -> usize {
    let now = black_box(Duration::ZERO);
    let mut platform = Nothing;
    let Some(profile) = black_box(model::profile()) else { return 0 };
    let mut key = Authenticator::new(profile);
    let mut reply = [0; MAX_MESSAGE];
    let mut seen = key.power_on(now, &mut platform).map_or(1, |()| 0);

    let mut device = Device::new(Config::default());
    let mut host = Host::new();
    let report: Report = black_box([0; 64]);
    if let Some(Event::Request { channel, command, payload }) = device.receive(now, &report) {
        let protocol = if command == Command::CBOR { Protocol::Ctap2 } else { Protocol::Ctap1 };
        let input = Input::Request { from: Channel(channel.0), protocol, bytes: payload };
        if let Step::Reply(length) = key.handle(now, &mut platform, input, &mut reply) {
            device.respond(channel, reply.get(..length).unwrap_or_default());
        }
    }
    while let Some(out) = device.poll(now) {
        if let Some(HostEvent::Message { payload, .. }) = host.receive(&out) {
            seen += read(payload);
        }
    }
    for input in black_box([Input::Tick, Input::User(UserAct::Touched), Input::Cancel { from: Channel(1) }]) {
        if let Step::Reply(length) = key.handle(now, &mut platform, input, &mut reply) {
            seen += length;
        }
    }
    seen + host.send(Command::CBOR, black_box(&reply)).map_or(0, Iterator::count)
}

/// The client's half of the codecs.
fn read(payload: &[u8]) -> usize {
    let made = wire::ctap2::make_credential::Response::decode(payload).is_ok();
    let registered = wire::u2f::Registered::decode(payload).is_ok();
    let strict = wire::cbor::check(payload).is_ok();
    usize::from(made) + usize::from(registered) + usize::from(strict)
}
