//! Extensions of makeCredential.

use wire::Status;
use wire::cbor::Writer;
use wire::ctap2::extensions::MakeOutputs;
use wire::ctap2::{RawMap, Value};

use super::{input, min_pin_length};
use crate::credential::protection::Protection;
use crate::credential::resident::BLOB_MAX;
use crate::look::Look;
use crate::profile::Features;
use crate::text::Bytes;

/// What a new credential gets, and what the reply says.
pub(crate) struct MakeExtensions {
    /// The credential's protection.
    pub(crate) protection: Protection,
    asked_protection: bool,
    hmac_secret: bool,
    cred_blob: Blob,
    min_pin_length: Option<u8>,
}

/// What becomes of a credBlob.
enum Blob {
    NotAsked,
    Refused,
    Kept(Bytes<BLOB_MAX>),
}

/// Room for the outputs: four names with their values.
pub(crate) const OUTPUTS_MAX: usize = 64;

impl MakeExtensions {
    /// Reads the inputs that this key takes.
    pub(crate) fn read(
        features: &Features,
        min_pin_length: u8,
        look: &mut Look<'_>,
        inputs: Option<RawMap<'_>>,
        rk: bool,
        rp_id_hash: &[u8; 32],
    ) -> Result<Self, Status> {
        let has = &features.extensions;
        let level: Option<u64> = input(inputs, has.cred_protect, "credProtect", "extensions.credProtect")?;
        let protection = match level {
            Some(number) => Protection::numbered(number).ok_or(Status::INVALID_OPTION)?,
            None => Protection::default(),
        };
        let hmac_secret: Option<bool> =
            input(inputs, has.hmac_secret, "hmac-secret", "extensions.hmac-secret")?;
        let blob: Option<&[u8]> = input(inputs, has.cred_blob, "credBlob", "extensions.credBlob")?;
        let fits = |blob: &&[u8]| rk && blob.len() <= usize::from(features.max_cred_blob_length);
        // 12.2: kept with discoverable credentials, up to maxCredBlobLength.
        let cred_blob = match (blob, blob.filter(fits).and_then(Bytes::new)) {
            (None, _) => Blob::NotAsked,
            (Some(_), None) => Blob::Refused,
            (Some(_), Some(kept)) => Blob::Kept(kept),
        };
        let asks_length: Option<bool> =
            input(inputs, has.min_pin_length, "minPinLength", "extensions.minPinLength")?;
        // 12.4: told to those that authenticatorConfig named.
        let told = asks_length == Some(true) && min_pin_length::may_know(look, rp_id_hash)?;
        Ok(Self {
            protection,
            asked_protection: level.is_some(),
            hmac_secret: hmac_secret == Some(true),
            cred_blob,
            min_pin_length: told.then_some(min_pin_length),
        })
    }

    /// The blob to be kept.
    pub(crate) fn cred_blob(&self) -> Option<&[u8]> {
        match &self.cred_blob {
            Blob::Kept(blob) => Some(blob.as_bytes()),
            Blob::NotAsked | Blob::Refused => None,
        }
    }

    /// The outputs, if there are any.
    pub(crate) fn outputs<'o>(&self, space: &'o mut [u8; OUTPUTS_MAX]) -> Result<Option<&'o [u8]>, Status> {
        let outputs = MakeOutputs {
            cred_blob: match self.cred_blob {
                Blob::NotAsked => None,
                Blob::Refused => Some(false),
                Blob::Kept(_) => Some(true),
            },
            cred_protect: self.asked_protection.then_some(u64::from(self.protection.number())),
            hmac_secret: self.hmac_secret.then_some(true),
            min_pin_length: self.min_pin_length.map(u64::from),
            ..MakeOutputs::EMPTY
        };
        if outputs == MakeOutputs::EMPTY {
            return Ok(None);
        }
        let mut writer = Writer::new(space);
        outputs.write(&mut writer)?;
        let length = writer.len();
        Ok(space.get(..length))
    }
}
