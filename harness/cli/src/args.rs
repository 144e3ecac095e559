//! The command line: what there is to say, and the help that teaches it.

mod aim;
mod attestation;
mod data;
mod link;
mod plug;
mod run;
mod serve;
mod target;
mod touch;

pub use aim::AimArgs;
pub use attestation::AttestationCaArgs;
pub use data::{ExplainArgs, JsonArgs, KeysArgs, KeysCommand, RootsArgs, ScenariosArgs};
pub use link::{LinkArg, May};
pub use plug::{Pin, Place, PlugArgs};
pub use run::{Format, RunArgs};
pub use serve::ServeArgs;
pub use target::{CheckArgs, CleanArgs, CompareArgs, TargetArgs, TargetCommand};
pub use touch::TouchArgs;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::bench::BenchArgs;

/// A FIDO2 key that can be any key, and a bench that proves what a server does with it.
#[derive(Debug, Parser)]
#[command(name = "anykey", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = LONG, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// When to write colours; NO_COLOR in the environment switches them off, too
    #[arg(long, global = true, help_heading = "Display", value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Draw with ASCII only, even where the locale has more
    #[arg(long, global = true, help_heading = "Display")]
    pub ascii: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to write colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios with keys against a server, and show what each key comes to under each policy
    Run(Box<RunArgs>),
    /// Say what changed between two runs: verdicts and outcomes, case by case
    Compare(CompareArgs),
    /// Check a file that describes a server
    Target(TargetArgs),
    /// Remove what runs that were broken off left on a server
    Clean(CleanArgs),
    /// Serve the reference relying party, right or with named flaws, for a browser or another bench
    Serve(ServeArgs),
    /// Plug keys into this machine, or make them reachable over USB/IP or on a socket, until Ctrl-C
    Plug(Box<PlugArgs>),
    /// Touch a key that is plugged in by another terminal, when it asks
    Touch(TouchArgs),
    /// List the flaws that the reference server can be given
    Flaws(JsonArgs),
    /// List the keys, or show one with where its facts come from
    Keys(KeysArgs),
    /// List the scenarios
    Scenarios(ScenariosArgs),
    /// Say what a scenario requires, where the standard says so, what it proves, and which flaws it catches
    Explain(ExplainArgs),
    /// Measure what AnyKey's keys cost, against the raw signature measured in the same run
    Bench(BenchArgs),
    /// Print the attestation root of AnyKey's keys as PEM, to be given to a server as trust anchor
    Roots(RootsArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

const EXAMPLES: &str = "\
Examples:
  anykey run                               every key, policy and attack, on the
                                           embedded server
  anykey run --flaw challenge-reusable-at-login
                                           the same, and the server has a flaw
  anykey explain login.replayed-assertion  what a scenario requires and proves
  anykey serve                             a relying party to try with a browser

Exit codes:
  0 as expected   1 usage            2 findings
  3 unknown       4 baseline failed  70 a bug of AnyKey";

const LONG: &str = "\
Examples:
  anykey run
      Every key under every policy and every attack, on the embedded server.
  anykey run --flaw challenge-reusable-at-login
      The same, and the server has one flaw: exactly the scenarios that look for
      it fail.
  anykey run --key yubikey-4 --scenario 'login.*' --report out
      One key, some scenarios; report.html, report.json, junit.xml and
      matrix.svg in out/.
  anykey run --target keycloak --keycloak-dist keycloak-26.7.3.zip
      A real Keycloak, started for the run and stopped afterwards.
  anykey run --target https://login.example.org --i-own login.example.org
      The reference server's API somewhere else. AnyKey attacks what it is
      pointed at, so it wants to hear that the host is yours, in every command
      that sends to it.
  anykey explain login.replayed-assertion
      What a scenario requires, where the standard says so, what it proves.

Exit codes:
   0  Everything was as expected; what a key or server cannot do is expected.
   1  The command line or a file is wrong; nothing was run.
   2  Findings: at least one case did not come out as required.
   3  No finding, but at least one case could not be judged, the server could
      not be reached, a report could not be written, or the run was interrupted.
   4  A ceremony that must work did not, so that refusals prove nothing.
  70  A bug of AnyKey. Please report it.
  Where several hold, 2 outweighs 4, and 4 outweighs 3.";
