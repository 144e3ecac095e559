//! The subcommands, one file each.

mod bench;
mod clean;
mod compare;
mod completions;
mod explain;
mod flaws;
mod keys;
mod plug;
mod roots;
mod run;
mod scenarios;
mod serve;
mod target;
mod touch;

use std::io::{self, Write};

use plan::Exit;
use serde::Serialize;

use crate::args::{Cli, Command};
use crate::failure::Failure;
use crate::screen::Screen;

/// Does what was asked for.
///
/// # Errors
/// What kept it from doing so.
pub fn perform(cli: &Cli, screen: Screen) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    match &cli.command {
        Command::Run(args) => {
            drop(out);
            return runtime()?.block_on(run::perform(args, screen));
        }
        Command::Serve(args) => {
            drop(out);
            return runtime()?.block_on(serve::perform(args));
        }
        Command::Plug(args) => {
            drop(out);
            return runtime()?.block_on(plug::perform(args, screen));
        }
        Command::Touch(args) => {
            drop(out);
            return runtime()?.block_on(touch::perform(args));
        }
        Command::Target(args) => {
            drop(out);
            return runtime()?.block_on(target::perform(args, screen));
        }
        Command::Clean(args) => {
            drop(out);
            return runtime()?.block_on(clean::perform(args));
        }
        Command::Compare(args) => return compare::perform(args, screen, &mut out),
        Command::Flaws(args) => flaws::perform(args, screen, &mut out)?,
        Command::Keys(args) => keys::perform(args, screen, &mut out)?,
        Command::Scenarios(args) => scenarios::perform(args, screen, &mut out)?,
        Command::Explain(args) => explain::perform(args, screen, &mut out)?,
        Command::Bench(args) => return bench::perform(args, &mut out),
        Command::Roots(_) => roots::perform(&mut out)?,
        Command::Completions { shell } => completions::perform(*shell, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::AsExpected)
}

/// Writes JSON with a line end.
fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.enable_all().build()?)
}
