//! pinRetries and uvRetries (CTAP 2.1, 6.5.2.2 and 6.5.2.3): an attempt is taken off and stored before its outcome is
//! known, so that a power cut in between gains nothing.

use wire::Status;

use crate::platform::{Change, Platform, StoreError};
use crate::profile::Features;
use crate::record;

/// Wrong PINs in a row until the power must go.
const MISMATCHES_MAX: u8 = 3;

/// The two counters.
pub(crate) struct Attempts {
    left: Left,
    /// What the record says; never more than what is left.
    stored: Left,
    most: Left,
    mismatches: u8,
}

/// Attempts left.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Left {
    pin: u8,
    uv: u8,
}

impl Attempts {
    /// All attempts of a new key.
    pub(crate) fn full(features: &Features) -> Self {
        let most = Left { pin: features.pin_retries, uv: features.uv_retries };
        Self { left: most, stored: most, most, mismatches: 0 }
    }

    /// Those that the record says are left.
    pub(crate) fn load(features: &Features, platform: &mut dyn Platform) -> Result<Self, StoreError> {
        let mut attempts = Self::full(features);
        let mut space = [0; 2];
        match platform.read(record::RETRIES, 0, &mut space)? {
            None => {}
            Some(2) => {
                let [pin, uv] = space;
                attempts.left = Left { pin: pin.min(attempts.most.pin), uv: uv.min(attempts.most.uv) };
                attempts.stored = attempts.left;
            }
            Some(_) => return Err(StoreError::Failed),
        }
        Ok(attempts)
    }

    /// pinRetries.
    pub(crate) fn pin(&self) -> u8 {
        self.left.pin
    }

    /// uvRetries.
    pub(crate) fn uv(&self) -> u8 {
        self.left.uv
    }

    /// The power must go before the PIN can be tried again.
    pub(crate) fn needs_power_cycle(&self) -> bool {
        self.mismatches >= MISMATCHES_MAX
    }

    /// Why the PIN cannot be tried, if so.
    pub(crate) fn check_pin(&self) -> Result<(), Status> {
        if self.left.pin == 0 {
            return Err(Status::PIN_BLOCKED);
        }
        if self.needs_power_cycle() { Err(Status::PIN_AUTH_BLOCKED) } else { Ok(()) }
    }

    /// Takes one attempt at the PIN off, before the comparison.
    pub(crate) fn charge_pin(&mut self, platform: &mut dyn Platform) -> Result<(), StoreError> {
        self.left.pin = self.left.pin.saturating_sub(1);
        self.store(platform)
    }

    /// The comparison failed: what the platform is told.
    pub(crate) fn mismatch(&mut self) -> Status {
        self.mismatches = self.mismatches.saturating_add(1);
        self.check_pin().err().unwrap_or(Status::PIN_INVALID)
    }

    /// The comparison went well: all attempts are back once [`store`](Self::store) or [`record`](Self::record) is done.
    pub(crate) fn matched(&mut self) {
        self.mismatches = 0;
        self.left = self.most;
    }

    /// The built-in verification is counted, and no attempt is left.
    pub(crate) fn uv_blocked(&self) -> bool {
        self.most.uv > 0 && self.left.uv == 0
    }

    /// Takes one attempt at built-in verification off, before the wait.
    pub(crate) fn charge_uv(&mut self, platform: &mut dyn Platform) -> Result<(), StoreError> {
        self.left.uv = self.left.uv.saturating_sub(1);
        self.store(platform)
    }

    /// Nobody tried: the attempt is back. The record follows with the next charge, so the worst is one attempt less after a
    /// power cut.
    pub(crate) fn refund_uv(&mut self) {
        self.left.uv = self.left.uv.saturating_add(1).min(self.most.uv);
    }

    /// The user was verified.
    pub(crate) fn uv_matched(&mut self, platform: &mut dyn Platform) -> Result<(), StoreError> {
        self.left.uv = self.most.uv;
        self.store(platform)
    }

    /// Brings the record up to date.
    pub(crate) fn store(&mut self, platform: &mut dyn Platform) -> Result<(), StoreError> {
        if self.left != self.stored {
            platform.commit(&[Change::Put { key: record::RETRIES, value: &self.record() }])?;
            self.stored = self.left;
        }
        Ok(())
    }

    /// The record's content, for a batch of others; [`recorded`](Self::recorded) after it.
    pub(crate) fn record(&self) -> [u8; 2] {
        [self.left.pin, self.left.uv]
    }

    /// The record was stored.
    pub(crate) fn recorded(&mut self) {
        self.stored = self.left;
    }
}
