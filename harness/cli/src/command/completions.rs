//! `anykey completions`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::Failure;

/// Prints the script.
///
/// # Errors
/// Standard output could not be written.
pub fn perform(shell: Shell, out: &mut dyn Write) -> Result<(), Failure> {
    // Into memory first: the generator panics when a stream refuses.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "anykey", &mut script);
    out.write_all(&script)?;
    Ok(())
}
