//! A Unix socket of type SOCK_SEQPACKET as a port: a connection for each client, so that it shows when one goes.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use frames::Report;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, bind, listen, recv, send,
    socket_with,
};
use tokio::io::Interest;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::address::Address;
use crate::datagrams::{LONGEST, wrong_length};
use crate::order::is_text;
use crate::port::{Arrival, ReportPort, Unreachable};
use crate::socket_file::{BindError, SocketFile};

/// A port of connections.
pub struct Seqpacket {
    /// By its kind no stream. Tokio takes it as it is, and only accepts with it and waits for it.
    listener: UnixListener,
    address: Address,
    _file: SocketFile,
    /// What is to be sent on each connection.
    connections: HashMap<Connection, mpsc::Sender<Report>>,
    next: u64,
    arrivals: mpsc::Receiver<Arrival<Connection>>,
    arrived: mpsc::Sender<Arrival<Connection>>,
}

/// A connection, by a number that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Connection(u64);

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.0)
    }
}

impl Seqpacket {
    /// Listens at `path`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The path is taken, or cannot be used.
    pub fn listen(path: &Path) -> Result<Self, BindError> {
        let address = Address::Unix(path.to_owned());
        let (listener, file) = SocketFile::bind(path, listen_at)?;
        let listener =
            UnixListener::from_std(listener.into()).map_err(|error| BindError::io(&address, error))?;
        let (arrived, arrivals) = mpsc::channel(INCOMING);
        let connections = HashMap::new();
        Ok(Self { listener, address, _file: file, connections, next: 1, arrivals, arrived })
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    fn connected(&mut self, socket: UnixStream) {
        let name = Connection(self.next);
        self.next += 1;
        let (to_send, outgoing) = mpsc::channel(OUTGOING);
        self.connections.insert(name, to_send);
        tokio::spawn(serve(name, socket, outgoing, self.arrived.clone()));
    }
}

impl ReportPort for Seqpacket {
    type Peer = Connection;

    async fn receive(&mut self) -> io::Result<Arrival<Connection>> {
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if self.connections.len() < MOST => match accepted {
                    Ok((socket, _)) => self.connected(socket),
                    Err(error) => return Ok(Arrival::Noise { what: format!("a client could not connect: {error}") }),
                },
                // Never ends: this end holds a sender, too.
                Some(arrival) = self.arrivals.recv() => {
                    if let Arrival::Left { peer } = &arrival {
                        self.connections.remove(peer);
                    }
                    return Ok(arrival);
                }
            }
        }
    }

    fn place(&self) -> String {
        self.address.to_string()
    }

    async fn send(&mut self, to: &Connection, report: &Report) -> Result<(), Unreachable> {
        let Some(outgoing) = self.connections.get(to) else {
            return Err(Unreachable("it is closed".to_owned()));
        };
        outgoing.try_send(*report).map_err(|error| {
            // Closes it.
            self.connections.remove(to);
            let full = matches!(error, mpsc::error::TrySendError::Full(_));
            Unreachable(
                if full { "it does not read what it is sent, and is closed" } else { "it is closed" }
                    .to_owned(),
            )
        })
    }
}

fn listen_at(path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    listen(&socket, BACKLOG)?;
    Ok(socket)
}

/// Reads and writes one connection until either end closes it.
async fn serve(
    name: Connection,
    socket: UnixStream,
    mut outgoing: mpsc::Receiver<Report>,
    arrived: mpsc::Sender<Arrival<Connection>>,
) {
    let mut buffer = [0; LONGEST];
    loop {
        tokio::select! {
            // Cancel-safe: nothing is read before it is ready.
            read = read(&socket, &mut buffer) => {
                let Ok(len @ 1..) = read else { break };
                let arrival = arrival(name, buffer.get(..len).unwrap_or_default());
                if arrived.send(arrival).await.is_err() {
                    return;
                }
            }
            report = outgoing.recv() => {
                let Some(report) = report else { break };
                if write(&socket, &report).await.is_err() {
                    break;
                }
            }
        }
    }
    // The port may be gone, too.
    let _ = arrived.send(Arrival::Left { peer: name }).await;
}

fn arrival(from: Connection, datagram: &[u8]) -> Arrival<Connection> {
    match datagram.try_into() {
        Ok(report) => Arrival::Report { from, report },
        Err(_) if is_text(datagram) => Arrival::Text { line: String::from_utf8_lossy(datagram).into_owned() },
        Err(_) => Arrival::Noise { what: format!("{from}: {}", wrong_length(datagram)) },
    }
}

/// Reads one packet; 0 bytes at the end. By hand, since a stream's own read takes a short one for the last.
async fn read(socket: &UnixStream, buffer: &mut [u8]) -> io::Result<usize> {
    let read = || Ok(recv(socket, &mut *buffer, RecvFlags::empty())?.0);
    socket.async_io(Interest::READABLE, read).await
}

async fn write(socket: &UnixStream, report: &Report) -> io::Result<()> {
    // A client that went away is no reason to be killed.
    let write = || Ok(send(socket, report, SendFlags::NOSIGNAL)?);
    socket.async_io(Interest::WRITABLE, write).await.map(drop)
}

/// Packets that may wait for the key; then clients wait.
const INCOMING: usize = 64;
/// Packets that may wait for a client: some of the longest messages. Then it is given up.
const OUTGOING: usize = 1_024;
/// Connections at a time; more wait to be taken.
const MOST: usize = 256;
/// Connections that may wait to be taken.
const BACKLOG: i32 = 128;

#[cfg(test)]
mod tests;
