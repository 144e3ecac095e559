//! Ctrl-C: the first asks the command to end, the second ends the process.

use std::io;

use tokio::sync::watch;

use plan::Exit;

use crate::failure::Failure;

/// Becomes true at the first Ctrl-C (or SIGTERM), from this call on. From then on a second one leaves at once.
///
/// # Errors
/// The system does not let signals be caught.
pub fn listen() -> Result<watch::Receiver<bool>, Failure> {
    let (stop, stopped) = watch::channel(false);
    let mut signals =
        Signals::catch().map_err(|error| Failure::Usage(format!("signals cannot be caught: {error}")))?;
    tokio::spawn(async move {
        signals.next().await;
        // Nobody listens any more: the command is over already.
        let _ = stop.send(true);
        signals.next().await;
        std::process::exit(i32::from(Exit::Unknown.code()));
    });
    Ok(stopped)
}

/// Returns when `stopped` becomes true.
pub async fn wait(stopped: &mut watch::Receiver<bool>) {
    if stopped.wait_for(|stop| *stop).await.is_err() {
        // The listener is gone, so no signal can come.
        std::future::pending::<()>().await;
    }
}

/// Caught as soon as this is made, not when it is first awaited.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
