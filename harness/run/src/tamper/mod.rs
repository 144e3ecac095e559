//! What a negative scenario makes wrong, on the way from the server's options to the response that is sent.

mod json;
mod options;
mod response;
mod tpm;
mod twist;

pub(crate) use options::{creation, request};
pub(crate) use response::{Lie, assertion, credential_id, registration};
pub(crate) use twist::twist;

use crate::stage::Broken;

/// A tampering that found nothing to change proves nothing.
fn nothing(what: &str) -> Broken {
    Broken::Unknown(format!("the tampering of {what} changed nothing"))
}
