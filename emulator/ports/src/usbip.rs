//! Keys that a machine attaches over TCP, by USB/IP: Linux (`usbip attach`), Windows (usbip-win2).

mod bus;
mod message;
mod session;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use frames::Report;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::pace::Pace;
use crate::port::{Arrival, ReportPort, Unreachable};
use crate::socket_file::BindError;
use crate::usb::Identity;
use bus::Bus;
use message::Opening;

/// The port that USB/IP has of IANA.
pub const USBIP_PORT: u16 = 3_240;

/// A server of USB/IP with a bus of keys, each of which one machine at a time may attach.
pub struct UsbipServer {
    listener: TcpListener,
    address: SocketAddr,
    bus: Arc<Bus>,
}

/// A key on a server's bus. It gets its power when a machine attaches it, and keeps none when that machine is gone.
pub struct Usbip {
    address: SocketAddr,
    bus: Arc<Bus>,
    place: u32,
    arrivals: mpsc::Receiver<Arrival<Attached>>,
    pace: Pace,
}

/// A machine that has attached a key, by a number that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attached(u64);

impl fmt::Display for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attachment {}", self.0)
    }
}

impl UsbipServer {
    /// Listens. Whoever reaches the address has the keys: USB/IP knows neither login nor encryption.
    ///
    /// # Errors
    /// The address is taken, or cannot be used.
    pub async fn listen(address: SocketAddr) -> Result<Self, BindError> {
        let failed = |error| BindError::io(format!("usbip:{address}"), error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, bus: Arc::default() })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts a key on the bus, at the next place.
    pub fn add(&mut self, identity: Identity) -> Usbip {
        let (arrived, arrivals) = mpsc::channel(INCOMING);
        let place = self.bus.add(identity, arrived);
        let pace = Pace::new(Instant::now());
        Usbip { address: self.address, bus: Arc::clone(&self.bus), place, arrivals, pace }
    }

    /// Serves until dropped; `log` is told what goes wrong.
    ///
    /// # Errors
    /// The socket is of no more use.
    pub async fn run(self, log: impl Fn(&str)) -> io::Result<()> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < MOST => match accepted {
                    Ok((socket, from)) => {
                        let bus = Arc::clone(&self.bus);
                        connections.spawn(async move { accept(socket, &bus).await.map_err(|error| (from, error)) });
                    }
                    Err(error) => log(&format!("usbip: a machine could not connect: {error}")),
                },
                Some(ended) = connections.join_next() => {
                    if let Ok(Err((from, error))) = ended {
                        log(&format!("usbip: {from}: {error}"));
                    }
                }
            }
        }
    }

    /// Serves one machine over a connection that somebody else has made, a tunnel for one, until it goes or its key is unplugged.
    ///
    /// # Errors
    /// The connection broke, or what came over it is no message of USB/IP.
    pub async fn serve(
        &self,
        reader: impl AsyncRead + Unpin,
        writer: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        serve(reader, writer, &self.bus).await
    }
}

async fn accept(socket: TcpStream, bus: &Bus) -> io::Result<()> {
    // Each report is a message of its own that somebody waits for.
    socket.set_nodelay(true)?;
    let (reader, writer) = socket.into_split();
    serve(reader, writer, bus).await
}

async fn serve(
    mut reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    bus: &Bus,
) -> io::Result<()> {
    let opening = timeout(PATIENCE, message::opening(&mut reader));
    match opening.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?? {
        Opening::List => writer.write_all(&bus.list()).await,
        Opening::Import(name) => match bus.attach(&name) {
            Some(attachment) => session::run(reader, writer, bus, attachment).await,
            None => {
                writer.write_all(&message::imported(None)).await?;
                Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no free key at {name:?}")))
            }
        },
    }
}

impl ReportPort for Usbip {
    type Peer = Attached;

    async fn receive(&mut self) -> io::Result<Arrival<Attached>> {
        // The bus keeps the other end.
        self.arrivals.recv().await.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    async fn send(&mut self, to: &Attached, report: &Report) -> Result<(), Unreachable> {
        self.pace.sent(Instant::now());
        self.bus.send(self.place, *to, report)
    }

    fn place(&self) -> String {
        format!("usbip {} {}", self.address, message::bus_id(self.place))
    }

    fn sends_at(&self) -> Option<Instant> {
        self.pace.next(Instant::now())
    }

    async fn unplug(&mut self) {
        self.bus.unplug(self.place).await;
    }

    async fn plug(&mut self) -> io::Result<()> {
        self.bus.plug(self.place);
        Ok(())
    }
}

/// Reports that may wait for a key; then its machine waits.
const INCOMING: usize = 64;
/// Connections at a time; more wait to be taken.
const MOST: usize = 64;
/// How long a machine may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
