//! The signature counter (WebAuthn, 6.1.1).

use crate::platform::{Change, Platform, StoreError};
use crate::profile::{Counter, Profile};
use crate::record;
use crate::state::State;

/// The counter's next value and whether it is to be stored.
#[derive(Clone, Copy)]
pub(crate) struct Next {
    /// What the reply says.
    pub(crate) value: u32,
    stored: bool,
}

/// The next value of the global counter for credentials that have none of their own.
pub(crate) fn global(profile: &Profile, state: &State) -> Next {
    match profile.counter {
        Counter::Zero => Next { value: 0, stored: false },
        // Stays at the end rather than go back: a counter that falls is the sign of a clone.
        Counter::Global | Counter::PerCredential => {
            Next { value: state.counter.saturating_add(1), stored: true }
        }
    }
}

/// Stores the global counter, if it moved, in one batch with `put`.
pub(crate) fn commit(
    state: &mut State,
    platform: &mut dyn Platform,
    next: Next,
    put: Option<Change<'_>>,
) -> Result<(), StoreError> {
    let bytes = next.value.to_be_bytes();
    let count = Change::Put { key: record::COUNTER, value: &bytes };
    match (put, next.stored) {
        (None, false) => {}
        (None, true) => platform.commit(&[count])?,
        (Some(put), false) => platform.commit(&[put])?,
        (Some(put), true) => platform.commit(&[put, count])?,
    }
    if next.stored {
        state.counter = next.value;
    }
    Ok(())
}

impl Next {
    /// A counter that is not the global one: nothing to store here.
    pub(crate) fn apart(value: u32) -> Self {
        Self { value, stored: false }
    }
}
