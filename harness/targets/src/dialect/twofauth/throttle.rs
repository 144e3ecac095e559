//! Ten logins a minute from one address, whoever logs in and whatever comes of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

const LIMIT: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are kept; all are forgotten when there are more.
const KEPT: usize = 200_000;

/// How often each address came.
#[derive(Debug, Default)]
pub(super) struct Throttle(HashMap<String, (Instant, u32)>);

/// What an address may still do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Logins that are left in this minute.
    pub(super) left: u32,
    /// Seconds to wait, if it is too much.
    pub(super) wait: Option<u64>,
}

impl Turn {
    /// For the header.
    pub(super) const LIMIT: u32 = LIMIT;
}

impl Throttle {
    /// One more from that address.
    pub(super) fn take(&mut self, address: &str, now: Instant) -> Turn {
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let (until, times) = self.0.entry(address.to_owned()).or_insert((now + WINDOW, 0));
        if *until <= now {
            (*until, *times) = (now + WINDOW, 0);
        }
        if *times >= LIMIT {
            return Turn { left: 0, wait: Some((*until - now).as_secs().max(1)) };
        }
        *times += 1;
        Turn { left: LIMIT - *times, wait: None }
    }
}
