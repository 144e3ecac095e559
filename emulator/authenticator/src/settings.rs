//! What authenticatorConfig sets (CTAP 2.1, 6.11), as stored: `version 1 ‖ alwaysUv 1 ‖ minPINLength 1`.

use crate::platform::{Platform, StoreError};
use crate::profile::Features;
use crate::record;

const VERSION: u8 = 1;

/// The settings in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// User verification is always required.
    pub(crate) always_uv: bool,
    /// The shortest PIN, code points.
    pub(crate) min_pin_length: u8,
}

impl Settings {
    /// As the key leaves the factory.
    pub(crate) fn factory(features: &Features) -> Self {
        Self { always_uv: features.always_uv.unwrap_or(false), min_pin_length: features.min_pin_length }
    }

    /// As stored.
    pub(crate) fn load(features: &Features, platform: &mut dyn Platform) -> Result<Self, StoreError> {
        let mut space = [0; 3];
        match (platform.read(record::SETTINGS, 0, &mut space)?, space) {
            (None, _) => Ok(Self::factory(features)),
            (Some(3), [VERSION, always_uv, min_pin_length]) => {
                Ok(Self { always_uv: always_uv != 0, min_pin_length })
            }
            _ => Err(StoreError::Failed),
        }
    }

    /// The record's content.
    pub(crate) fn record(self) -> [u8; 3] {
        [VERSION, u8::from(self.always_uv), self.min_pin_length]
    }
}
