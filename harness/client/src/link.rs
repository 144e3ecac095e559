//! The way to a key: one CTAP message out, one back.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::future::BoxFuture;
use thiserror::Error;
/// Re-exported for the links, which know no message.
pub use wire::{MAX_MESSAGE, Protocol};

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The key was unplugged, or the process behind it ended.
    #[error("the key is gone: {0}")]
    Gone(String),
    /// The key does not know the protocol: CTAPHID_CBOR on a U2F-only key.
    #[error("the key does not speak this protocol")]
    NoProtocol,
    /// Another channel holds the key.
    #[error("the key is busy")]
    Busy,
    /// The transport broke its own rules.
    #[error("the transport failed: {0}")]
    Transport(String),
}

/// What the key is doing while no answer is there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It computes (CTAPHID_KEEPALIVE, STATUS_PROCESSING).
    Processing,
    /// It waits for the user (STATUS_UPNEEDED).
    User,
}

/// Asked now and then while the key works; `Break` cancels the request (CTAPHID_CANCEL).
pub trait Watch: Send {
    /// Says what the key is doing.
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()>;
}

/// Waits for as long as it takes.
pub struct Patient;

impl Watch for Patient {
    fn waiting(&mut self, _: Waiting) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// The way to one key.
pub trait Link: Send {
    /// Sends one message, CTAP1 (a raw APDU) or CTAP2 (command byte and CBOR), and gives the whole answer (CTAP1: data and status word; CTAP2: status byte and CBOR).
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>>;

    /// Lets time pass between two polls: virtual in process, real elsewhere.
    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()>;
}

impl<L: Link + ?Sized> Link for Box<L> {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        (**self).call(protocol, request, watch)
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        (**self).pause(time)
    }
}
