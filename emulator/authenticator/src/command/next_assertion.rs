//! authenticatorGetNextAssertion.
//!
//! Steps are those of CTAP 2.1, 6.3:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetNextAssertion>

use core::time::Duration;

use wire::Status;

use super::Context;
use super::assertion::{self, Wanted};
use super::get_assertion::SEQUENCE_SECONDS;
use crate::credential::{Found, select};
use crate::look::Look;
use crate::state::Sequence;

/// Makes the next assertion of the sequence that this channel began.
pub(crate) fn complete(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    // Another channel's sequence is none of this one's business, and stays.
    if context.state.sequence.as_ref().is_some_and(|sequence| sequence.from != context.from) {
        return Err(Status::NOT_ALLOWED);
    }
    // Steps 1 to 3: nothing remembered, nothing left, or more than 30 seconds ago.
    let now = context.now;
    let Some(sequence) = context.state.sequence.take().filter(|sequence| now < sequence.until) else {
        return Err(Status::NOT_ALLOWED);
    };
    let newest = select::newest(
        &mut Look::new(context.platform),
        &sequence.rp_id_hash,
        Some(sequence.below),
        |protection| protection.allows_unnamed(sequence.flags.uv),
    )?
    .ok_or(Status::NOT_ALLOWED)?;
    // Steps 4 to 6, with the flags of the first assertion.
    let wanted = Wanted {
        extensions: &sequence.extensions,
        rp_id_hash: &sequence.rp_id_hash,
        client_data_hash: &sequence.client_data_hash,
        given: sequence.flags,
        count: None,
        names: sequence.flags.uv,
    };
    let length = assertion::make(context, &wanted, &Found::Resident(newest.key), reply)?;
    // Steps 7 and 8: the timer starts anew.
    let left = sequence.left.saturating_sub(1);
    if left > 0 {
        let until = now.saturating_add(Duration::from_secs(SEQUENCE_SECONDS));
        context.state.sequence = Some(Sequence { until, below: newest.order, left, ..sequence });
    }
    Ok(length)
}
