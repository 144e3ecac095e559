//! Uptime by the machine's clock.

use std::time::Instant;

use authenticator::Uptime;

/// Counts since the key was first plugged in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(self) -> Uptime {
        self.0.elapsed()
    }

    /// The moment of an uptime; one that is far away if there is none.
    pub(super) fn instant(self, at: Option<Uptime>) -> tokio::time::Instant {
        let at = at.and_then(|at| self.0.checked_add(at));
        at.unwrap_or_else(|| Instant::now() + IDLE).into()
    }
}

/// How long a key sleeps that nothing wakes.
const IDLE: std::time::Duration = std::time::Duration::from_secs(3_600);
