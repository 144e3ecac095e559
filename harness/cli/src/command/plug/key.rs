//! The key that is plugged in: its platform, with an attestation key where its model has one.

use authenticator::platform::Platform;
use authenticator::profile::Profile;
use softkeys::{Fast, Seeded, provision};

use crate::command::roots;
use crate::failure::Failure;

/// The platform of a new key of the model. With a seed it is the same each time.
///
/// # Errors
/// Never, for models that a file or the catalogue can hold.
pub fn platform(profile: &Profile, seed: Option<u64>) -> Result<Box<dyn Platform + Send>, Failure> {
    let mut platform: Box<dyn Platform + Send> = match seed {
        Some(seed) => Box::new(Seeded::from_seed(bytes(seed))),
        None => Box::new(Fast::new()),
    };
    let issued = roots::root()?.issue(profile).map_err(Failure::usage)?;
    provision(platform.as_mut(), &issued).map_err(Failure::usage)?;
    Ok(platform)
}

/// A seed as the platform takes it; tells it from other uses of small numbers.
fn bytes(seed: u64) -> [u8; 32] {
    let mut bytes = *b"a plugged key, seed             ";
    if let Some(last) = bytes.last_chunk_mut() {
        *last = seed.to_be_bytes();
    }
    bytes
}
