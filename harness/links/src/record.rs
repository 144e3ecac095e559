//! A link that writes down what goes over it.

use std::time::Duration;

use client::link::{Link, LinkError, Protocol, Watch};
use futures_util::future::{BoxFuture, FutureExt};

/// One message and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its protocol.
    pub protocol: Protocol,
    /// The message.
    pub request: Vec<u8>,
    /// The answer.
    pub answer: Result<Vec<u8>, LinkError>,
}

/// Writes down every call on the way to `L`.
#[derive(Debug)]
pub struct Record<L> {
    inner: L,
    calls: Vec<Call>,
}

impl<L> Record<L> {
    /// Writes down what goes over `inner`.
    pub fn new(inner: L) -> Self {
        Self { inner, calls: Vec::new() }
    }

    /// What went over it since the last time.
    pub fn take(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    /// The link below.
    pub fn inner(&mut self) -> &mut L {
        &mut self.inner
    }
}

impl<L: Link> Link for Record<L> {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        async move {
            let answer = self.inner.call(protocol, request, watch).await;
            self.calls.push(Call { protocol, request: request.to_vec(), answer: answer.clone() });
            answer
        }
        .boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        self.inner.pause(time)
    }
}
