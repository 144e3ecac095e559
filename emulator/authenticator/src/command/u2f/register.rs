//! U2F_REGISTER (U2F Raw Message Formats, section 4).

use wire::u2f::{Registered, StatusWord};
use wire::{Alg, Status};

use super::failed;
use crate::attestation::{self, CHAIN_BYTES};
use crate::command::{Context, PUBLIC_KEY_MAX, SIGNATURE_MAX, statement, wrap};
use crate::credential::protection::Protection;
use crate::platform::Keep;
use crate::prompt::{self, Prompt};

/// The request.
pub(super) struct Asked<'a> {
    pub(super) challenge: &'a [u8; 32],
    pub(super) application: &'a [u8; 32],
}

/// Asks for a touch, or makes the credential.
pub(super) fn answer(
    context: &mut Context<'_>,
    prompt: &mut Option<Prompt>,
    asked: &Asked<'_>,
    reply: &mut [u8],
) -> Result<usize, StatusWord> {
    let Context { profile, now, from, .. } = *context;
    if !prompt::presence(prompt, now, profile, from, asked.application) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
    }
    register(context, asked, reply).map_err(failed)
}

/// Section 4.3. Nothing is stored: the key handle holds the key.
fn register(context: &mut Context<'_>, asked: &Asked<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    let mut public = [0; PUBLIC_KEY_MAX];
    let (key, length) = context.platform.generate(Alg::ES256, Keep::Wrapped, &mut public)?;
    let public_key = statement::point(public.get(..length).ok_or(Status::OTHER)?)?;
    let id = wrap(context, asked.application, &key, Protection::default())?;
    let key_handle = id.as_bytes();
    let attestation_key = attestation::key(context.platform)?;
    let mut space = [0; SIGNATURE_MAX];
    let registration = statement::Registration {
        application: asked.application,
        challenge: asked.challenge,
        key_handle,
        public_key: &public_key,
    };
    let signature = registration.sign(context, &attestation_key, &mut space)?;
    let mut space = [0; CHAIN_BYTES];
    let chain = attestation::chain(context.platform, 1, &mut space)?;
    let certificate = chain.certificates()?.first().ok_or(Status::OTHER)?;
    Ok(Registered { public_key: &public_key, key_handle, certificate, signature }.message(reply)?)
}
