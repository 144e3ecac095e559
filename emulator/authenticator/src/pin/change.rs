//! setPIN and changePIN (CTAP 2.1, 6.5.5.5 and 6.5.5.6).

use subtle::ConstantTimeEq;
use wire::Status;
use wire::ctap2::client_pin::Request;
use zeroize::Zeroizing;

use super::client_pin::{compare, decapsulate, protocol, ready};
use super::protocol::{OVERHEAD_MAX, SharedSecret};
use super::{Facts, Hash, write};
use crate::command::{Context, status_only};
use crate::look::Look;
use crate::platform::Change;
use crate::profile::{Features, PIN_LENGTH_MAX};
use crate::record;

/// The length of a padded new PIN.
const PADDED: usize = 64;

/// 6.5.5.5.
pub(super) fn set_pin(
    context: &mut Context<'_>,
    features: &Features,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Steps 1 and 2.
    let (Some(key), Some(mac), Some(new_pin_enc)) =
        (request.key_agreement, request.pin_uv_auth_param, request.new_pin_enc)
    else {
        return Err(Status::MISSING_PARAMETER);
    };
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    // Step 3.
    if context.state.pin.set.is_some() {
        return Err(Status::PIN_AUTH_INVALID);
    }
    // Steps 4 and 5.
    let secret = decapsulate(context, protocol, key)?;
    if !secret.verify(&mut Look::new(context.platform), &[new_pin_enc], mac) {
        return Err(Status::PIN_AUTH_INVALID);
    }
    // Steps 6 to 12.
    let new = NewPin::decrypt(context, &secret, new_pin_enc)?;
    context.state.pin.attempts.matched();
    new.store(context)?;
    Ok(status_only(Status::OK, reply))
}

/// 6.5.5.6.
pub(super) fn change_pin(
    context: &mut Context<'_>,
    features: &Features,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Steps 1 and 2.
    let (Some(key), Some(mac), Some(new_pin_enc), Some(pin_hash_enc)) =
        (request.key_agreement, request.pin_uv_auth_param, request.new_pin_enc, request.pin_hash_enc)
    else {
        return Err(Status::MISSING_PARAMETER);
    };
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    // Step 3.
    let facts = ready(context)?;
    // Steps 4 and 5.
    let secret = decapsulate(context, protocol, key)?;
    if !secret.verify(&mut Look::new(context.platform), &[new_pin_enc, pin_hash_enc], mac) {
        return Err(Status::PIN_AUTH_INVALID);
    }
    // Steps 6 to 8.
    let current = compare(context, &secret, pin_hash_enc)?;
    // Steps 9 to 14: whatever they say, the attempts are back.
    let new = NewPin::decrypt(context, &secret, new_pin_enc).and_then(|new| {
        if facts.force_change && bool::from(new.hash.ct_eq(current.as_slice())) {
            return Err(Status::PIN_POLICY_VIOLATION);
        }
        Ok(new)
    });
    match new {
        // Steps 15 to 19.
        Ok(new) => new.store(context)?,
        Err(status) => {
            context.state.pin.attempts.store(context.platform)?;
            return Err(status);
        }
    }
    context.state.pin.end_token();
    Ok(status_only(Status::OK, reply))
}

/// A new PIN that may be stored.
struct NewPin {
    hash: Hash,
    facts: Facts,
}

impl NewPin {
    /// Steps 6 to 9 of setPIN, 9 to 12 of changePIN.
    fn decrypt(context: &mut Context<'_>, secret: &SharedSecret, new_pin_enc: &[u8]) -> Result<Self, Status> {
        let mut space = Zeroizing::new([0; PADDED + OVERHEAD_MAX]);
        let padded =
            secret.decrypt(context.platform, new_pin_enc, space.as_mut()).ok_or(Status::PIN_AUTH_INVALID)?;
        if padded.len() != PADDED {
            return Err(Status::INVALID_PARAMETER);
        }
        let length = padded.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
        let new = padded.get(..length).unwrap_or_default();
        // A code point is a byte that does not continue one, whether all of it is good UTF-8 or not.
        let points = new.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let code_points = u8::try_from(points).map_err(|_| Status::PIN_POLICY_VIOLATION)?;
        if code_points < context.state.settings.min_pin_length || length > usize::from(PIN_LENGTH_MAX) {
            return Err(Status::PIN_POLICY_VIOLATION);
        }
        let whole = Zeroizing::new(context.platform.sha256(&[new]));
        let hash = whole.first_chunk().ok_or(Status::OTHER)?;
        Ok(Self { hash: Zeroizing::new(*hash), facts: Facts { code_points, force_change: false } })
    }

    /// Stores it and the attempts in one batch.
    fn store(self, context: &mut Context<'_>) -> Result<(), Status> {
        let pin = &mut context.state.pin;
        let value = write(&self.hash, self.facts);
        let put = Change::Put { key: record::PIN, value: value.as_slice() };
        let retries = pin.attempts.record();
        // Step 20 of changePIN: the persistent tokens end with the PIN.
        let end = Change::Delete(record::PERSISTENT_TOKENS);
        context.platform.commit(&[put, Change::Put { key: record::RETRIES, value: &retries }, end])?;
        pin.attempts.recorded();
        pin.set = Some(self.facts);
        Ok(())
    }
}
