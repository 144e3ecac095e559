//! One message to the key and its answer, with the waits that a client makes in between.

use std::ops::ControlFlow;
use std::time::Duration;

use wire::ctap2::split_response;
use wire::u2f::{self, StatusWord};
use wire::{MAX_MESSAGE, Overflow, Protocol, Status};

use crate::error::{ClientError, DomError, Refuser};
use crate::link::{Link, LinkError, Waiting, Watch};

/// The way to the key during one ceremony, and how long the ceremony may still take.
pub(crate) struct Exchange<'c> {
    pub(crate) link: &'c mut dyn Link,
    pub(crate) watch: &'c mut dyn Watch,
    /// What is left of the ceremony's time, counted by pauses.
    pub(crate) left: Duration,
}

/// A CTAP2 answer.
pub(crate) struct Answer {
    pub(crate) status: Status,
    pub(crate) members: Vec<u8>,
}

impl Exchange<'_> {
    /// Sends a CTAP2 message that is at most `most` bytes long.
    pub(crate) async fn ctap2(
        &mut self,
        what: &str,
        most: usize,
        write: impl FnOnce(&mut [u8]) -> Result<usize, Overflow>,
    ) -> Result<Answer, ClientError> {
        let message = message(write, most).map_err(|length| {
            let reason = format!("{what} would have {length} bytes, the key takes {most}");
            ClientError::refuse(DomError::NotAllowedError, reason)
        })?;
        let (answer, cancelled) = self.call(Protocol::Ctap2, &message).await?;
        match split_response(&answer) {
            Some((Status::KEEPALIVE_CANCEL, _)) if cancelled => Err(aborted()),
            Some((status, members)) => Ok(Answer { status, members: members.to_vec() }),
            None => Err(ClientError::nonsense(what, "it is empty")),
        }
    }

    /// Sends a U2F message.
    pub(crate) async fn u2f(
        &mut self,
        what: &str,
        request: &u2f::Request<'_>,
    ) -> Result<(Vec<u8>, StatusWord), ClientError> {
        let message = message(|out| request.message(out), MAX_MESSAGE).map_err(|_| {
            ClientError::refuse(
                DomError::NotAllowedError,
                format!("{what}: the key handle is longer than 255 bytes"),
            )
        })?;
        let (answer, _) = self.call(Protocol::Ctap1, &message).await?;
        match u2f::split_response(&answer) {
            Some((data, word)) => Ok((data.to_vec(), word)),
            None => Err(ClientError::nonsense(what, "it has no status word")),
        }
    }

    /// Sends a U2F message again and again until the user has touched the key.
    pub(crate) async fn u2f_with_touch(
        &mut self,
        what: &str,
        request: &u2f::Request<'_>,
    ) -> Result<Vec<u8>, ClientError> {
        loop {
            match self.u2f(what, request).await? {
                (data, StatusWord::NO_ERROR) => return Ok(data),
                (_, word @ StatusWord::CONDITIONS_NOT_SATISFIED) => {
                    if self.watch.waiting(Waiting::User).is_break() {
                        return Err(aborted());
                    }
                    self.wait(POLL, || word_error(what, word, "the user did not touch the key in time"))
                        .await?;
                }
                (_, word) => return Err(word_error(what, word, "the key refused")),
            }
        }
    }

    /// The answer to a message, and whether the watch broke the wait off. A key that is busy with another program's request is
    /// asked again.
    pub(crate) async fn call(
        &mut self,
        protocol: Protocol,
        message: &[u8],
    ) -> Result<(Vec<u8>, bool), LinkError> {
        loop {
            let mut noting = Noting { watch: &mut *self.watch, broke: false };
            match self.link.call(protocol, message, &mut noting).await {
                Ok(answer) => return Ok((answer, noting.broke)),
                Err(LinkError::Busy) => self.wait(POLL, || LinkError::Busy).await?,
                Err(error) => return Err(error),
            }
        }
    }

    async fn wait<E>(&mut self, time: Duration, late: impl FnOnce() -> E) -> Result<(), E> {
        self.left = self.left.checked_sub(time).ok_or_else(late)?;
        self.link.pause(time).await;
        Ok(())
    }
}

/// Whether the key says that it speaks U2F.
pub(crate) async fn u2f_version(exchange: &mut Exchange<'_>) -> Result<bool, ClientError> {
    let message = message(|out| u2f::Request::Version.message(out), MAX_MESSAGE).unwrap_or_default();
    match exchange.call(Protocol::Ctap1, &message).await {
        Ok((answer, _)) => Ok(matches!(
            u2f::split_response(&answer),
            Some((version, StatusWord::NO_ERROR)) if version == u2f::VERSION.as_bytes()
        )),
        Err(LinkError::NoProtocol) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The key refused with a U2F status word.
pub(crate) fn word_error(what: &str, word: StatusWord, why: &str) -> ClientError {
    ClientError {
        name: DomError::NotAllowedError,
        reason: format!("{why}: it answered {what} with {word}"),
        status: Some(word.to_string()),
        by: Refuser::Key,
    }
}

fn aborted() -> ClientError {
    ClientError::refuse(DomError::AbortError, "the ceremony was cancelled")
}

/// Writes a message of at most `most` bytes; the error is the length that it would have, or one more than any message has.
fn message(write: impl FnOnce(&mut [u8]) -> Result<usize, Overflow>, most: usize) -> Result<Vec<u8>, usize> {
    let mut out = vec![0; MAX_MESSAGE];
    let length = write(&mut out).unwrap_or(MAX_MESSAGE + 1);
    if length > most.min(MAX_MESSAGE) {
        return Err(length);
    }
    out.truncate(length);
    Ok(out)
}

/// Remembers whether the watch broke the wait off.
struct Noting<'w> {
    watch: &'w mut dyn Watch,
    broke: bool,
}

impl Watch for Noting<'_> {
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()> {
        let flow = self.watch.waiting(why);
        self.broke |= flow.is_break();
        flow
    }
}

/// Between two polls of a U2F key, and before a busy key is asked again.
const POLL: Duration = Duration::from_millis(200);
