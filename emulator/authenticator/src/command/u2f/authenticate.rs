//! U2F_AUTHENTICATE (U2F Raw Message Formats, section 5).

use wire::Status;
use wire::authdata::Flags;
use wire::u2f::{Authenticated, Control, StatusWord, authenticate_signed_data};

use super::failed;
use crate::command::with_credential::{Used, with_credential};
use crate::command::{Context, SIGNATURE_MAX, statement};
use crate::credential;
use crate::look::Look;
use crate::prompt::{self, Prompt};

/// The request.
pub(super) struct Asked<'a> {
    pub(super) control: Control,
    pub(super) challenge: &'a [u8; 32],
    pub(super) application: &'a [u8; 32],
    pub(super) key_handle: &'a [u8],
}

/// Refuses, asks for a touch, or signs.
pub(super) fn answer(
    context: &mut Context<'_>,
    prompt: &mut Option<Prompt>,
    asked: &Asked<'_>,
    reply: &mut [u8],
) -> Result<usize, StatusWord> {
    let mut look = Look::new(context.platform);
    let found = credential::find(&mut look, &context.state.secret, asked.application, asked.key_handle)
        .map_err(|error| failed(error.into()))?
        // U2F verifies nobody.
        .and_then(|(found, protection)| protection.allows_named(false).then_some(found))
        .ok_or(StatusWord::WRONG_DATA)?;
    let Context { profile, now, from, .. } = *context;
    let up = match asked.control {
        // The key handle is good: that is what this "error" says. No touch is asked for.
        Control::CHECK_ONLY => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        Control::ENFORCE => {
            if !prompt::presence(prompt, now, profile, from, asked.application) {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
            true
        }
        Control::DONT_ENFORCE => false,
        _ => return Err(StatusWord::INCORRECT_P1P2),
    };
    with_credential(context, &found, |context, used| sign(context, asked, up, used, reply)).map_err(failed)
}

/// Section 5.4.
fn sign(
    context: &mut Context<'_>,
    asked: &Asked<'_>,
    up: bool,
    used: &Used<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let user_presence = Flags::default().with_if(Flags::UP, up).0;
    let counter = used.sign_count;
    let signed = authenticate_signed_data(asked.application, user_presence, counter, asked.challenge);
    let mut space = [0; SIGNATURE_MAX];
    let signature = statement::sign(context, used.key, &signed, &mut space)?;
    Ok(Authenticated { user_presence, counter, signature }.message(reply)?)
}
