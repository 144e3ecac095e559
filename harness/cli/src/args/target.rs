//! Arguments of `anykey target`, `anykey clean` and `anykey compare`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::AimArgs;

/// `anykey target`.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// What.
    #[command(subcommand)]
    pub command: TargetCommand,
}

/// `anykey target ...`.
#[derive(Debug, Subcommand)]
pub enum TargetCommand {
    /// Check a target file: all its problems at once, then each step against the server
    Check(CheckArgs),
}

/// `anykey target check`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Registers a key and logs in, once for each manner of logging in that the file
describes, revokes and logs out where it says how, and shows every request: where
the file describes it, method and path, status, what it came to and what was
taken from the answer. Secrets are masked.

servers/README.md has the format, servers/*.toml are examples.")]
pub struct CheckArgs {
    /// The target file
    #[arg(value_name = "FILE.toml")]
    pub file: PathBuf,
    /// Where the server runs already; it is not started then
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// I own this host: needed for every server that is not on this machine
    #[arg(long, value_name = "HOST", num_args = 1.., value_delimiter = ',')]
    pub i_own: Vec<String>,
    /// Only read the file: nothing is started, nothing is sent
    #[arg(long)]
    pub only_file: bool,
}

/// `anykey clean`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A run removes what it made. One that was killed cannot: its accounts, realms and
policies stay on a server that is not started for the run, under names that begin
with `anykey`. This finds and removes them. No other run may be under way.")]
pub struct CleanArgs {
    /// The server.
    #[command(flatten)]
    pub aim: AimArgs,
}

/// `anykey compare`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Cases are told apart by scenario, key and manner. Exit code 0: nothing changed;
2: at least one case came to something else (a verdict, or accepted where it was
refused); 3: nothing changed, but cases are missing on one side. Other words of
the server for the same refusal are shown and count as no change.")]
pub struct CompareArgs {
    /// The report.json of the earlier run, or the directory it is in
    pub before: PathBuf,
    /// The report.json of the later run, or the directory it is in
    pub after: PathBuf,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}
