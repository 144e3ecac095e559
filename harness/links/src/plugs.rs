//! Keys of our own on a bus where others could see them: this machine's kernel, or sockets. Time is real.
//!
//! A key's place on the bus is made when its model and name are first used, and stays: the key in it is replaced by a fresh one
//! for each case.

mod driver;
mod slot;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use authenticator::profile::Profile;
use client::link::{Link, LinkError, Protocol, Watch};
use futures_util::future::{BoxFuture, FutureExt};
use ports::Seqpacket;
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::bus::{Bus, Fresh, Held};
use crate::remote::Remote;
use slot::Slot;

/// A bus for keys of our own.
pub struct Plugs {
    kind: Kind,
    slots: Mutex<BTreeMap<(String, String), Slot>>,
}

enum Kind {
    /// Sockets in a directory of their own.
    Sockets(TempDir),
    /// The kernel.
    #[cfg(target_os = "linux")]
    Uhid,
}

impl Plugs {
    /// Keys behind sockets, with everything that a kernel's HID device has but the kernel.
    ///
    /// # Errors
    /// There is no directory for them.
    pub fn on_sockets() -> std::io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("anykey-").tempdir()?;
        Ok(Self::new(Kind::Sockets(directory)))
    }

    /// Keys that this machine's kernel sees, which are then used as any other: through `/dev/hidrawN`.
    #[cfg(target_os = "linux")]
    pub fn on_uhid() -> Self {
        Self::new(Kind::Uhid)
    }

    fn new(kind: Kind) -> Self {
        Self { kind, slots: Mutex::default() }
    }

    async fn held(&self, name: &str, mut key: Fresh) -> Result<Box<dyn Held>, String> {
        self.fit(&mut key.profile);
        let model = key.profile.name.as_str().to_owned();
        let mut slots = self.slots.lock().await;
        let number = slots.len();
        let slot = match slots.entry((model, name.to_owned())) {
            Entry::Occupied(slot) => {
                slot.get().renew(key).await?;
                slot.get().clone()
            }
            Entry::Vacant(free) => free.insert(self.make(number, key).await?).clone(),
        };
        Ok(Box::new(Plugged { remote: slot.open().await?, slot }))
    }

    /// What differs from the model: a user who does not act keeps a real clock waiting, and the kernel has little room.
    fn fit(&self, profile: &mut Profile) {
        profile.touch_timeout_ms = profile.touch_timeout_ms.min(LONGEST_WAIT_MS);
        #[cfg(target_os = "linux")]
        if let (Kind::Uhid, Some(ctap2)) = (&self.kind, &mut profile.ctap2) {
            ctap2.max_msg_size = ctap2.max_msg_size.min(ports::UHID_MAX_MESSAGE);
        }
    }

    async fn make(&self, number: usize, key: Fresh) -> Result<Slot, String> {
        match &self.kind {
            Kind::Sockets(directory) => {
                let path = directory.path().join(number.to_string());
                let port = Seqpacket::listen(&path).map_err(|error| error.to_string())?;
                Slot::start(port, key)
            }
            #[cfg(target_os = "linux")]
            Kind::Uhid => {
                let identity = ports::Identity::of(&key.profile);
                let port = ports::Uhid::plug(identity).await.map_err(|error| error.to_string())?;
                Slot::start(port, key)
            }
        }
    }
}

impl Bus for Plugs {
    fn plug<'a>(&'a self, name: &'a str, key: Fresh) -> BoxFuture<'a, Result<Box<dyn Held>, String>> {
        self.held(name, key).boxed()
    }

    fn reaction(&self) -> Duration {
        REACTION
    }

    fn link(&self) -> String {
        let word = match &self.kind {
            Kind::Sockets(_) => "socket",
            #[cfg(target_os = "linux")]
            Kind::Uhid => "uhid",
        };
        word.to_owned()
    }
}

/// A key in its place.
struct Plugged {
    remote: Remote,
    slot: Slot,
}

impl Plugged {
    async fn power_cycle(&mut self) -> Result<(), String> {
        self.slot.replug().await?;
        self.remote = self.slot.open().await?;
        Ok(())
    }
}

impl Held for Plugged {
    fn replug(&mut self) -> BoxFuture<'_, Result<(), String>> {
        self.power_cycle().boxed()
    }
}

impl Link for Plugged {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.remote.call(protocol, request, watch)
    }

    /// Clients pause for people, who are slower than the hands here.
    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.remote.pause(time.min(2 * REACTION))
    }
}

/// How long scripted hands take.
const REACTION: Duration = Duration::from_millis(20);
/// How long a prompt lasts, at most: some hundred times as long as scripted hands take.
const LONGEST_WAIT_MS: u32 = 5_000;
