//! How long `anykey run` takes, from the start of the process to its end.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::RUN_LIMIT;
use super::figures::WholeRun;

/// Runs this program with `run` and nothing else: embedded server, all keys, all scenarios.
pub(super) fn measure() -> WholeRun {
    let started = Instant::now();
    let exit = std::env::current_exe().and_then(|program| {
        Command::new(program)
            .arg("run")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    });
    let seconds = started.elapsed().as_secs_f64();
    let problem = match exit {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("`anykey run` did not end as expected: {status}")),
        Err(error) => Some(format!("`anykey run` could not be started: {error}")),
    };
    WholeRun { seconds, limit: RUN_LIMIT.as_secs_f64(), problem }
}
