//! The cases of a run, kept for a test to look at.

use std::io;
use std::sync::{Arc, Mutex};

use plan::event::{CaseDone, Event, Sink};

/// Keeps the cases.
#[derive(Clone, Default)]
pub(crate) struct Cases(pub(crate) Arc<Mutex<Vec<CaseDone>>>);

impl Sink for Cases {
    fn take(&mut self, event: &Event) {
        if let Event::CaseDone(done) = event {
            self.0.lock().unwrap().push((**done).clone());
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
