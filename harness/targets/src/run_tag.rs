//! Names of what a run makes on a server: by them it tells its own from that of others, and `anykey clean` what was left behind.

use std::sync::atomic::{AtomicU32, Ordering};

/// What the names of all runs begin with.
const PREFIX: &str = "anykey-";

/// What the names of one run begin with: `anykey-`, and eight hexadecimal digits that no other run has.
#[derive(Debug)]
pub(crate) struct RunTag {
    tag: String,
    given: AtomicU32,
}

impl RunTag {
    /// Of a new run.
    pub(crate) fn new() -> Self {
        Self { tag: format!("{PREFIX}{:08x}", rand::random::<u32>()), given: AtomicU32::new(0) }
    }

    /// A beginning of names that nothing of the run has had: `anykey-1234abcd-1`, and so on.
    pub(crate) fn next(&self) -> String {
        format!("{}-{}", self.tag, self.given.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether another run made what has that name.
    pub(crate) fn is_of_another(&self, name: &str) -> bool {
        let run = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')).map(|(run, _)| run);
        let is_tag = run.is_some_and(|run| run.len() == 8 && run.bytes().all(|b| b.is_ascii_hexdigit()));
        is_tag && !name.starts_with(&self.tag)
    }
}

#[cfg(test)]
mod tests;
