//! The packets and the mind of one key.

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use authenticator::{Authenticator, Input, MAX_MESSAGE, Protocol, Step, Uptime, UserAct, Waiting};
use frames::{Capabilities, Channel, Command, Config, Device, ErrorCode, Event, Keepalive, Report};

/// A key as a bus sees it: 64-byte packets in and out.
///
/// After each call that takes something in, and whenever [`wake_at`](Self::wake_at) has come, call
/// [`poll`](Self::poll) until it gives nothing more. The same platform must be given to every call between two
/// [`power_on`](Self::power_on)s.
pub struct Token {
    config: Config,
    device: Box<Device>,
    authenticator: Authenticator,
    reply: Vec<u8>,
    winks: u32,
}

impl Token {
    /// A key of this model, without power. The capability flags follow from the protocols that the model speaks.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self::with_config(profile, config(&profile))
    }

    /// As [`new`](Self::new), with other flags, version or patience than the model's own.
    #[must_use]
    pub fn with_config(profile: Profile, config: Config) -> Self {
        Self {
            config,
            device: Box::new(Device::new(config)),
            authenticator: Authenticator::new(profile),
            reply: vec![0; MAX_MESSAGE],
            winks: 0,
        }
    }

    /// Plugs the key in, for the first time or again: channels, packets and waits are forgotten, the store is read.
    ///
    /// # Errors
    /// What the store said. The key then answers every request with an error.
    pub fn power_on(&mut self, now: Uptime, platform: &mut dyn Platform) -> Result<(), StoreError> {
        *self.device = Device::new(self.config);
        self.authenticator.power_on(now, platform)
    }

    /// Takes a packet from the host.
    pub fn receive(&mut self, now: Uptime, platform: &mut dyn Platform, report: &Report) {
        let reply = &mut self.reply;
        match self.device.receive(now, report) {
            Some(Event::Request { channel, command, payload }) => {
                let protocol = if command == Command::MSG { Protocol::Ctap1 } else { Protocol::Ctap2 };
                let input = Input::Request { from: from(channel), protocol, bytes: payload };
                match self.authenticator.handle(now, platform, input, reply) {
                    // A request is either answered or waits; the device takes no second one meanwhile.
                    Step::Quiet | Step::Busy => {
                        self.device.fail(channel, ErrorCode::CHANNEL_BUSY);
                    }
                    step => self.follow(step),
                }
            }
            Some(Event::Cancel { channel }) => {
                let step =
                    self.authenticator.handle(now, platform, Input::Cancel { from: from(channel) }, reply);
                self.follow(step);
            }
            Some(Event::Abort { channel }) => {
                let step =
                    self.authenticator.handle(now, platform, Input::Abort { from: from(channel) }, reply);
                self.follow(step);
            }
            Some(Event::Wink { .. }) => self.winks = self.winks.wrapping_add(1),
            None => {}
        }
    }

    /// The user does something.
    pub fn user(&mut self, now: Uptime, platform: &mut dyn Platform, act: UserAct) {
        let step = self.authenticator.handle(now, platform, Input::User(act), &mut self.reply);
        self.follow(step);
    }

    /// Time has passed; due at [`wake_at`](Self::wake_at).
    pub fn tick(&mut self, now: Uptime, platform: &mut dyn Platform) {
        if self.authenticator.wake_at().is_some_and(|at| at <= now) {
            let step = self.authenticator.handle(now, platform, Input::Tick, &mut self.reply);
            self.follow(step);
        }
    }

    /// The next packet for the host, if one is ready.
    pub fn poll(&mut self, now: Uptime) -> Option<Report> {
        self.device.poll(now)
    }

    /// When [`tick`](Self::tick) and [`poll`](Self::poll) are due even if nothing happens; zero if a packet is ready
    /// now.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        self.device.wake_at().into_iter().chain(self.authenticator.wake_at()).min()
    }

    /// What the key waits for, if it waits. Look after every call: a U2F prompt shows only here.
    #[must_use]
    pub fn waiting_for(&self) -> Option<Waiting<'_>> {
        self.authenticator.waiting_for()
    }

    /// How often the host made the key wink.
    #[must_use]
    pub const fn winks(&self) -> u32 {
        self.winks
    }

    /// The model.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.authenticator.profile()
    }

    /// Does for the request in work what the authenticator wants.
    fn follow(&mut self, step: Step) {
        match step {
            Step::Reply(len) => {
                if let (Some(channel), Some(reply)) = (self.device.working(), self.reply.get(..len)) {
                    self.device.respond(channel, reply);
                }
            }
            Step::Ask(_) => self.device.busy(Keepalive::UPNEEDED),
            Step::Busy | Step::Quiet => {}
        }
    }
}

/// The flags of a model. Without CTAP2 the CBOR flag is absent and CTAPHID_CBOR is answered as an unknown command.
fn config(profile: &Profile) -> Config {
    let flags = [
        (Capabilities::WINK, profile.usb.wink),
        (Capabilities::CBOR, profile.ctap2.is_some()),
        (Capabilities::NMSG, profile.u2f.is_none()),
    ];
    let capabilities = flags
        .iter()
        .filter(|(_, set)| *set)
        .fold(Capabilities::default(), |flags, (flag, _)| flags.with(*flag));
    Config { capabilities, ..Config::default() }
}

fn from(channel: Channel) -> authenticator::Channel {
    authenticator::Channel(channel.0)
}

#[cfg(test)]
mod tests;
