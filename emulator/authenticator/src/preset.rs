//! A PIN that is on the key before its first use, as if its owner had set it.

use zeroize::Zeroizing;

use crate::pin::{self, Facts};
use crate::platform::{Change, Platform, StoreError};
use crate::profile::{PIN_LENGTH_MAX, Profile};
use crate::record;

/// Why a PIN could not be preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetError {
    /// The model takes no PIN.
    NoPin,
    /// The PIN has fewer code points than this, or more bytes than [`PIN_LENGTH_MAX`].
    Length {
        /// The fewest code points.
        least: u8,
    },
    /// The key has another PIN already.
    Other,
    /// What the store said; nothing was changed.
    Store(StoreError),
}

impl core::fmt::Display for PresetError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoPin => write!(f, "this model takes no PIN"),
            Self::Length { least } => {
                write!(
                    f,
                    "a PIN of this model has {least} characters at least and {PIN_LENGTH_MAX} bytes at most"
                )
            }
            Self::Other => write!(f, "the key has another PIN already"),
            Self::Store(StoreError::Full) => write!(f, "no room to store the PIN"),
            Self::Store(StoreError::Failed) => write!(f, "the store failed to take the PIN"),
        }
    }
}

impl core::error::Error for PresetError {}

/// Sets the PIN of a key that has none; to be called before [`power_on`](crate::Authenticator::power_on). A key that has
/// this PIN already is left as it is, attempts included.
///
/// # Errors
/// The model takes no PIN, or not this one; the key has another; or what the store said.
pub fn pin(profile: &Profile, platform: &mut dyn Platform, pin: &str) -> Result<(), PresetError> {
    let features = profile.features();
    if !features.client_pin {
        return Err(PresetError::NoPin);
    }
    let length = PresetError::Length { least: features.min_pin_length };
    let code_points = u8::try_from(pin.chars().count()).map_err(|_| length)?;
    // A PIN is padded with zero bytes on its way: one that ends with some could never be entered.
    if code_points < features.min_pin_length
        || pin.len() > usize::from(PIN_LENGTH_MAX)
        || pin.as_bytes().contains(&0)
    {
        return Err(length);
    }
    let whole = Zeroizing::new(platform.sha256(&[pin.as_bytes()]));
    let hash = Zeroizing::new(*whole.first_chunk().ok_or(PresetError::Store(StoreError::Failed))?);
    match pin::is_set_to(platform, &hash).map_err(PresetError::Store)? {
        Some(true) => Ok(()),
        Some(false) => Err(PresetError::Other),
        None => {
            let value = pin::write(&hash, Facts { code_points, force_change: false });
            let put = Change::Put { key: record::PIN, value: value.as_slice() };
            platform.commit(&[put]).map_err(PresetError::Store)
        }
    }
}
