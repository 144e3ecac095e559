//! What a packet of the key means for the request in work.

use client::link::{LinkError, Waiting};
use frames::{ErrorCode, HostEvent, Keepalive};

/// What the key said.
pub(crate) enum News {
    /// The answer to the request.
    Answer(Vec<u8>),
    /// It is at work, or waits.
    Waits(Waiting),
    /// The channel is there.
    Ready,
}

impl News {
    /// What an event comes to.
    pub(crate) fn of(event: HostEvent<'_>) -> Result<Self, LinkError> {
        Ok(match event {
            HostEvent::Ready(_) => Self::Ready,
            HostEvent::Message { payload, .. } => Self::Answer(payload.to_vec()),
            HostEvent::Keepalive(Keepalive::UPNEEDED) => Self::Waits(Waiting::User),
            HostEvent::Keepalive(_) => Self::Waits(Waiting::Processing),
            HostEvent::Error(ErrorCode::INVALID_CMD) => return Err(LinkError::NoProtocol),
            HostEvent::Error(ErrorCode::CHANNEL_BUSY) => return Err(LinkError::Busy),
            HostEvent::Error(code) => return Err(LinkError::Transport(code.to_string())),
            HostEvent::OutOfSequence { seq } => {
                return Err(LinkError::Transport(format!("packet {seq} came out of sequence")));
            }
            HostEvent::TooLong { len } => {
                return Err(LinkError::Transport(format!("the key announced {len} bytes")));
            }
        })
    }
}
