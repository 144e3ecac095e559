//! Where the keys of a run are plugged in.

use std::time::Duration;

use authenticator::platform::Platform;
use authenticator::profile::Profile;
use client::link::Link;
use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::hands::Hands;
use crate::local::Local;

/// A key that the bench has in its hands.
pub trait Held: Link {
    /// Unplugs the key and plugs it in again. The error is for people.
    fn replug(&mut self) -> BoxFuture<'_, Result<(), String>>;
}

/// A key as it leaves the factory, and whose hands are at it.
pub struct Fresh {
    /// The model.
    pub profile: Profile,
    /// What is under it.
    pub platform: Box<dyn Platform + Send>,
    /// The hands.
    pub hands: Box<dyn Hands>,
}

/// A place for keys.
pub trait Bus: Send + Sync {
    /// Plugs a key in under a name of its own. One of the same model and name that was there before is gone: a bus on
    /// which it shows has both in the same socket. The error is for people.
    fn plug<'a>(&'a self, name: &'a str, key: Fresh) -> BoxFuture<'a, Result<Box<dyn Held>, String>>;

    /// How long scripted hands take to touch a key that blinks.
    fn reaction(&self) -> Duration;

    /// What the keys are joined by, as `--link` has it and reports show it: `process`, `uhid`, `hidraw:/dev/hidraw3`.
    fn link(&self) -> String;
}

/// No bus: keys in this process, on virtual time.
pub struct Direct;

impl Bus for Direct {
    fn plug<'a>(&'a self, _: &'a str, key: Fresh) -> BoxFuture<'a, Result<Box<dyn Held>, String>> {
        let local = Local::new(key.profile, key.platform, key.hands);
        let held = local.map(|local| Box::new(local) as Box<dyn Held>);
        ready(held.map_err(|error| format!("the key's store: {error:?}"))).boxed()
    }

    fn reaction(&self) -> Duration {
        Duration::from_millis(700)
    }

    fn link(&self) -> String {
        "process".to_owned()
    }
}

impl Held for Local {
    fn replug(&mut self) -> BoxFuture<'_, Result<(), String>> {
        ready(Self::replug(self).map_err(|error| format!("the key's store: {error:?}"))).boxed()
    }
}
