//! A machine that has a key attached: its transfers.

use std::collections::VecDeque;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::Attached;
use super::bus::{Attachment, Bus};
use super::message::{self, Command, Stalled, Transferred};
use crate::port::Arrival;
use crate::usb::Identity;
use crate::usb::control::{Control, Outcome};

/// Serves the connection until the machine goes or the key is unplugged.
pub(super) async fn run(
    mut reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    bus: &Bus,
    attachment: Attachment,
) -> io::Result<()> {
    let Attachment { name, place, identity, arrivals, outgoing, stop, end } = attachment;
    let transfers = async {
        writer.write_all(&message::imported(Some((place, &identity)))).await?;
        // A machine that attaches a key gives it its power.
        tell(&arrivals, Arrival::Powered).await?;
        let mut device = Device { name, identity, control: Control::default(), held: VecDeque::new() };
        device.serve(&mut reader, &mut writer, &arrivals, outgoing).await
    };
    let ended = tokio::select! {
        ended = transfers => ended,
        _ = stop => Ok(()),
    };
    drop((reader, writer));
    bus.detach(place, name);
    drop(end);
    // The key may be gone, too.
    let _ = arrivals.send(Arrival::Left { peer: name }).await;
    match ended {
        // The usual way to detach.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        ended => ended,
    }
}

struct Device {
    name: Attached,
    identity: Identity,
    control: Control,
    /// The transfers by which the machine waits for reports, the oldest first.
    held: VecDeque<(u32, usize)>,
}

impl Device {
    async fn serve(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin),
        writer: &mut (impl AsyncWrite + Unpin),
        arrivals: &mpsc::Sender<Arrival<Attached>>,
        mut outgoing: mpsc::Receiver<frames::Report>,
    ) -> io::Result<()> {
        // Reading a command cannot be given up half way, so it goes on by itself.
        let (give, mut commands) = mpsc::channel(COMMANDS);
        let reading = async {
            loop {
                let command = message::command(reader).await?;
                if give.send(command).await.is_err() {
                    return Ok(());
                }
            }
        };
        let working = async {
            loop {
                tokio::select! {
                    Some(command) = commands.recv() => self.take(command, arrivals, writer).await?,
                    // A report goes out when somebody asks for it, and the other way round: nothing polls.
                    Some(report) = outgoing.recv(), if !self.held.is_empty() => {
                        if let Some((seqnum, len)) = self.held.pop_front() {
                            let data = report.iter().take(len).copied().collect();
                            reply(writer, seqnum, Ok(Transferred::ToHost(data))).await?;
                        }
                    }
                    else => return Ok(()),
                }
            }
        };
        tokio::select! {
            ended = reading => ended,
            ended = working => ended,
        }
    }

    async fn take(
        &mut self,
        command: Command,
        arrivals: &mpsc::Sender<Arrival<Attached>>,
        writer: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        match command {
            Command::Unlink { seqnum, unlink } => {
                let before = self.held.len();
                self.held.retain(|(held, _)| *held != unlink);
                writer.write_all(&message::unlinked(seqnum, self.held.len() < before)).await
            }
            Command::Submit { seqnum, to_host: true, endpoint: 1, len, .. } => {
                if self.held.len() >= HELD {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "it asks for too many reports at a time",
                    ));
                }
                self.held.push_back((seqnum, usize::try_from(len).unwrap_or(usize::MAX)));
                Ok(())
            }
            Command::Submit { seqnum, to_host: false, endpoint: 1, data, .. } => {
                tell(arrivals, self.arrival(&data)).await?;
                reply(writer, seqnum, Ok(Transferred::FromHost(data.len()))).await
            }
            Command::Submit { seqnum, to_host, endpoint: 0, len, setup, data } => {
                let outcome = match self.control.request(&self.identity, setup, &data) {
                    Outcome::Done(mut answer) if to_host => {
                        answer.truncate(usize::try_from(len).unwrap_or(usize::MAX));
                        Ok(Transferred::ToHost(answer))
                    }
                    Outcome::Done(_) => Ok(Transferred::FromHost(data.len())),
                    Outcome::Output(report) => {
                        tell(arrivals, self.arrival(&report)).await?;
                        Ok(Transferred::FromHost(data.len()))
                    }
                    Outcome::Stall => Err(Stalled),
                };
                reply(writer, seqnum, outcome).await
            }
            Command::Submit { seqnum, .. } => reply(writer, seqnum, Err(Stalled)).await,
        }
    }

    fn arrival(&self, data: &[u8]) -> Arrival<Attached> {
        match data.try_into() {
            Ok(report) => Arrival::Report { from: self.name, report },
            Err(_) => {
                Arrival::Noise { what: format!("{}: a report of {} bytes: it is 64", self.name, data.len()) }
            }
        }
    }
}

async fn reply(
    writer: &mut (impl AsyncWrite + Unpin),
    seqnum: u32,
    outcome: Result<Transferred, Stalled>,
) -> io::Result<()> {
    writer.write_all(&message::submitted(seqnum, outcome)).await
}

async fn tell(arrivals: &mpsc::Sender<Arrival<Attached>>, arrival: Arrival<Attached>) -> io::Result<()> {
    arrivals.send(arrival).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Commands that may wait; then the machine waits.
const COMMANDS: usize = 16;
/// More transfers than any driver has under way on one endpoint.
const HELD: usize = 256;
