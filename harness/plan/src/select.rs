//! Which scenarios a run takes: globs over ids.

use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

use crate::load::nearest;
use crate::scenario::Scenario;

/// Why a selection cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectError {
    /// The pattern is not a glob.
    #[error("`{glob}` is no pattern: {why}")]
    Glob {
        /// The pattern.
        glob: String,
        /// Why not.
        why: String,
    },
    /// No scenario fits.
    #[error("no scenario fits `{glob}`{}", nearest.as_deref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    NoMatch {
        /// The pattern.
        glob: String,
        /// The id that comes closest.
        nearest: Option<String>,
    },
}

/// The scenarios that fit at least one of the globs, in their order; all of them if there are no globs.
///
/// # Errors
/// Each glob that cannot be read or fits nothing.
pub fn select<'s>(all: &'s [Scenario], globs: &[String]) -> Result<Vec<&'s Scenario>, Vec<SelectError>> {
    if globs.is_empty() {
        return Ok(all.iter().collect());
    }
    let (mut matchers, mut errors) = (Vec::new(), Vec::new());
    for glob in globs {
        match matcher(glob) {
            Ok(m) if all.iter().any(|s| m.is_match(&s.id)) => matchers.push(m),
            Ok(_) => {
                let nearest = nearest(glob, all.iter().map(|s| s.id.as_str())).map(str::to_owned);
                errors.push(SelectError::NoMatch { glob: glob.clone(), nearest });
            }
            Err(e) => errors.push(e),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(all.iter().filter(|s| matchers.iter().any(|m| m.is_match(&s.id))).collect())
}

fn matcher(glob: &str) -> Result<GlobMatcher, SelectError> {
    GlobBuilder::new(glob)
        .build()
        .map(|g| g.compile_matcher())
        .map_err(|e| SelectError::Glob { glob: glob.to_owned(), why: e.kind().to_string() })
}

#[cfg(test)]
mod tests;
