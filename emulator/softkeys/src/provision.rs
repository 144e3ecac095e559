//! What a maker does last: the attestation key goes into the device.

use authenticator::attestation::ProvisionError;
use authenticator::platform::{CryptoError, Keep, Platform};

use crate::Issued;

/// Why a device did not take an attestation key.
#[derive(Debug, thiserror::Error)]
pub enum NotProvisioned {
    /// The platform did not take the key.
    #[error("the platform did not take the attestation key: {0:?}")]
    Key(CryptoError),
    /// The store did not take key and chain.
    #[error(transparent)]
    Store(#[from] ProvisionError),
}

/// Puts an attestation key and its chain into a device's platform. The key is stored, so that it stays loaded.
pub fn provision(platform: &mut dyn Platform, issued: &Issued) -> Result<(), NotProvisioned> {
    let key = platform.import(issued.alg, &issued.secret, Keep::Stored).map_err(NotProvisioned::Key)?;
    let chain: Vec<&[u8]> = issued.chain.iter().map(Vec::as_slice).collect();
    authenticator::attestation::provision(platform, &key, &chain).map_err(|error| {
        // Nothing names the key now; that it is forgotten cannot fail, since it was stored a moment ago.
        let _ = platform.destroy(&key);
        error.into()
    })
}
