//! What carries packets to a key and back.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;

use client::link::LinkError;
use frames::Report;
use ports::Address;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, bind, connect, recv, send,
    socket_with,
};
use tokio::io::Interest;
use tokio::net::{UdpSocket, UnixDatagram};

use super::gone;
use super::hidraw::Hidraw;

/// A way for packets, one client's.
pub(super) enum Packets {
    /// A connected socket of either type: what tokio knows as datagrams are only sends and receives here.
    Unix(UnixDatagram),
    Udp(UdpSocket),
    Hidraw(Hidraw),
}

impl Packets {
    pub(super) async fn connect(address: &Address) -> io::Result<Self> {
        match address {
            Address::Unix(path) => unix(path, SocketType::SEQPACKET).map(Self::Unix),
            Address::UnixDgram(path) => unix(path, SocketType::DGRAM).map(Self::Unix),
            Address::Udp(address) => udp(address).await.map(Self::Udp),
        }
    }

    pub(super) async fn send(&self, report: &Report) -> io::Result<()> {
        match self {
            Self::Hidraw(node) => node.send(report),
            _ => self.send_bytes(report).await,
        }
    }

    /// Sends if that can be done at once; nobody hears of it if not.
    pub(super) fn send_now(&self, report: &Report) {
        let _ = match self {
            Self::Unix(socket) => {
                send(socket, report, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).map(drop).map_err(Into::into)
            }
            Self::Udp(socket) => socket.try_send(report).map(drop),
            Self::Hidraw(node) => node.send(report),
        };
    }

    pub(super) async fn tell(&self, line: &str) -> io::Result<()> {
        self.send_bytes(line.as_bytes()).await
    }

    pub(super) async fn receive(&self) -> Result<Report, LinkError> {
        let mut buffer = [0; 128];
        let length = match self {
            Self::Unix(socket) => {
                let receive = || Ok(recv(socket, &mut buffer, RecvFlags::empty())?.1);
                match socket.async_io(Interest::READABLE, receive).await.map_err(gone)? {
                    0 => return Err(gone("it closed the connection")),
                    length => length,
                }
            }
            Self::Udp(socket) => socket.recv(&mut buffer).await.map_err(gone)?,
            Self::Hidraw(node) => node.receive(&mut buffer).await.map_err(gone)?,
        };
        let report = buffer.get(..length).and_then(|packet| packet.try_into().ok());
        report.ok_or_else(|| LinkError::Transport(format!("the key sent {length} bytes, packets have 64")))
    }

    async fn send_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(socket) => {
                let send = || Ok(send(socket, bytes, SendFlags::NOSIGNAL)?);
                socket.async_io(Interest::WRITABLE, send).await.map(drop)
            }
            Self::Udp(socket) => socket.send(bytes).await.map(drop),
            Self::Hidraw(_) => Err(io::Error::other("a HID device takes packets only")),
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

async fn udp(address: &SocketAddr) -> io::Result<UdpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).await?,
    };
    socket.connect(address).await?;
    Ok(socket)
}
