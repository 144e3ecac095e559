//! Arguments of the commands that only print what AnyKey knows.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Only the format.
#[derive(Debug, Args)]
pub struct JsonArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `anykey keys`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct KeysArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// List the keys that are attached to this machine instead, with their /dev/hidraw nodes
    #[arg(long)]
    pub attached: bool,
    /// What else.
    #[command(subcommand)]
    pub command: Option<KeysCommand>,
}

/// `anykey keys ...`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Show one key: what it speaks, what it claims, and where that comes from
    Show(ShowKeyArgs),
}

/// `anykey keys show`.
#[derive(Debug, Args)]
pub struct ShowKeyArgs {
    /// A key's name, or a profile file (.toml)
    #[arg(value_name = "NAME|FILE.toml")]
    pub name: String,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `anykey scenarios`.
#[derive(Debug, Args)]
pub struct ScenariosArgs {
    /// Only those whose name fits, `login.*`
    #[arg(value_name = "GLOB")]
    pub globs: Vec<String>,
    /// Read the scenarios of this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub scenario_dir: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `anykey explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A scenario's name; `anykey scenarios` lists them
    pub scenario: String,
    /// Read the scenarios of this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub scenario_dir: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// `anykey roots`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  anykey roots > anykey-root.pem
      Then name the file where your server keeps its trust anchors for attestation. It is a TEST root: its key is no secret.
      Take it out of a server that people use.")]
pub struct RootsArgs {}
