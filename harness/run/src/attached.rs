//! A key that somebody else has plugged in: a person touches it, and what it is and has stays as it is.

mod beyond;
mod key;
mod look;
mod made;
mod person;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::{Client, Manner};
/// Re-exported for whoever asks for the PIN.
pub use client::{KeyFacts, Pin};
use futures_util::future::{BoxFuture, FutureExt};
use links::{Bus, Fresh, Held, Remote};
use ports::Address;

pub use beyond::beyond;
use key::Lent;
use made::Made;
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
    /// Where it was at first.
    place: Whereabouts,
    /// What may be done to it.
    pub consent: Consent,
    /// The roots of its maker, DER, if they are known: a site that trusts anybody trusts them, too.
    pub makers: Vec<Vec<u8>>,
    /// Its PIN, if the person gave it.
    pub pin: Option<Pin>,
    /// Tells the person when to touch it.
    pub teller: Teller,
    /// It has refused the PIN once: it is not tried again, since a few times more would block the key.
    refused: Arc<AtomicBool>,
    lent: Shared,
}

/// What all that have the key in their hands know of it.
#[derive(Clone)]
struct Shared {
    /// Where it is now: plugged in again, it may have another node.
    place: Arc<Mutex<Whereabouts>>,
    made: Arc<Mutex<Made>>,
}

impl Shared {
    fn place(&self) -> Whereabouts {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn moved(&self, to: Whereabouts) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    fn made<T>(&self, work: impl FnOnce(&mut Made) -> T) -> T {
        work(&mut self.made.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AttachedKey {
    /// The key there, with which nothing may be done yet.
    pub fn new(place: Whereabouts, teller: Teller) -> Self {
        let lent = Shared { place: Arc::new(Mutex::new(place.clone())), made: Arc::default() };
        Self {
            place,
            consent: Consent::default(),
            makers: Vec::new(),
            pin: None,
            teller,
            refused: Arc::default(),
            lent,
        }
    }

    /// Deletes the resident credentials that the run has made on the key and that are there still; all others stay. Where the key
    /// verifies its user by itself and has no PIN, it asks for that. What cannot be deleted is tried again the next time.
    pub async fn tidy(&self) {
        let ids = self.lent.made(|made| made.ids());
        if ids.is_empty() {
            return;
        }
        let said = match self.open().await {
            Ok(mut link) => {
                let mut client = Client::new(Manner::Faithful).with_person(self.person());
                client.delete_credentials(&mut link, &ids).await.map_err(|error| error.reason)
            }
            Err(why) => Err(why),
        };
        self.lent.made(|made| match said {
            Ok(said) => ids.iter().zip(said).for_each(|(id, status)| made.answered(id, status)),
            Err(why) => made.failed(why),
        });
    }

    /// How many resident credentials of the run were deleted from the key, and how many are left for whom and why, in words;
    /// `None` where it made none.
    pub fn told(&self) -> Option<String> {
        self.lent.made(|made| made.told())
    }

    pub(crate) fn person(&self) -> Careful {
        Careful::new(self.pin.clone(), self.consent.set_pin, &self.refused, &self.teller)
    }

    async fn open(&self) -> Result<Lent, String> {
        Ok(Lent::new(remote(&self.lent.place()).await?, self.lent.clone(), Arc::clone(&self.teller)))
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
