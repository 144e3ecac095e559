//! The time between a start and the first answer.

use std::time::{Duration, Instant};

use super::{Group, ProcessError};

/// How often a start is tried because another process takes the port.
const TRIES: u32 = 3;
/// The time between two looks whether it is ready.
const POLL: Duration = Duration::from_millis(20);

/// A wait for a process that is to become ready.
#[derive(Debug)]
pub(crate) struct Wait {
    within: Duration,
    until: Instant,
    looked: bool,
}

impl Wait {
    /// It may take that long from now on.
    pub(crate) fn within(within: Duration) -> Self {
        Self { within, until: Instant::now() + within, looked: false }
    }

    /// Comes back when it is time to look whether the process is ready: at once, and then again and again.
    ///
    /// # Errors
    /// It has ended, or the time is over. Whatever else goes wrong at a look means: not yet.
    pub(crate) async fn look(&mut self, group: &mut Group) -> Result<(), ProcessError> {
        if self.looked {
            if Instant::now() > self.until {
                let (what, tail) = (group.what.clone(), group.log_tail());
                return Err(ProcessError::Slow { what, seconds: self.within.as_secs(), tail });
            }
            tokio::time::sleep(POLL).await;
        }
        self.looked = true;
        if group.ended() {
            return Err(ProcessError::Ended { what: group.what.clone(), tail: group.log_tail() });
        }
        Ok(())
    }
}

/// How often a start was tried.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Whether a start that failed is to be tried again: another process took the port between the look for a free one and the
    /// start.
    pub(crate) fn again(&mut self, error: &ProcessError) -> bool {
        self.0 += 1;
        self.0 < TRIES && matches!(error, ProcessError::Ended { tail, .. } if port_taken(tail))
    }
}

/// Whether a log says that another process took the port.
fn port_taken(log: &str) -> bool {
    ["ddress already in use", "already in use", "BindException"].iter().any(|words| log.contains(words))
}
