//! A key that somebody else has plugged in: a person touches it, and what it is and has stays as it is.

mod beyond;
mod key;
mod look;
mod person;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Re-exported for whoever asks for the PIN.
pub use client::{KeyFacts, Pin};
use futures_util::future::{BoxFuture, FutureExt};
use links::{Bus, Fresh, Held, Remote};
use ports::Address;

pub use beyond::beyond;
use key::Lent;
pub(crate) use person::Careful;

/// Where such a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// A HID device of this machine, by its node.
    Hidraw(PathBuf),
    /// A socket, as `anykey plug` makes one.
    Socket(Address),
}

/// As `--link` has it.
impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidraw(node) => write!(f, "hidraw:{}", node.display()),
            Self::Socket(address) => address.fmt(f),
        }
    }
}

/// What may be done to the key beside ceremonies that leave nothing on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Resident credentials may be left on it.
    pub keep: bool,
    /// It may be reset: everything on it is lost.
    pub reset: bool,
    /// It may be given a PIN, if it has none.
    pub set_pin: bool,
}

/// Tells the person at the key something, a line at a time.
pub type Teller = Arc<dyn Fn(&str) + Send + Sync>;

/// A key that somebody else has plugged in.
pub struct AttachedKey {
    /// Where it is.
    pub place: Whereabouts,
    /// What may be done to it.
    pub consent: Consent,
    /// Its PIN, if the person gave it.
    pub pin: Option<Pin>,
    /// Tells the person when to touch it.
    pub teller: Teller,
    /// It has refused the PIN once: it is not tried again, since a few times more would block the key.
    refused: Arc<AtomicBool>,
}

impl AttachedKey {
    /// The key there, with which nothing may be done yet.
    pub fn new(place: Whereabouts, teller: Teller) -> Self {
        Self { place, consent: Consent::default(), pin: None, teller, refused: Arc::default() }
    }

    pub(crate) fn person(&self) -> Careful {
        Careful::new(self.pin.clone(), self.consent.set_pin, &self.refused, &self.teller)
    }

    async fn open(&self) -> Result<Lent, String> {
        Ok(Lent::new(remote(&self.place).await?, self.place.clone(), Arc::clone(&self.teller)))
    }
}

impl Bus for AttachedKey {
    /// The key itself, whatever key was wished: cases that wish something else do not come so far.
    fn plug<'a>(&'a self, _: &'a str, _: Fresh) -> BoxFuture<'a, Result<Box<dyn Held>, String>> {
        async move { Ok(Box::new(self.open().await?) as Box<dyn Held>) }.boxed()
    }

    /// Nobody is scripted here.
    fn reaction(&self) -> Duration {
        Duration::ZERO
    }

    fn link(&self) -> String {
        self.place.to_string()
    }
}

async fn remote(place: &Whereabouts) -> Result<Remote, String> {
    let remote = match place {
        Whereabouts::Hidraw(node) => Remote::hidraw(node),
        Whereabouts::Socket(address) => Remote::connect(address).await,
    };
    remote.map_err(|error| error.to_string())
}
