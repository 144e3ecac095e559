//! What a run says to the shell.

use crate::event::{Ended, RunDone};

/// Exit codes, documented in the README: scripts depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was as expected (unsupported cases included).
    AsExpected = 0,
    /// The command line or a file is wrong; nothing was run.
    Usage = 1,
    /// At least one case failed.
    Findings = 2,
    /// No case failed, but at least one could not be judged, or the run was interrupted.
    Unknown = 3,
    /// At least one baseline did not pass, so that refusals prove nothing.
    BaselineFailed = 4,
    /// The bench itself went wrong.
    OurBug = 70,
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::AsExpected => 0,
            Self::Usage => 1,
            Self::Findings => 2,
            Self::Unknown => 3,
            Self::BaselineFailed => 4,
            Self::OurBug => 70,
        }
    }

    /// What a run comes to. A finding outweighs a failed baseline, which outweighs an unknown.
    pub fn of(done: &RunDone) -> Self {
        match &done.ended {
            Ended::Aborted(_) => Self::OurBug,
            _ if done.fail > 0 => Self::Findings,
            _ if done.baseline_failed > 0 => Self::BaselineFailed,
            Ended::Interrupted => Self::Unknown,
            Ended::Complete if done.unknown > 0 => Self::Unknown,
            Ended::Complete => Self::AsExpected,
        }
    }
}

#[cfg(test)]
mod tests;
