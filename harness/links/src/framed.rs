//! As [`Local`](crate::Local), with every message cut into CTAPHID packets and put together again on both sides.

use std::time::Duration;

use authenticator::Uptime;
use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use client::link::{Link, LinkError, Protocol, Watch};
use frames::{Host, Report};
use futures_util::future::{BoxFuture, FutureExt, ready};
use ports::Token;

use crate::conversation::{Way, begin, converse};
use crate::hands::{Gesture, Hands};
use crate::news::News;
use crate::waits::{KEEPALIVE, Waits};

/// A key behind packets, in the same process and on virtual time.
pub struct Framed {
    token: Token,
    host: Box<Host>,
    platform: Box<dyn Platform + Send>,
    waits: Waits,
    now: Uptime,
    ready: bool,
    plugged: bool,
    packets: usize,
}

impl Framed {
    /// A key of that model on that platform, with power on.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn new(
        profile: Profile,
        platform: Box<dyn Platform + Send>,
        hands: Box<dyn Hands>,
    ) -> Result<Self, StoreError> {
        let mut framed = Self {
            token: Token::new(profile),
            host: Box::new(Host::new()),
            platform,
            waits: Waits::new(hands),
            now: Uptime::ZERO,
            ready: false,
            plugged: true,
            packets: 0,
        };
        framed.replug()?;
        Ok(framed)
    }

    /// Unplugs the key and plugs it in again: channels and waits are forgotten, its store stays.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn replug(&mut self) -> Result<(), StoreError> {
        self.waits.forget();
        *self.host = Host::new();
        (self.ready, self.plugged) = (false, true);
        self.token.power_on(self.now, self.platform.as_mut())
    }

    /// The key's clock: virtual time since it was made.
    pub fn now(&self) -> Uptime {
        self.now
    }

    /// How many packets went either way.
    pub fn packets(&self) -> usize {
        self.packets
    }

    async fn exchange(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, LinkError> {
        if !self.plugged {
            return Err(gone());
        }
        if !self.ready {
            begin(self, NONCE).await?;
            self.ready = true;
        }
        converse(self, protocol, request, watch).await
    }

    /// The next thing that the key says, as late as it says it.
    fn listen(&mut self) -> Result<News, LinkError> {
        let mut idle = 0;
        loop {
            while let Some(report) = self.token.poll(self.now) {
                self.packets += 1;
                if let Some(news) = self.read(&report)? {
                    return Ok(news);
                }
                idle = 0;
            }
            let next = self.waits.due().into_iter().chain(self.token.wake_at()).min();
            let next =
                next.ok_or_else(|| LinkError::Transport("the key says nothing any more".to_owned()))?;
            idle = if next > self.now { 0 } else { idle + 1 };
            if idle > IDLE_MOST {
                return Err(LinkError::Transport("the key is awake and says nothing".to_owned()));
            }
            self.now = self.now.max(next);
            self.happen()?;
        }
    }

    fn read(&mut self, report: &Report) -> Result<Option<News>, LinkError> {
        self.host.receive(report).map(News::of).transpose()
    }

    /// What is due now.
    fn happen(&mut self) -> Result<(), LinkError> {
        match self.waits.take(self.now) {
            Some(Gesture::Act { act, .. }) => self.token.user(self.now, self.platform.as_mut(), act),
            Some(Gesture::Unplug { .. }) => {
                self.plugged = false;
                self.waits.forget();
                return Err(gone());
            }
            Some(Gesture::Nothing) | None => self.token.tick(self.now, self.platform.as_mut()),
        }
        self.waits.look(self.now, self.token.waiting_for());
        Ok(())
    }

    fn receive(&mut self, report: &Report) {
        self.packets += 1;
        self.token.receive(self.now, self.platform.as_mut(), report);
        self.waits.look(self.now, self.token.waiting_for());
    }

    /// Lets time pass: whatever falls due on the way happens at its time.
    fn pass(&mut self, time: Duration) {
        let until = self.now.saturating_add(time);
        while self.now < until {
            let next = self.waits.due().filter(|at| *at <= until).unwrap_or(until);
            self.now = self.now.max(next.min(self.now + KEEPALIVE));
            if self.happen().is_err() {
                break;
            }
        }
        self.now = until;
    }
}

impl Way for Framed {
    fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    async fn send(&mut self, report: &Report) -> Result<(), LinkError> {
        self.receive(report);
        Ok(())
    }

    async fn news(&mut self) -> Result<News, LinkError> {
        self.listen()
    }
}

impl Link for Framed {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.exchange(protocol, request, watch).boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.pass(time);
        ready(()).boxed()
    }
}

fn gone() -> LinkError {
    LinkError::Gone("it was pulled out".to_owned())
}

/// There is one client, so nothing has to be told apart.
const NONCE: [u8; 8] = *b"one host";

/// How often in a row a key may be due at the same moment and say nothing.
const IDLE_MOST: usize = 8;
