//! hmac-secret (CTAP 2.1, 12.5):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-hmac-secret-extension>
//!
//! A credential's two CredRandom values are not stored: they are HMACs of its id with the device secret, so every credential
//! has them, and a reset takes them away.

use wire::Status;
use wire::ctap2::extensions::HmacSecret;
use zeroize::Zeroizing;

use crate::command::Context;
use crate::look::Look;
use crate::pin::client_pin::protocol;
use crate::pin::protocol::{OVERHEAD_MAX, PinUvAuthProtocol, SharedSecret, peer};
use crate::platform::P256Point;
use crate::profile::Features;
use crate::text::Bytes;

/// The length of a salt and of an output.
const SALT: usize = 32;
/// Two salts.
const SALTS: usize = 2 * SALT;
/// The longest cipher text of salts and of outputs.
pub(crate) const CIPHER_MAX: usize = OVERHEAD_MAX + SALTS;

/// What a request brings, still closed.
pub(crate) struct Sealed {
    protocol: PinUvAuthProtocol,
    peer: P256Point,
    salt_enc: Bytes<CIPHER_MAX>,
    salt_auth: Bytes<SALT>,
}

/// The salts, and the secret that the outputs go out under. Wiped when they are dropped.
pub(crate) struct Salts {
    secret: SharedSecret,
    salts: Zeroizing<[u8; SALTS]>,
    length: usize,
}

impl Sealed {
    /// Checks what can be checked without the shared secret. Inputs too long to be any cannot verify.
    pub(crate) fn read(features: &Features, input: &HmacSecret<'_>) -> Result<Self, Status> {
        Ok(Self {
            protocol: protocol(features, Some(input.pin_uv_auth_protocol.unwrap_or(1)))?,
            peer: peer(input.key_agreement.bytes())?,
            salt_enc: Bytes::new(input.salt_enc).ok_or(Status::INVALID_PARAMETER)?,
            salt_auth: Bytes::new(input.salt_auth).ok_or(Status::PIN_AUTH_INVALID)?,
        })
    }

    /// Agrees, verifies, decrypts.
    pub(crate) fn open(&self, context: &mut Context<'_>) -> Result<Salts, Status> {
        let secret = context.state.pin.decapsulate(context.platform, self.protocol, &self.peer)?;
        let salt_enc = self.salt_enc.as_bytes();
        if !secret.verify(&mut Look::new(context.platform), &[salt_enc], self.salt_auth.as_bytes()) {
            return Err(Status::PIN_AUTH_INVALID);
        }
        let mut salts = Zeroizing::new([0; SALTS]);
        let length = secret.decrypt(context.platform, salt_enc, salts.as_mut()).map(<[u8]>::len);
        match length {
            Some(length @ (SALT | SALTS)) => Ok(Salts { secret, salts, length }),
            _ => Err(Status::INVALID_PARAMETER),
        }
    }
}

impl Salts {
    /// The credential's outputs for the salts, encrypted.
    pub(crate) fn output<'o>(
        &self,
        context: &mut Context<'_>,
        credential_id: &[u8],
        uv: bool,
        space: &'o mut [u8; CIPHER_MAX],
    ) -> Result<&'o [u8], Status> {
        let label: &[u8] = if uv { b"CredRandomWithUV" } else { b"CredRandomWithoutUV" };
        let cred_random =
            Zeroizing::new(context.platform.hmac(context.state.secret.as_slice(), &[label, credential_id]));
        let mut outputs = Zeroizing::new([0; SALTS]);
        let salts = self.salts.get(..self.length).unwrap_or_default();
        for (output, salt) in outputs.chunks_exact_mut(SALT).zip(salts.chunks_exact(SALT)) {
            let mac = Zeroizing::new(context.platform.hmac(cred_random.as_slice(), &[salt]));
            output.copy_from_slice(mac.as_slice());
        }
        let plain = outputs.get(..self.length).ok_or(Status::OTHER)?;
        self.secret.encrypt(context.platform, plain, space)
    }
}

#[cfg(test)]
mod tests;
