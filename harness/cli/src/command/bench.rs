//! `anykey bench`.

use std::io::Write;

use plan::Exit;

use crate::bench::{self, BenchArgs};
use crate::failure::Failure;

/// Measures, and says whether the limits are kept.
///
/// # Errors
/// There are no figures, or standard output could not be written.
pub fn perform(args: &BenchArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let figures = bench::run(args).map_err(|error| Failure::Target(error.to_string()))?;
    if args.json {
        super::json(&figures, out)?;
    } else {
        write!(out, "{figures}")?;
    }
    out.flush()?;
    Ok(if figures.within_limits() { Exit::AsExpected } else { Exit::Findings })
}
