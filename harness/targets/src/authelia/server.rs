//! What sites and sessions of one Authelia share.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use url::Url;

use super::journal::Journal;
use super::notifier::Notifier;
use crate::http::Endpoint;
use crate::locked::locked;
use crate::provisioned::User;

/// One Authelia, as it is driven.
#[derive(Debug)]
pub(super) struct Server {
    /// Where requests go.
    pub(super) at: Endpoint,
    /// The portal, as its users know it.
    pub(super) portal: Url,
    /// The bench stands in the place of the proxy: it says which host was asked for, and who asks.
    pub(super) proxy: bool,
    /// Where one-time codes come to.
    pub(super) notifier: Option<Arc<Notifier>>,
    /// Where reasons stand.
    pub(super) journal: Option<Journal>,
    /// Sites behind Authelia that level 1 and level 2 open.
    pub(super) sites: Option<[String; 2]>,
    /// How many user agents there were.
    pub(super) agents: AtomicU32,
}

impl Server {
    /// The address of one more user agent: elevation and limits go by it, and so does the log.
    pub(super) fn address(&self) -> String {
        let [_, b, c, d] = (self.agents.fetch_add(1, Ordering::Relaxed) + 1).to_be_bytes();
        Ipv4Addr::new(10, b, c, d).to_string()
    }
}

/// Users that nobody has: there is no way to make one, they are in a file.
#[derive(Debug)]
pub(super) struct Users(Mutex<Vec<User>>);

impl Users {
    pub(super) fn new(users: Vec<User>) -> Self {
        Self(Mutex::new(users))
    }

    /// One of them.
    pub(super) fn take(&self) -> Option<User> {
        locked(&self.0).pop()
    }

    /// One that is as it was.
    pub(super) fn give_back(&self, user: User) {
        locked(&self.0).push(user);
    }

    /// How many there are.
    pub(super) fn left(&self) -> usize {
        locked(&self.0).len()
    }
}
