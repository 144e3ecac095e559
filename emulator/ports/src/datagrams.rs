//! A datagram socket as a port: Unix or UDP, clients told apart by their addresses.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::{self, SocketAddr};
use std::path::Path;
use std::time::Duration;

use frames::Report;
use rustix::net::{RecvFlags, SendFlags, SocketAddrUnix, recvfrom, sendto};
use tokio::io::Interest;
use tokio::net::{UdpSocket, UnixDatagram};
use tokio::time::timeout;

use crate::address::Address;
use crate::order::is_text;
use crate::port::{Arrival, ReportPort, Unreachable};
use crate::socket_file::{BindError, SocketFile};

/// A port of datagrams.
pub struct Datagrams {
    socket: Socket,
    address: Address,
    _file: Option<SocketFile>,
}

enum Socket {
    Unix(UnixDatagram),
    Udp(UdpSocket),
}

/// The address of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A path, or a name that is no path (Linux).
    Unix(SocketAddrUnix),
    /// Of UDP.
    Udp(SocketAddr),
}

impl Datagrams {
    /// Makes a Unix datagram socket at `path`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The path is taken, or cannot be used.
    pub fn unix(path: &Path) -> Result<Self, BindError> {
        let (socket, file) = SocketFile::bind(path, |path| UnixDatagram::bind(path))?;
        Ok(Self {
            socket: Socket::Unix(socket),
            address: Address::UnixDgram(path.to_owned()),
            _file: Some(file),
        })
    }

    /// Makes a UDP socket. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The address is taken, or cannot be used.
    pub fn udp(address: SocketAddr) -> Result<Self, BindError> {
        let bind = || {
            let socket = net::UdpSocket::bind(address)?;
            socket.set_nonblocking(true)?;
            let socket = UdpSocket::from_std(socket)?;
            let address = socket.local_addr()?;
            Ok((socket, address))
        };
        let (socket, address) =
            bind().map_err(|error: io::Error| BindError::io(Address::Udp(address), error))?;
        Ok(Self { socket: Socket::Udp(socket), address: Address::Udp(address), _file: None })
    }

    /// Where clients find it: with the port that was taken, where any free one was asked for.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl ReportPort for Datagrams {
    type Peer = Sender;

    async fn receive(&mut self) -> io::Result<Arrival<Sender>> {
        let mut buffer = [0; LONGEST];
        loop {
            match self.socket.receive(&mut buffer).await {
                Ok((len, sender)) => return Ok(arrival(buffer.get(..len).unwrap_or_default(), sender)),
                // What an earlier packet met at a client that is gone.
                Err(error) if is_a_clients(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn place(&self) -> String {
        self.address.to_string()
    }

    async fn send(&mut self, to: &Sender, report: &Report) -> Result<(), Unreachable> {
        match timeout(PATIENCE, self.socket.send(report, to)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Unreachable(format!("a packet could not be sent to it: {error}"))),
            Err(_) => Err(Unreachable("it does not read what it is sent".to_owned())),
        }
    }
}

fn arrival(datagram: &[u8], sender: Option<Sender>) -> Arrival<Sender> {
    if is_text(datagram) {
        return Arrival::Text { line: String::from_utf8_lossy(datagram).into_owned() };
    }
    match (datagram.try_into(), sender) {
        (Ok(report), Some(from)) => Arrival::Report { from, report },
        (Ok(_), None) => Arrival::Noise {
            what: "a packet from a socket without a name, which cannot be answered: bind the client's socket"
                .to_owned(),
        },
        (Err(_), _) => Arrival::Noise { what: wrong_length(datagram) },
    }
}

/// What is wrong with something that is neither packet nor text.
pub(crate) fn wrong_length(datagram: &[u8]) -> String {
    let hint = if datagram.len() == 65 { ": leave the report number out" } else { "" };
    let or_more = if datagram.len() == LONGEST { " or more" } else { "" };
    format!("a datagram of {}{or_more} bytes, where packets have 64{hint}", datagram.len())
}

impl Socket {
    async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<Sender>)> {
        match self {
            Self::Unix(socket) => {
                let receive = || Ok(recvfrom(socket, &mut *buffer, RecvFlags::empty())?);
                let (_, len, from) = socket.async_io(Interest::READABLE, receive).await?;
                let from = from.and_then(|from| SocketAddrUnix::try_from(from).ok());
                let named =
                    |from: &SocketAddrUnix| from.path_bytes().is_some() || from.abstract_name().is_some();
                Ok((len, from.filter(named).map(Sender::Unix)))
            }
            Self::Udp(socket) => {
                let (len, from) = socket.recv_from(buffer).await?;
                Ok((len, Some(Sender::Udp(from))))
            }
        }
    }

    async fn send(&self, report: &Report, to: &Sender) -> io::Result<()> {
        let sent = match (self, to) {
            (Self::Unix(socket), Sender::Unix(address)) => {
                let send = || Ok(sendto(socket, report, SendFlags::NOSIGNAL, address)?);
                socket.async_io(Interest::WRITABLE, send).await?
            }
            (Self::Udp(socket), Sender::Udp(address)) => socket.send_to(report, address).await?,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
        if sent == report.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes| String::from_utf8_lossy(bytes);
        match self {
            Self::Unix(address) => match (address.path_bytes(), address.abstract_name()) {
                (Some(path), _) => f.write_str(&text(path)),
                (None, name) => write!(f, "@{}", name.map_or(Cow::Borrowed(""), text)),
            },
            Self::Udp(address) => write!(f, "{address}"),
        }
    }
}

/// Whether an error on receiving is about a client and not about the socket.
fn is_a_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

/// Longer than any packet and any line.
pub(crate) const LONGEST: usize = 512;
/// How long a client may leave a full queue unread. Until then all others wait.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
