//! A request and its answer in packets, whatever carries them and whatever time they take.

use std::future::Future;
use std::ops::ControlFlow;

use client::link::{LinkError, Protocol, Watch};
use frames::{Command, Host, Report};

use crate::news::News;

/// The client's end of a channel, and what carries its packets.
pub(crate) trait Way: Send {
    /// The channel.
    fn host(&mut self) -> &mut Host;

    /// Brings a packet to the key.
    fn send(&mut self, report: &Report) -> impl Future<Output = Result<(), LinkError>> + Send;

    /// The next thing that the key says on the channel.
    fn news(&mut self) -> impl Future<Output = Result<News, LinkError>> + Send;
}

/// INIT: a channel, or the same one with nothing under way.
pub(crate) async fn begin(way: &mut impl Way, nonce: [u8; 8]) -> Result<(), LinkError> {
    let report = way.host().init(nonce);
    way.send(&report).await?;
    while !matches!(way.news().await?, News::Ready) {}
    Ok(())
}

/// Sends a request on a channel that is there, and gives its answer; the client may cancel while the key is at work.
pub(crate) async fn converse(
    way: &mut impl Way,
    protocol: Protocol,
    request: &[u8],
    watch: &mut dyn Watch,
) -> Result<Vec<u8>, LinkError> {
    let command = match protocol {
        Protocol::Ctap1 => Command::MSG,
        Protocol::Ctap2 => Command::CBOR,
    };
    let reports = way.host().send(command, request);
    let reports =
        reports.map_err(|_| LinkError::Transport("the message is too long for CTAPHID".to_owned()))?;
    for report in reports {
        way.send(&report).await?;
    }
    loop {
        match way.news().await? {
            News::Answer(answer) => return Ok(answer),
            News::Ready => {}
            News::Waits(why) => {
                if watch.waiting(why) == ControlFlow::Break(()) {
                    let report = way.host().cancel();
                    way.send(&report).await?;
                }
            }
        }
    }
}
