//! The key in the same process, on virtual time: nothing sleeps, waits of key and client only move its clock.

use std::ops::ControlFlow;
use std::time::Duration;

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use authenticator::{Authenticator, Channel, Input, Step, Uptime, UserAct};
use client::link::{Link, LinkError, MAX_MESSAGE, Protocol, Waiting, Watch};
use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::hands::{Gesture, Hands};

/// A key in the same process.
pub struct Local {
    authenticator: Authenticator,
    platform: Box<dyn Platform + Send>,
    hands: Box<dyn Hands>,
    now: Uptime,
    reply: Vec<u8>,
    pending: Option<Pending>,
    prompted: bool,
    plugged: bool,
}

/// What the hands will do.
#[derive(Clone, Copy)]
struct Pending {
    at: Uptime,
    gesture: Gesture,
}

/// What the next moment brings.
enum Next {
    Gesture(Gesture),
    Tick,
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
            hands,
            now: Duration::ZERO,
            reply: vec![0; MAX_MESSAGE],
            pending: None,
            prompted: false,
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
        (self.pending, self.prompted, self.plugged) = (None, false, true);
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
        let request = Input::Request { from: CHANNEL, protocol, bytes: request };
        let mut step = self.handle(request);
        loop {
            match step {
                Step::Reply(length) => return Ok(self.reply.get(..length).unwrap_or_default().to_vec()),
                Step::Busy => return Err(LinkError::Busy),
                Step::Ask(_) => {
                    self.ask();
                    step = self.wait(watch)?;
                }
                Step::Quiet => step = self.wait(watch)?,
            }
        }
    }

    /// As a real key answers on CTAPHID: an unknown command for the protocol that it lacks.
    fn speaks(&self, protocol: Protocol) -> Result<(), LinkError> {
        if !self.plugged {
            return Err(LinkError::Gone("it was pulled out".to_owned()));
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
        let Some((at, next)) = self.next() else {
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
        self.happen(next)
    }

    fn happen(&mut self, next: Next) -> Result<Step, LinkError> {
        match next {
            Next::Tick => Ok(self.handle(Input::Tick)),
            Next::Gesture(gesture) => {
                self.pending = None;
                match gesture {
                    Gesture::Act { act, .. } => Ok(self.act(act)),
                    Gesture::Unplug { .. } => {
                        self.plugged = false;
                        Err(LinkError::Gone("it was pulled out".to_owned()))
                    }
                    Gesture::Nothing => Ok(Step::Quiet),
                }
            }
        }
    }

    fn act(&mut self, act: UserAct) -> Step {
        self.handle(Input::User(act))
    }

    /// The earlier of gesture and wake-up.
    fn next(&self) -> Option<(Uptime, Next)> {
        let gesture = self.pending.map(|p| (p.at, Next::Gesture(p.gesture)));
        let tick = self.authenticator.wake_at().map(|at| (at, Next::Tick));
        match (gesture, tick) {
            (Some(gesture), Some(tick)) => Some(if gesture.0 <= tick.0 { gesture } else { tick }),
            (gesture, tick) => gesture.or(tick),
        }
    }

    fn handle(&mut self, input: Input<'_>) -> Step {
        let step = self.authenticator.handle(self.now, self.platform.as_mut(), input, &mut self.reply);
        // A U2F prompt has no `Ask`: it shows only here, and the touch falls between two polls.
        let waiting = self.authenticator.waiting_for();
        match (waiting.is_some(), step) {
            (false, _) => (self.prompted, self.pending) = (false, None),
            (true, Step::Ask(_)) => {}
            (true, _) if !self.prompted => {
                self.prompted = true;
                self.ask();
            }
            (true, _) => {}
        }
        step
    }

    /// Asks the hands what they will do.
    fn ask(&mut self) {
        let Some(waiting) = self.authenticator.waiting_for() else { return };
        let gesture = self.hands.asked(&waiting);
        self.pending = match gesture {
            Gesture::Act { after, .. } | Gesture::Unplug { after } => {
                Some(Pending { at: self.now + after, gesture })
            }
            Gesture::Nothing => None,
        };
    }

    /// Lets time pass: whatever falls due on the way happens at its time.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some((at, next)) = self.next().filter(|(at, _)| *at <= until) {
            self.now = self.now.max(at);
            let tick = matches!(next, Next::Tick);
            if self.happen(next).is_err() {
                break;
            }
            // A tick that did not move the wake-up would come for ever.
            if tick && self.authenticator.wake_at().is_some_and(|again| again <= at) {
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

/// How often a key says that it waits: CTAPHID wants every 100 ms.
const KEEPALIVE: Duration = Duration::from_millis(100);

/// The one client's channel.
const CHANNEL: Channel = Channel(1);
