//! The HID device of a key: Linux' `/dev/hidrawN`.

use std::io;
use std::path::Path;

use client::link::LinkError;
use frames::Report;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use tokio::net::unix::pipe::Receiver;

use super::gone;
use crate::attached::Attached;

/// An open node. It is no pipe, but like one it can be waited for and is read packet by packet; tokio looks no closer.
pub(super) struct Hidraw(Receiver);

/// Opens the node of a key.
pub(super) fn open(node: &Path) -> Result<Hidraw, LinkError> {
    let failed = |why: &dyn std::fmt::Display| gone(format!("{}: {why}", node.display()));
    // Nothing is written to a device that is no key: a keyboard would take it as something else.
    Attached::at(node).map_err(|error| failed(&error))?;
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = rustix::fs::open(node, flags, Mode::empty()).map_err(|error| match error {
        Errno::ACCESS | Errno::PERM => failed(
            &"no right to it: it is root's unless a rule says otherwise (`anykey plug --install-udev` shows one)",
        ),
        error => failed(&io::Error::from(error)),
    })?;
    Receiver::from_owned_fd_unchecked(file).map(Hidraw).map_err(|error| failed(&error))
}

impl Hidraw {
    /// The kernel takes each packet at once, or has the bus carry it first, which is a matter of milliseconds.
    pub(super) fn send(&self, report: &Report) -> io::Result<()> {
        // Before each report stands its number, and CTAPHID's have none, which is 0.
        let mut numbered = [0; 65];
        if let Some(rest) = numbered.last_chunk_mut() {
            *rest = *report;
        }
        match rustix::io::write(&self.0, &numbered)? {
            65 => Ok(()),
            length => Err(io::Error::other(format!("only {length} bytes of a packet were written"))),
        }
    }

    /// Cancel-safe.
    pub(super) async fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.0.readable().await?;
            match self.0.try_io(|| Ok(rustix::io::read(&self.0, &mut *buffer)?)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}
