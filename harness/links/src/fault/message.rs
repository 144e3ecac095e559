//! Faults at the message: the key's answer arrives changed.

use std::time::Duration;

use client::link::{Link, LinkError, Protocol, Watch};
use futures_util::future::{BoxFuture, FutureExt};

use super::fired::Fired;

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Only a status is left: CTAP2's byte, or U2F's status word.
    Status(u16),
    /// The last bit of the message (in CTAP2) or of the data (in U2F) is turned.
    Flip,
    /// So many bytes are missing at the end (in U2F: at the end of the data).
    Cut(usize),
    /// The key is gone after it did the work.
    Lost,
}

/// Changes the answer to the nth call, from 1, of one protocol.
#[derive(Debug)]
pub struct Message<L> {
    inner: L,
    protocol: Protocol,
    left: usize,
    edit: Edit,
    fired: Fired,
}

impl<L> Message<L> {
    /// Changes the answer to the `nth` call.
    pub fn new(inner: L, protocol: Protocol, nth: usize, edit: Edit) -> Self {
        Self { inner, protocol, left: nth, edit, fired: Fired::new() }
    }

    /// How often it fired.
    pub fn fired(&self) -> Fired {
        self.fired.clone()
    }

    fn change(&mut self, protocol: Protocol, mut answer: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        if protocol != self.protocol || self.left == 0 {
            return Ok(answer);
        }
        self.left -= 1;
        if self.left > 0 {
            return Ok(answer);
        }
        self.fired.fire();
        let word = match protocol {
            Protocol::Ctap1 => answer.split_off(answer.len().saturating_sub(2)),
            Protocol::Ctap2 => Vec::new(),
        };
        match self.edit {
            Edit::Lost => return Err(LinkError::Gone("the answer was lost".to_owned())),
            Edit::Status(status) => {
                let [high, low] = status.to_be_bytes();
                return Ok(match protocol {
                    Protocol::Ctap1 => vec![high, low],
                    Protocol::Ctap2 => vec![low],
                });
            }
            Edit::Flip => {
                if let Some(last) = answer.last_mut() {
                    *last ^= 1;
                }
            }
            Edit::Cut(bytes) => answer.truncate(answer.len().saturating_sub(bytes)),
        }
        answer.extend(word);
        Ok(answer)
    }
}

impl<L: Link> Link for Message<L> {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        async move {
            let answer = self.inner.call(protocol, request, watch).await?;
            self.change(protocol, answer)
        }
        .boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.inner.pause(time)
    }
}
