//! How often one address may ask.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::setup::Limit;
use crate::locked::locked;

/// When each address asked, by what it asked for.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<HashMap<(&'static str, String), Vec<Instant>>>);

impl Limits {
    /// Counts a request; `Err`: it is one too many, and how long that goes on.
    pub(super) fn take(&self, what: &'static str, limit: &Limit, address: &str) -> Result<(), Duration> {
        if !limit.enable {
            return Ok(());
        }
        let now = Instant::now();
        let mut all = locked(&self.0);
        let times = all.entry((what, address.to_owned())).or_default();
        for bucket in &limit.buckets {
            let within = |time: &&Instant| now.duration_since(**time) < bucket.period;
            if times.iter().filter(within).count() >= bucket.requests {
                let first =
                    times.iter().find(within).map_or(Duration::ZERO, |first| now.duration_since(*first));
                return Err(bucket.period.saturating_sub(first));
            }
        }
        times.push(now);
        Ok(())
    }
}
