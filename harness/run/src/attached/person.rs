//! Whoever answers for the person at an attached key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{AccountChoice, NewPinAsked, NewPinReason, Person, Pin, PinAsked};

use super::Teller;

/// Gives the PIN as long as the key takes it, and gives it a new one only if that was allowed.
pub(crate) struct Careful {
    pin: Option<Pin>,
    may_set: bool,
    refused: Arc<AtomicBool>,
    teller: Teller,
}

impl Careful {
    pub(super) fn new(pin: Option<Pin>, may_set: bool, refused: &Arc<AtomicBool>, teller: &Teller) -> Self {
        Self { pin, may_set, refused: Arc::clone(refused), teller: Arc::clone(teller) }
    }
}

impl Person for Careful {
    fn choose_account(&mut self, _: &[AccountChoice]) -> Option<usize> {
        // The newest, which is this case's.
        Some(0)
    }

    fn pin(&mut self, asked: &PinAsked<'_>) -> Option<Pin> {
        if asked.refused.is_some() && !self.refused.swap(true, Ordering::SeqCst) {
            (self.teller)(&format!(
                "The key refuses the PIN ({} attempts left). It is not tried again.",
                asked.retries
            ));
        }
        if self.refused.load(Ordering::SeqCst) { None } else { self.pin.clone() }
    }

    fn new_pin(&mut self, asked: &NewPinAsked<'_>) -> Option<Pin> {
        let first = asked.reason == NewPinReason::NotSet && asked.refused.is_none();
        if first && self.may_set { self.pin.clone() } else { None }
    }
}
