//! authenticatorReset (CTAP 2.1, 6.6):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorReset>

use core::time::Duration;

use wire::Status;

use super::{Context, status_only};
use crate::event::Uptime;
use crate::profile::Profile;
use crate::state::State;

/// A key without a display resets only within the window after power-on.
pub(crate) fn prepare(profile: &Profile, state: &State, now: Uptime) -> Result<(), Status> {
    let window = Duration::from_millis(u64::from(profile.reset_window_ms));
    if now.saturating_sub(state.powered) > window { Err(Status::NOT_ALLOWED) } else { Ok(()) }
}

/// Forgets everything but the attestation.
pub(crate) fn complete(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    context.state.reset(&context.profile.features(), context.platform)?;
    Ok(status_only(Status::OK, reply))
}
