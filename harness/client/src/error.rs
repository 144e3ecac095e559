//! Why a ceremony gave the page nothing, and who refused.

use std::fmt;

use thiserror::Error;
use wire::Status;

use crate::link::LinkError;

/// The ceremony failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name}: {reason}")]
pub struct ClientError {
    /// What the page sees.
    pub name: DomError,
    /// Why, in words; a page does not see this.
    pub reason: String,
    /// The status that the key gave, `CTAP2_ERR_OPERATION_DENIED (0x27)` or `SW_WRONG_DATA (0x6a80)`.
    pub status: Option<String>,
    /// Who refused.
    pub by: Refuser,
}

/// Who refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refuser {
    /// The client, before it asked the key or after the key answered.
    Client,
    /// The key.
    Key,
    /// Nobody: the key could not be reached.
    Link,
}

/// A DOMException's name, or a simple exception's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DomError {
    /// The ceremony was cancelled by the page.
    AbortError,
    /// Conditional mediation without a way to verify the user.
    ConstraintError,
    /// Bytes within the options' extensions are not base64url.
    EncodingError,
    /// The key has a credential of the exclude list, and the user agreed that the page may know.
    InvalidStateError,
    /// All that a page is not to know more about.
    NotAllowedError,
    /// No algorithm that client and key both know.
    NotSupportedError,
    /// The origin, or the RP ID for this origin.
    SecurityError,
    /// `evalByCredential` names something that is no credential of the allow list.
    SyntaxError,
    /// The options are not valid.
    TypeError,
    /// The key answered nonsense.
    UnknownError,
}

impl DomError {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AbortError => "AbortError",
            Self::ConstraintError => "ConstraintError",
            Self::EncodingError => "EncodingError",
            Self::InvalidStateError => "InvalidStateError",
            Self::NotAllowedError => "NotAllowedError",
            Self::NotSupportedError => "NotSupportedError",
            Self::SecurityError => "SecurityError",
            Self::SyntaxError => "SyntaxError",
            Self::TypeError => "TypeError",
            Self::UnknownError => "UnknownError",
        }
    }

    /// What a browser makes of a key's CTAP2 status.
    pub fn of_status(status: Status) -> Self {
        match status {
            Status::CREDENTIAL_EXCLUDED => Self::InvalidStateError,
            Status::UNSUPPORTED_ALGORITHM => Self::NotSupportedError,
            Status::INVALID_COMMAND
            | Status::INVALID_PARAMETER
            | Status::INVALID_LENGTH
            | Status::INVALID_SEQ
            | Status::CBOR_UNEXPECTED_TYPE
            | Status::INVALID_CBOR
            | Status::MISSING_PARAMETER
            | Status::LIMIT_EXCEEDED
            | Status::REQUEST_TOO_LARGE
            | Status::INTEGRITY_FAILURE
            | Status::OTHER => Self::UnknownError,
            // Refusals, time-outs, PIN and verification, a full store: the page is not to know more.
            _ => Self::NotAllowedError,
        }
    }
}

impl fmt::Display for DomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl ClientError {
    /// The client refuses.
    pub(crate) fn refuse(name: DomError, reason: impl Into<String>) -> Self {
        Self { name, reason: reason.into(), status: None, by: Refuser::Client }
    }

    /// The key refused with a CTAP2 status.
    pub(crate) fn status(status: Status, what: &str) -> Self {
        Self {
            name: DomError::of_status(status),
            reason: format!("the key answered {what} with {status}"),
            status: Some(status.to_string()),
            by: Refuser::Key,
        }
    }

    /// The key's answer makes no sense.
    pub(crate) fn nonsense(what: &str, why: impl fmt::Display) -> Self {
        Self {
            name: DomError::UnknownError,
            reason: format!("the key's answer to {what} cannot be used: {why}"),
            status: None,
            by: Refuser::Key,
        }
    }
}

impl From<LinkError> for ClientError {
    fn from(error: LinkError) -> Self {
        Self { name: DomError::NotAllowedError, reason: error.to_string(), status: None, by: Refuser::Link }
    }
}
