//! A socket for scripts: a line in, an answer out.

use std::io;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::order::Order;
use crate::pump::Ordered;
use crate::socket_file::{BindError, SocketFile};

/// A Unix stream socket that takes [`Order`]s as lines and answers each with `ok`, `ok ...` or `error: ...` when it is
/// done.
pub struct Control {
    listener: UnixListener,
    orders: mpsc::Sender<Ordered>,
    _file: SocketFile,
}

impl Control {
    /// Listens at `path`; orders go to `orders`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The path is taken, or cannot be used.
    pub fn listen(path: &Path, orders: mpsc::Sender<Ordered>) -> Result<Self, BindError> {
        let (listener, file) = SocketFile::bind(path, |path| UnixListener::bind(path))?;
        Ok(Self { listener, orders, _file: file })
    }

    /// Takes orders until dropped.
    ///
    /// # Errors
    /// The socket is of no more use.
    pub async fn run(self) -> io::Result<()> {
        let mut scripts = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    scripts.spawn(serve(accepted?.0, self.orders.clone()));
                }
                // A script that went away in the middle of something is its own affair.
                Some(_) = scripts.join_next() => {}
            }
        }
    }
}

async fn serve(mut script: UnixStream, orders: mpsc::Sender<Ordered>) -> io::Result<()> {
    let (reader, mut writer) = script.split();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut reader).take(LONGEST).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(());
        }
        let answer = match follow(&line, &orders).await {
            Ok(said) if said.is_empty() => "ok\n".to_owned(),
            Ok(said) => format!("ok {said}\n"),
            Err(why) => format!("error: {why}\n"),
        };
        writer.write_all(answer.as_bytes()).await?;
    }
}

/// Has an order followed.
async fn follow(line: &[u8], orders: &mpsc::Sender<Ordered>) -> Result<String, String> {
    let order: Order = String::from_utf8_lossy(line).parse().map_err(|error| format!("{error}"))?;
    let (answer, answered) = oneshot::channel();
    let gone = || "the key is being unplugged".to_owned();
    orders.send(Ordered { order, answer: Some(answer) }).await.map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

/// Longer than any order; the rest of a longer line is taken for another one.
const LONGEST: u64 = 8_192;

#[cfg(test)]
mod tests;
