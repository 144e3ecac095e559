//! A key that runs elsewhere, on real time: behind a socket, as `anykey plug` runs one, or behind a HID device of this machine.

mod hidraw;
mod packets;

use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::time::Duration;

use client::link::{Link, LinkError, Protocol, Watch};
use frames::{Channel, Host, Report};
use futures_util::future::{BoxFuture, FutureExt};
use ports::Address;
use tokio::time::timeout;

use crate::conversation::{Way, begin, converse};
use crate::news::News;
use packets::Packets;

/// The client's end of a key that runs elsewhere.
pub struct Remote {
    packets: Packets,
    host: Box<Host>,
    /// The channel is there, and nothing is under way on it.
    ready: bool,
}

impl Remote {
    /// Connects to where a key is plugged in. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn connect(address: &Address) -> Result<Self, LinkError> {
        let packets = Packets::connect(address).await;
        packets.map(Self::over).map_err(|error| gone(format!("{address}: {error}")))
    }

    /// Opens the HID device of a key, `/dev/hidrawN`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The node is not there, not for this user, or of another kind of device.
    pub fn hidraw(node: &Path) -> Result<Self, LinkError> {
        hidraw::open(node).map(|node| Self::over(Packets::Hidraw(node)))
    }

    fn over(packets: Packets) -> Self {
        Self { packets, host: Box::new(Host::new()), ready: false }
    }

    /// The key lost its power and has it again: its channels are forgotten.
    pub fn begin_anew(&mut self) {
        *self.host = Host::new();
        self.ready = false;
    }

    /// Sends a line for whoever holds the key, such as `ctl replug`. It is never answered here.
    ///
    /// # Errors
    /// The key is gone, or is behind a HID device, which takes packets only.
    pub async fn tell(&mut self, line: &str) -> Result<(), LinkError> {
        self.packets.tell(line).await.map_err(gone)
    }

    async fn exchange(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, LinkError> {
        if !self.ready {
            self.get_ready().await?;
        }
        // If this future is dropped half-way, the next one begins with INIT on the same channel, which drops the work.
        self.ready = false;
        let answer = converse(self, protocol, request, watch).await;
        match answer {
            Ok(_) | Err(LinkError::NoProtocol | LinkError::Busy) => self.ready = true,
            Err(_) => self.begin_anew(),
        }
        answer
    }

    /// INIT: a channel, or the same one with nothing under way.
    async fn get_ready(&mut self) -> Result<(), LinkError> {
        loop {
            let nonce = RandomState::new().hash_one(0_u8).to_be_bytes();
            let ready = timeout(INIT_SILENCE, begin(self, nonce)).await;
            let ready = ready.unwrap_or_else(|_| Err(gone("it does not answer INIT")));
            match ready {
                Err(LinkError::Transport(_)) if self.host.channel() != Channel::BROADCAST => {
                    self.begin_anew()
                }
                ready => return ready,
            }
        }
    }
}

impl Way for Remote {
    fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    async fn send(&mut self, report: &Report) -> Result<(), LinkError> {
        self.packets.send(report).await.map_err(gone)
    }

    async fn news(&mut self) -> Result<News, LinkError> {
        loop {
            let report = timeout(SILENCE, self.packets.receive()).await;
            let report = report.map_err(|_| gone("it says nothing any more"))??;
            if let Some(event) = self.host.receive(&report) {
                return News::of(event);
            }
        }
    }
}

impl Drop for Remote {
    /// Who leaves in the middle of a request cancels it: a HID device has no connection whose end would tell the key, which would
    /// wait on for its user.
    fn drop(&mut self) {
        if !self.ready && self.host.channel() != Channel::BROADCAST {
            self.packets.send_now(&self.host.cancel());
        }
    }
}

impl Link for Remote {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.exchange(protocol, request, watch).boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(time).boxed()
    }
}

fn gone(why: impl Display) -> LinkError {
    LinkError::Gone(why.to_string())
}

/// A key that is at work says so ten times a second; one that computes for U2F may be silent for a while.
const SILENCE: Duration = Duration::from_secs(30);
/// INIT is answered at once, whatever the key does.
const INIT_SILENCE: Duration = Duration::from_secs(5);
