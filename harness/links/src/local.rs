//! The key in the same process, on virtual time: nothing sleeps, waits of key and client only move its clock.

use std::ops::ControlFlow;
use std::time::Duration;

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use authenticator::{Authenticator, Channel, Input, Step, Uptime};
use client::link::{Link, LinkError, MAX_MESSAGE, Protocol, Waiting, Watch};
use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::hands::{Gesture, Hands};
use crate::waits::{KEEPALIVE, Waits};

/// A key in the same process.
pub struct Local {
    authenticator: Authenticator,
    platform: Box<dyn Platform + Send>,
    waits: Waits,
    now: Uptime,
    reply: Vec<u8>,
    plugged: bool,
}

impl Local {
    /// A key of that model on that platform, with power on.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn new(
        profile: Profile,
        platform: Box<dyn Platform + Send>,
        hands: Box<dyn Hands>,
    ) -> Result<Self, StoreError> {
        let mut local = Self {
            authenticator: Authenticator::new(profile),
            platform,
            waits: Waits::new(hands),
            now: Uptime::ZERO,
            reply: vec![0; MAX_MESSAGE],
            plugged: true,
        };
        local.replug()?;
        Ok(local)
    }

    /// Unplugs the key and plugs it in again: it forgets its waits, its store stays.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn replug(&mut self) -> Result<(), StoreError> {
        self.waits.forget();
        self.plugged = true;
        self.authenticator.power_on(self.now, self.platform.as_mut())
    }

    /// The key's model.
    pub fn profile(&self) -> &Profile {
        self.authenticator.profile()
    }

    /// The key's clock: virtual time since it was made.
    pub fn now(&self) -> Uptime {
        self.now
    }

    /// The platform under the key, to look at or to damage.
    pub fn platform(&mut self) -> &mut (dyn Platform + Send) {
        self.platform.as_mut()
    }

    fn exchange(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, LinkError> {
        self.speaks(protocol)?;
        let mut step = self.handle(Input::Request { from: CHANNEL, protocol, bytes: request });
        loop {
            match step {
                Step::Reply(length) => return Ok(self.reply.get(..length).unwrap_or_default().to_vec()),
                Step::Busy => return Err(LinkError::Busy),
                Step::Ask(_) | Step::Quiet => step = self.wait(watch)?,
            }
        }
    }

    /// As a real key answers on CTAPHID: an unknown command for the protocol that it lacks.
    fn speaks(&self, protocol: Protocol) -> Result<(), LinkError> {
        if !self.plugged {
            return Err(gone());
        }
        let profile = self.authenticator.profile();
        let spoken = match protocol {
            Protocol::Ctap1 => profile.u2f.is_some(),
            Protocol::Ctap2 => profile.ctap2.is_some(),
        };
        if spoken { Ok(()) } else { Err(LinkError::NoProtocol) }
    }

    /// Moves the clock to what comes next and hands it to the key; the client may cancel on the way.
    fn wait(&mut self, watch: &mut dyn Watch) -> Result<Step, LinkError> {
        let Some(at) = self.next() else {
            return Err(LinkError::Transport("the key waits for something that cannot come".to_owned()));
        };
        loop {
            if watch.waiting(Waiting::User) == ControlFlow::Break(()) {
                return Ok(self.handle(Input::Cancel { from: CHANNEL }));
            }
            if self.now + KEEPALIVE >= at {
                break;
            }
            self.now += KEEPALIVE;
        }
        self.now = self.now.max(at);
        self.happen()
    }

    /// What is due now.
    fn happen(&mut self) -> Result<Step, LinkError> {
        match self.waits.take(self.now) {
            Some(Gesture::Act { act, .. }) => Ok(self.handle(Input::User(act))),
            Some(Gesture::Unplug { .. }) => {
                self.plugged = false;
                self.waits.forget();
                Err(gone())
            }
            Some(Gesture::Nothing) | None => Ok(self.handle(Input::Tick)),
        }
    }

    /// The earlier of gesture and wake-up.
    fn next(&self) -> Option<Uptime> {
        self.waits.due().into_iter().chain(self.authenticator.wake_at()).min()
    }

    fn handle(&mut self, input: Input<'_>) -> Step {
        let step = self.authenticator.handle(self.now, self.platform.as_mut(), input, &mut self.reply);
        self.waits.look(self.now, self.authenticator.waiting_for());
        step
    }

    /// Lets time pass: whatever falls due on the way happens at its time.
    fn pass(&mut self, time: Duration) {
        let until = self.now.saturating_add(time);
        let mut last = None;
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            // Something that is due at the same moment for ever is left to the next call.
            if self.happen().is_err() || last.replace(at) == Some(at) {
                break;
            }
        }
        self.now = until;
    }
}

impl Link for Local {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        ready(self.exchange(protocol, request, watch)).boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.pass(time);
        ready(()).boxed()
    }
}

fn gone() -> LinkError {
    LinkError::Gone("it was pulled out".to_owned())
}

/// The one client's channel.
const CHANNEL: Channel = Channel(1);
