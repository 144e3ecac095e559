//! Flaws by name.

use targets::reference::{Flaw, Flaws};

use crate::failure::Failure;

/// The flaws of those names.
///
/// # Errors
/// Every name that is none; the nearest is suggested.
pub fn select(names: &[String]) -> Result<Flaws, Failure> {
    let (found, wrong): (Vec<_>, Vec<_>) = names.iter().map(|name| Flaw::find(name)).partition(Result::is_ok);
    if wrong.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let lines: Vec<String> =
        wrong.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    Err(Failure::Usage(lines.join("\n")))
}
