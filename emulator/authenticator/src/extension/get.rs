//! Extensions of getAssertion.

use wire::Status;
use wire::cbor::Writer;
use wire::ctap2::extensions::{GetOutputs, HmacSecret};
use wire::ctap2::{RawMap, Value};

use super::hmac_secret::{CIPHER_MAX, Salts, Sealed};
use super::input;
use crate::command::Context;
use crate::credential::resident::BLOB_MAX;
use crate::profile::Features;

/// What a request asks for.
pub(crate) struct GetInputs {
    cred_blob: bool,
    hmac_secret: Option<Sealed>,
}

/// The same, ready to be answered for any number of credentials.
pub(crate) struct GetExtensions {
    cred_blob: bool,
    salts: Option<Salts>,
}

/// Room for the outputs: two names with their values.
pub(crate) const OUTPUTS_MAX: usize = 32 + BLOB_MAX + CIPHER_MAX;

/// The credential that is answered for.
pub(crate) struct Of<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) cred_blob: Option<&'a [u8]>,
    pub(crate) uv: bool,
}

impl GetInputs {
    /// Reads the inputs that this key takes.
    pub(crate) fn read(features: &Features, inputs: Option<RawMap<'_>>, up: bool) -> Result<Self, Status> {
        let has = &features.extensions;
        let cred_blob: Option<bool> = input(inputs, has.cred_blob, "credBlob", "extensions.credBlob")?;
        let hmac_secret: Option<HmacSecret<'_>> =
            input(inputs, has.hmac_secret, "hmac-secret", "extensions.hmac-secret")?;
        // 12.5: a secret is not given without a touch.
        if hmac_secret.is_some() && !up {
            return Err(Status::UNSUPPORTED_OPTION);
        }
        let hmac_secret = hmac_secret.map(|input| Sealed::read(features, &input)).transpose()?;
        Ok(Self { cred_blob: cred_blob == Some(true), hmac_secret })
    }

    /// Opens what is closed.
    pub(crate) fn open(&self, context: &mut Context<'_>) -> Result<GetExtensions, Status> {
        let salts = self.hmac_secret.as_ref().map(|sealed| sealed.open(context)).transpose()?;
        Ok(GetExtensions { cred_blob: self.cred_blob, salts })
    }
}

impl GetExtensions {
    /// The outputs for a credential, if there are any.
    pub(crate) fn outputs<'o>(
        &self,
        context: &mut Context<'_>,
        of: &Of<'_>,
        space: &'o mut [u8; OUTPUTS_MAX],
    ) -> Result<Option<&'o [u8]>, Status> {
        let mut cipher = [0; CIPHER_MAX];
        let hmac_secret = match &self.salts {
            Some(salts) => Some(salts.output(context, of.id, of.uv, &mut cipher)?),
            None => None,
        };
        let cred_blob = self.cred_blob.then(|| of.cred_blob.unwrap_or_default());
        if hmac_secret.is_none() && cred_blob.is_none() {
            return Ok(None);
        }
        let mut writer = Writer::new(space);
        GetOutputs { cred_blob, hmac_secret, ..GetOutputs::EMPTY }.write(&mut writer)?;
        let length = writer.len();
        Ok(space.get(..length))
    }
}
