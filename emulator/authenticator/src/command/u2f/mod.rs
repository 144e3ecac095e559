//! U2F (CTAP1): register, authenticate, version. It never waits: without a touch it says so, and the client polls.
//!
//! FIDO U2F Raw Message Formats:
//! <https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html>

mod authenticate;
mod register;

use wire::Status;
use wire::u2f::{Request, StatusWord, version_message};

use super::Context;
use crate::prompt::Prompt;

/// Answers one APDU.
pub(crate) fn handle(
    context: &mut Context<'_>,
    prompt: &mut Option<Prompt>,
    bytes: &[u8],
    reply: &mut [u8],
) -> usize {
    answer(context, prompt, bytes, reply).unwrap_or_else(|word| word_only(word, reply))
}

fn answer(
    context: &mut Context<'_>,
    prompt: &mut Option<Prompt>,
    bytes: &[u8],
    reply: &mut [u8],
) -> Result<usize, StatusWord> {
    if context.profile.u2f.is_none() {
        return Err(StatusWord::INS_NOT_SUPPORTED);
    }
    // CTAP 2.1, 7.2.4: alwaysUv turns U2F off, since it knows no verification.
    if context.state.settings.always_uv {
        return Err(StatusWord::COMMAND_NOT_ALLOWED);
    }
    match Request::decode(bytes)? {
        Request::Register { challenge, application } => {
            register::answer(context, prompt, &register::Asked { challenge, application }, reply)
        }
        Request::Authenticate { control, challenge, application, key_handle } => {
            let asked = authenticate::Asked { control, challenge, application, key_handle };
            authenticate::answer(context, prompt, &asked, reply)
        }
        Request::Version => version_message(reply).map_err(|overflow| failed(overflow.into())),
    }
}

/// Writes a reply that is only a status word.
pub(crate) fn word_only(word: StatusWord, reply: &mut [u8]) -> usize {
    match reply.first_chunk_mut() {
        Some(place) => {
            *place = word.bytes();
            2
        }
        None => 0,
    }
}

/// U2F has no words for what can go wrong inside.
fn failed(_: Status) -> StatusWord {
    StatusWord::UNKNOWN
}
