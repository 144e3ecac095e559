//! How often a fault fired.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count that the wrapper and the judge share.
#[derive(Clone, Debug, Default)]
pub struct Fired(Arc<AtomicUsize>);

impl Fired {
    /// Never yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn fire(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
