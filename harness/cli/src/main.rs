//! The `anykey` command: reads files and flags, starts what they name, writes what comes of it.

mod aim;
mod args;
mod bench;
mod bug;
mod command;
mod failure;
mod flaws;
mod hosts;
mod interrupt;
mod keys;
mod library;
mod nearest;
mod screen;
mod server;
mod shell;
mod table;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use plan::Exit;

use args::Cli;
use screen::Screen;

fn main() -> ExitCode {
    bug::install();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return told(&error),
    };
    let screen = Screen::of(&cli);
    let exit = bug::guarded(|| command::perform(&cli, screen)).unwrap_or_else(|failure| {
        failure.tell();
        failure.exit()
    });
    ExitCode::from(exit.code())
}

/// Help and version are what was asked for; everything else is a usage error, with this project's code and not clap's 2.
fn told(error: &clap::Error) -> ExitCode {
    // A reader that went away is no reason to complain.
    let _ = error.print();
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    ExitCode::from(if asked { Exit::AsExpected } else { Exit::Usage }.code())
}
