//! Ctrl-C: the first asks the command to end, the second ends the process.

use tokio::sync::watch;

use plan::Exit;

/// Becomes true at the first Ctrl-C (or SIGTERM). From then on a second one leaves at once.
pub fn listen() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        // Nobody listens any more: the command is over already.
        let _ = stop.send(true);
        signal().await;
        std::process::exit(i32::from(Exit::Unknown.code()));
    });
    stopped
}

/// Returns when `stopped` becomes true.
pub async fn wait(stopped: &mut watch::Receiver<bool>) {
    if stopped.wait_for(|stop| *stop).await.is_err() {
        // The listener is gone, so no signal can come.
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal() {
    drop(tokio::signal::ctrl_c().await);
}
