//! The four verdicts.

use serde::{Deserialize, Serialize};

/// What a case came to. Ordered: the worst of several wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was as the scenario says, on the bench's own evidence.
    Pass,
    /// The key, the target or the link cannot do what the case needs; the reason is given.
    Unsupported,
    /// The bench cannot tell: the server died, a fault never fired, the twin did not pass.
    Unknown,
    /// The server (or the key) did otherwise.
    Fail,
}

impl Verdict {
    /// The name as reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }
}

impl core::fmt::Display for Verdict {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}
