//! `anykey clean`.

use std::io::{self, Write};

use plan::Exit;
use targets::TargetError;
use targets::reference::Flaws;

use super::roots;
use crate::aim::Aim;
use crate::args::CleanArgs;
use crate::failure::Failure;
use crate::server::Server;

/// Removes what other runs left.
///
/// # Errors
/// The command line is wrong, the server is not to be had, or cannot be cleaned.
pub async fn perform(args: &CleanArgs) -> Result<Exit, Failure> {
    let aim = Aim::of(&args.aim)?;
    if aim.is_ours() {
        return Err(Failure::usage(
            "a server that is started for the run goes with it, and all that is on it: there is nothing to clean; name a server that runs with --url URL",
        ));
    }
    let server = Server::start(&aim, Flaws::NONE, roots::root()?.anchors()).await?;
    let removed = server.target().clean().await;
    server.stop().await;
    let removed = removed.map_err(|error| match error {
        TargetError::Unsupported(what) => Failure::Usage(format!("this server cannot be cleaned: {what}")),
        other => Failure::Target(other.to_string()),
    })?;
    let mut out = io::stdout().lock();
    for name in &removed {
        writeln!(out, "removed {}", report::clean(name))?;
    }
    if removed.is_empty() {
        writeln!(out, "nothing was left")?;
    }
    Ok(Exit::AsExpected)
}
