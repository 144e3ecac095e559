//! Packets and mind of one key, joined without a thread.

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use authenticator::{Uptime, UserAct, Waiting};
use frames::{Config, Report};

use crate::front::{Front, News};
use crate::mind::{Job, Mind};

/// A key as a bus sees it: 64-byte packets in and out.
///
/// After each call that takes something in, and whenever [`wake_at`](Self::wake_at) has come, call
/// [`poll`](Self::poll) until it gives nothing more. The same platform must be given to every call between two
/// [`power_on`](Self::power_on)s.
///
/// Each job is done at once, so that no keepalive goes out while it takes long: see [`Pump`](crate::Pump) for that.
pub struct Token {
    front: Front,
    mind: Mind,
}

impl Token {
    /// A key of this model, without power. The capability flags follow from the protocols that the model speaks.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self { front: Front::new(&profile), mind: Mind::new(profile) }
    }

    /// As [`new`](Self::new), with other flags, version or patience than the model's own.
    #[must_use]
    pub fn with_config(profile: Profile, config: Config) -> Self {
        Self { front: Front::with_config(config), mind: Mind::new(profile) }
    }

    /// Plugs the key in, for the first time or again: channels, packets and waits are forgotten, the store is read.
    ///
    /// # Errors
    /// What the store said. The key then answers every request with an error.
    pub fn power_on(&mut self, now: Uptime, platform: &mut dyn Platform) -> Result<(), StoreError> {
        let job = self.front.power_on();
        self.perform(now, platform, job).power.unwrap_or(Ok(()))
    }

    /// Takes a packet from the host.
    pub fn receive(&mut self, now: Uptime, platform: &mut dyn Platform, report: &Report) {
        if let Some(job) = self.front.receive(now, report) {
            self.perform(now, platform, job);
        }
    }

    /// The user does something.
    pub fn user(&mut self, now: Uptime, platform: &mut dyn Platform, act: UserAct) {
        let job = self.front.user(act);
        self.perform(now, platform, job);
    }

    /// Time has passed; due at [`wake_at`](Self::wake_at).
    pub fn tick(&mut self, now: Uptime, platform: &mut dyn Platform) {
        if let Some(job) = self.front.tick(now) {
            self.perform(now, platform, job);
        }
    }

    /// The next packet for the host, if one is ready.
    pub fn poll(&mut self, now: Uptime) -> Option<Report> {
        self.front.poll(now)
    }

    /// When [`tick`](Self::tick) and [`poll`](Self::poll) are due even if nothing happens; zero if a packet is ready
    /// now.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        self.front.wake_at()
    }

    /// What the key waits for, if it waits. Look after every call: a U2F prompt shows only here.
    #[must_use]
    pub fn waiting_for(&self) -> Option<Waiting<'_>> {
        self.mind.waiting_for()
    }

    /// How often the host made the key wink.
    #[must_use]
    pub const fn winks(&self) -> u32 {
        self.front.winks()
    }

    /// The model.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.mind.profile()
    }

    fn perform(&mut self, now: Uptime, platform: &mut dyn Platform, job: Job) -> News {
        self.front.done(self.mind.perform(now, platform, job))
    }
}

#[cfg(test)]
mod tests;
