//! A key behind a socket, as `anykey plug` runs one: each datagram is one 64-byte CTAPHID packet.

use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use client::link::{Link, LinkError, Protocol, Watch};
use frames::{Command, Host, Report};
use futures_util::future::{BoxFuture, FutureExt};
use ports::Address;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, bind, connect, recv, send,
    socket_with,
};
use tokio::io::Interest;
use tokio::net::{UdpSocket, UnixDatagram};
use tokio::time::timeout;

use crate::news::News;

/// A key that runs elsewhere, on real time.
pub struct Socket {
    wire: Wire,
    host: Box<Host>,
    ready: bool,
}

/// A connected socket.
enum Wire {
    /// Of either type: what tokio knows as datagrams are only sends and receives here.
    Unix(UnixDatagram),
    Udp(UdpSocket),
}

impl Socket {
    /// Connects to where a key is plugged in. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn connect(address: &Address) -> Result<Self, LinkError> {
        let wire = match address {
            Address::Unix(path) => unix(path, SocketType::SEQPACKET).map(Wire::Unix),
            Address::UnixDgram(path) => unix(path, SocketType::DGRAM).map(Wire::Unix),
            Address::Udp(address) => udp(address).await.map(Wire::Udp),
        };
        let wire = wire.map_err(|error| LinkError::Gone(format!("{address}: {error}")))?;
        Ok(Self { wire, host: Box::new(Host::new()), ready: false })
    }

    /// Sends a line for whoever holds the key, such as `ctl replug`. It is never answered here.
    ///
    /// # Errors
    /// The key is gone.
    pub async fn tell(&mut self, line: &str) -> Result<(), LinkError> {
        self.wire.send(line.as_bytes()).await.map_err(gone)
    }

    async fn exchange(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        watch: &mut dyn Watch,
    ) -> Result<Vec<u8>, LinkError> {
        if !self.ready {
            let report = self.host.init(RandomState::new().hash_one(0_u8).to_be_bytes());
            self.send(&report).await?;
            while !matches!(self.news().await?, News::Ready) {}
            self.ready = true;
        }
        let command = match protocol {
            Protocol::Ctap1 => Command::MSG,
            Protocol::Ctap2 => Command::CBOR,
        };
        let reports = self.host.send(command, request);
        let reports: Vec<Report> = reports
            .map_err(|_| LinkError::Transport("the message is too long for CTAPHID".to_owned()))?
            .collect();
        for report in &reports {
            self.send(report).await?;
        }
        loop {
            match self.news().await? {
                News::Answer(answer) => return Ok(answer),
                News::Ready => {}
                News::Waits(why) => {
                    if watch.waiting(why) == ControlFlow::Break(()) {
                        self.send(&self.host.cancel()).await?;
                    }
                }
            }
        }
    }

    async fn send(&self, report: &Report) -> Result<(), LinkError> {
        self.wire.send(report).await.map_err(gone)
    }

    /// The next thing that the key says on this channel.
    async fn news(&mut self) -> Result<News, LinkError> {
        loop {
            let mut buffer = [0; 128];
            let received = timeout(SILENCE, self.wire.receive(&mut buffer)).await;
            let len = received.map_err(|_| gone("it says nothing any more"))?.map_err(gone)?;
            if len == 0 && matches!(self.wire, Wire::Unix(_)) {
                return Err(gone("it closed the connection"));
            }
            let report: &Report = buffer
                .get(..len)
                .and_then(|packet| packet.try_into().ok())
                .ok_or_else(|| LinkError::Transport(format!("the key sent {len} bytes, packets have 64")))?;
            if let Some(event) = self.host.receive(report) {
                return News::of(event);
            }
        }
    }
}

impl Link for Socket {
    fn call<'a>(
        &'a mut self,
        protocol: Protocol,
        request: &'a [u8],
        watch: &'a mut dyn Watch,
    ) -> BoxFuture<'a, Result<Vec<u8>, LinkError>> {
        self.exchange(protocol, request, watch).boxed()
    }

    fn pause(&mut self, time: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(time).boxed()
    }
}

impl Wire {
    async fn send(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(socket) => {
                let send = || Ok(send(socket, bytes, SendFlags::NOSIGNAL)?);
                socket.async_io(Interest::WRITABLE, send).await.map(drop)
            }
            Self::Udp(socket) => socket.send(bytes).await.map(drop),
        }
    }

    async fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(socket) => {
                let receive = || Ok(recv(socket, &mut *buffer, RecvFlags::empty())?.1);
                socket.async_io(Interest::READABLE, receive).await
            }
            Self::Udp(socket) => socket.recv(buffer).await,
        }
    }
}

fn unix(path: &Path, kind: SocketType) -> io::Result<UnixDatagram> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket: OwnedFd = socket_with(AddressFamily::UNIX, kind, flags, None)?;
    if kind == SocketType::DGRAM {
        // Any free name, so that it can be answered.
        bind(&socket, &SocketAddrUnix::new_unnamed())?;
    }
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    UnixDatagram::from_std(socket.into())
}

async fn udp(address: &std::net::SocketAddr) -> io::Result<UdpSocket> {
    let socket = match address {
        std::net::SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        std::net::SocketAddr::V6(_) => UdpSocket::bind((std::net::Ipv6Addr::LOCALHOST, 0)).await?,
    };
    socket.connect(address).await?;
    Ok(socket)
}

fn gone(why: impl Display) -> LinkError {
    LinkError::Gone(why.to_string())
}

/// A key that is at work says so ten times a second; one that computes for U2F may be silent for a while.
const SILENCE: Duration = Duration::from_secs(30);
