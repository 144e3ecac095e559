//! Faults at the message: the key's answer arrives changed, or not at all.

use std::sync::{Arc, Mutex, PoisonError};
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

/// Which answers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    Any,
    /// Those that bring a credential or an assertion, over either protocol.
    Ceremony,
}

/// Changes one answer on the way from `L`, when it was armed.
#[derive(Debug)]
pub struct Message<L> {
    inner: L,
    trap: Trap,
}

/// Arms a [`Message`] from outside.
#[derive(Clone, Debug, Default)]
pub struct Trap {
    armed: Arc<Mutex<Option<Armed>>>,
    fired: Fired,
}

#[derive(Clone, Copy, Debug)]
struct Armed {
    which: Which,
    left: usize,
    edit: Edit,
}

impl<L> Message<L> {
    /// Nothing is changed until the trap is armed.
    pub fn new(inner: L) -> Self {
        Self { inner, trap: Trap::default() }
    }

    /// What arms it.
    pub fn trap(&self) -> Trap {
        self.trap.clone()
    }

    /// The link below.
    pub fn inner(&mut self) -> &mut L {
        &mut self.inner
    }
}

impl Trap {
    /// From now on the `nth` answer of that kind, from 1, is changed, once.
    pub fn arm(&self, which: Which, nth: usize, edit: Edit) {
        *self.lock() = Some(Armed { which, left: nth, edit });
    }

    /// Nothing is changed any more.
    pub fn disarm(&self) {
        *self.lock() = None;
    }

    /// How often it fired.
    pub fn fired(&self) -> usize {
        self.fired.count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The change that is due for this answer.
    fn spring(&self, protocol: Protocol, request: &[u8], answer: &[u8]) -> Option<Edit> {
        let mut armed = self.lock();
        let trap = armed.as_mut()?;
        if trap.which == Which::Ceremony && !brings_something(protocol, request, answer) {
            return None;
        }
        trap.left = trap.left.saturating_sub(1);
        if trap.left > 0 {
            return None;
        }
        self.fired.fire();
        armed.take().map(|trap| trap.edit)
    }
}

/// A credential or an assertion.
fn brings_something(protocol: Protocol, request: &[u8], answer: &[u8]) -> bool {
    match protocol {
        // authenticatorMakeCredential, -GetAssertion, -GetNextAssertion; status OK.
        Protocol::Ctap2 => matches!(request, [0x01 | 0x02 | 0x08, ..]) && answer.first() == Some(&0),
        // U2F_REGISTER, U2F_AUTHENTICATE; SW_NO_ERROR.
        Protocol::Ctap1 => matches!(request, [_, 0x01 | 0x02, ..]) && answer.ends_with(&[0x90, 0x00]),
    }
}

fn change(edit: Edit, protocol: Protocol, mut answer: Vec<u8>) -> Result<Vec<u8>, LinkError> {
    let word = match protocol {
        Protocol::Ctap1 => answer.split_off(answer.len().saturating_sub(2)),
        Protocol::Ctap2 => Vec::new(),
    };
    match edit {
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

impl<L: Link> Link for Message<L> {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        async move {
            let answer = self.inner.call(protocol, request, watch).await?;
            match self.trap.spring(protocol, request, &answer) {
                Some(edit) => change(edit, protocol, answer),
                None => Ok(answer),
            }
        }
        .boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.inner.pause(time)
    }
}
