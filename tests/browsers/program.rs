//! A program that runs beside: its lines, and its end with ours.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Trouble;

/// A running program.
pub struct Program {
    name: String,
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Program {
    /// Starts it. Its lines are those of both streams.
    pub fn start(command: &mut Command) -> Result<Self, Trouble> {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let (sender, lines) = mpsc::unbounded_channel();
        if let Some(out) = child.stdout.take() {
            read(out, sender.clone());
        }
        if let Some(err) = child.stderr.take() {
            read(err, sender);
        }
        Ok(Self { name, child, lines })
    }

    /// Waits for a line that tells what is wanted, at most so long.
    pub async fn told(
        &mut self,
        most: Duration,
        what: impl Fn(&str) -> Option<String>,
    ) -> Result<String, Trouble> {
        let mut said = Vec::new();
        let wait = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(found) = what(&line) {
                    return Some(found);
                }
                said.push(line);
            }
            None
        };
        let found = timeout(most, wait).await;
        let last = said.iter().rev().take(20).rev().cloned().collect::<Vec<_>>().join("\n  ");
        match found {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(format!("{} ended; it said\n  {last}", self.name).into()),
            Err(_) => Err(format!("{} is not ready after {most:?}; it said\n  {last}", self.name).into()),
        }
    }

    /// The next line; `None` when the program has ended. May be dropped and called again.
    pub async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// A line that is there already.
    pub fn line_at_hand(&mut self) -> Option<String> {
        self.lines.try_recv().ok()
    }

    /// Ends it.
    pub async fn end(mut self) -> Result<(), Trouble> {
        Ok(self.child.kill().await?)
    }
}

fn read(stream: impl AsyncRead + Send + Unpin + 'static, lines: mpsc::UnboundedSender<String>) {
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream).lines();
        while let Ok(Some(line)) = stream.next_line().await {
            if lines.send(line).is_err() {
                // The stream is still read, or the program would stand still.
                continue;
            }
        }
    });
}
