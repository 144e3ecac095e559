//! What was asked and answered, for whoever wants to see each step.

use std::fmt;
use std::sync::Arc;

/// One request with what came of it. Secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the file describes it: `register.finish 1`.
    pub place: String,
    /// By the admin, and not by a user agent.
    pub admin: bool,
    /// Method and path.
    pub request: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// `accepted`, or why not.
    pub outcome: String,
    /// Whether it was accepted.
    pub accepted: bool,
    /// What was taken from the answer: name and value.
    pub taken: Vec<(String, String)>,
}

/// Is told of each request.
#[derive(Clone, Default)]
pub struct Trace(Option<Arc<Listener>>);

type Listener = dyn Fn(&Step) + Send + Sync;

impl Trace {
    /// Tells `to`.
    pub fn new(to: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(to)))
    }

    /// Whether anybody listens.
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn tell(&self, step: &Step) {
        if let Some(to) = &self.0 {
            to(step);
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Trace").field(&self.is_on()).finish()
    }
}
