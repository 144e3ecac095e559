//! What carries packets between clients and a key.

use std::fmt::{Debug, Display};
use std::future::Future;
use std::io;

use frames::Report;
use tokio::time::Instant;

/// A bus with clients on it: each may send packets, and gets what is sent to it.
///
/// Where a bus has only one client, as USB has, [`Peer`](Self::Peer) is `()`-like.
pub trait ReportPort: Send {
    /// Tells clients apart.
    type Peer: Clone + PartialEq + Debug + Display + Send;

    /// The next thing that a client did. Cancel-safe: nothing is lost if the future is dropped.
    ///
    /// # Errors
    /// The port is of no more use.
    fn receive(&mut self) -> impl Future<Output = io::Result<Arrival<Self::Peer>>> + Send;

    /// Sends a packet to a client.
    ///
    /// # Errors
    /// The client is gone, or does not read; it may come back.
    fn send(
        &mut self,
        to: &Self::Peer,
        report: &Report,
    ) -> impl Future<Output = Result<(), Unreachable>> + Send;

    /// Where clients find it, as a person or a script is told.
    fn place(&self) -> String;

    /// When the next packet may be sent, if not now: for a bus that drops what comes too fast.
    fn sends_at(&self) -> Option<Instant> {
        None
    }

    /// The key loses its power: on a bus that shows it, it is gone when this returns.
    fn unplug(&mut self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// The key has power again.
    ///
    /// # Errors
    /// It cannot be made to show on the bus.
    fn plug(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        async { Ok(()) }
    }
}

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival<P> {
    /// It sent a packet.
    Report {
        /// Who.
        from: P,
        /// The packet.
        report: Report,
    },
    /// It sent a line of text, which is meant for whoever holds the key.
    Text {
        /// The line.
        line: String,
    },
    /// It sent something else: what, for the log.
    Noise {
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// The bus has given the key its power, for the first time or again: it begins anew.
    Powered,
    /// It is gone and will not come back under this name.
    Left {
        /// Who.
        peer: P,
    },
}

/// A packet could not be given to its client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);
