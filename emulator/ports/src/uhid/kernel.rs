//! The open `/dev/uhid`: events in and out.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc;

use super::event::{FromKernel, LONGEST};

/// A file on which each read and each write is one event. The device that was made by it is gone when this is dropped.
///
/// A thread does nothing but read the file: the kernel keeps 31 events and drops what comes then, so that reading must
/// not wait for what the event loop has in hand.
pub(super) struct Kernel {
    file: Arc<OwnedFd>,
    events: mpsc::Receiver<io::Result<FromKernel>>,
    /// Its other end sees when this closes.
    stop: Option<PipeWriter>,
    drain: Option<JoinHandle<()>>,
}

impl Kernel {
    /// Takes a file that does not block.
    pub(super) fn new(file: OwnedFd) -> io::Result<Self> {
        let file = Arc::new(file);
        let (read, events) = mpsc::channel(WAITING);
        let (stopped, stop) = io::pipe()?;
        let drained = Arc::clone(&file);
        let drain =
            thread::Builder::new().name("uhid".to_owned()).spawn(move || drain(&drained, &stopped, &read))?;
        Ok(Self { file, events, stop: Some(stop), drain: Some(drain) })
    }

    /// The next event. Cancel-safe.
    pub(super) async fn next(&mut self) -> io::Result<FromKernel> {
        match self.events.recv().await {
            Some(event) => event,
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Writes an event; the kernel takes each at once.
    pub(super) fn write(&self, event: &[u8]) -> io::Result<()> {
        rustix::io::write(&self.file, event)?;
        Ok(())
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // Both things that the thread may wait for.
        self.events.close();
        self.stop = None;
        if let Some(drain) = self.drain.take() {
            // A panic of that thread has been told.
            let _ = drain.join();
        }
    }
}

/// Reads events until it is stopped, or an error is the last of them.
fn drain(file: &OwnedFd, stopped: &PipeReader, read: &mpsc::Sender<io::Result<FromKernel>>) {
    // A program may write a long message in less time than this thread takes to wake up. With the right to, it goes
    // before others; without, as the others.
    let _ = rustix::process::nice(FIRST);
    let mut buffer = vec![0; LONGEST];
    loop {
        let event = match next(file, stopped, &mut buffer) {
            Ok(Some(event)) => Ok(event),
            Ok(None) => return,
            Err(error) => Err(error.into()),
        };
        let last = event.is_err();
        // Where the key takes too long, the kernel's own queue fills up next.
        if read.blocking_send(event).is_err() || last {
            return;
        }
    }
}

/// The next event; `None` if the reader is stopped.
fn next(file: &OwnedFd, stopped: &PipeReader, buffer: &mut [u8]) -> rustix::io::Result<Option<FromKernel>> {
    loop {
        match rustix::io::read(file, &mut *buffer) {
            // An end of the file can only be a stand-in's.
            Ok(0) => return Err(Errno::NODEV),
            Ok(len) => return Ok(Some(FromKernel::read(buffer.get(..len).unwrap_or_default()))),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        let mut ready = [PollFd::new(file, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        if let [_, stopped] = &ready
            && !stopped.revents().is_empty()
        {
            return Ok(None);
        }
    }
}

/// The niceness that goes before all others.
const FIRST: i32 = -20;
/// Events that may wait for the key: thirty of the longest messages.
const WAITING: usize = 4_096;
