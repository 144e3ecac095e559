//! What a server is known to do otherwise than a scenario requires: data beside the target, with the versions it holds for.

use globset::GlobMatcher;
use toml::de::DeTable;

use crate::Verdict;
use crate::event::{CaseDone, Manner};
use crate::load::{FileError, Members, Problem, Source};
use crate::versions::Versions;

/// One deviation that is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// The scenario, or a glob of several.
    pub scenario: GlobMatcher,
    /// The keys; empty: every key.
    pub keys: Vec<String>,
    /// The manner, if only one.
    pub manner: Option<Manner>,
    /// The versions of the server.
    pub versions: Versions,
    /// What the server promises, and where.
    pub promise: Option<String>,
    /// What it does instead.
    pub why: String,
}

impl Known {
    /// Reads one entry.
    pub fn read(m: &mut Members<'_, '_>) -> Option<Self> {
        let glob = |text: &str| {
            globset::Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|e| format!("`{text}`: {e}"))
        };
        m.required::<String>("scenario");
        m.required::<String>("versions");
        let scenario = m.parsed("scenario", glob);
        let versions = m.parsed("versions", str::parse::<Versions>);
        let keys = m.words("key", |word| Ok(word.to_owned()));
        let (manner, promise, why) = (m.optional("manner"), m.optional("promise"), m.required("why"));
        Some(Self { scenario: scenario?, keys, manner, versions: versions?, promise, why: why? })
    }

    /// Whether the entry speaks of that case on a server of that version.
    pub fn fits(&self, case: &CaseDone, version: &str) -> bool {
        self.versions.contain(version)
            && self.scenario.is_match(&case.case.scenario)
            && (self.keys.is_empty() || self.keys.contains(&case.case.key))
            && self.manner.is_none_or(|manner| manner == case.case.manner)
    }

    /// For people.
    pub fn sentence(&self) -> String {
        match &self.promise {
            Some(promise) => format!("{} (promised: {promise})", self.why),
            None => self.why.clone(),
        }
    }
}

/// Reads a file of `[[known]]` entries.
///
/// # Errors
/// Every problem of the file.
pub fn list(source: &Source) -> Result<Vec<Known>, FileError> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let syntax = |error: &toml::de::Error| Problem {
        what: error.message().to_owned(),
        at: error.span().unwrap_or(0..0),
        help: None,
    };
    let mut problems: Vec<Problem> = errors.iter().map(syntax).collect();
    let mut m = Members::new(root.get_ref(), root.span(), "the list");
    let mut all = Vec::new();
    for (table, span) in m.tables("known") {
        let mut inner = Members::new(table, span, "an entry");
        all.extend(Known::read(&mut inner));
        m.problems.extend(inner.done());
    }
    problems.extend(m.done());
    if problems.is_empty() { Ok(all) } else { Err(FileError::new(&source.name, &source.text, problems)) }
}

/// The entry that speaks of that case, if there is one.
pub fn of<'k>(all: &'k [Known], case: &CaseDone, version: &str) -> Option<&'k Known> {
    all.iter().find(|known| known.fits(case, version))
}

/// Holds a case that is over against what is known: a finding that is known is as expected, and a known finding that is not
/// there any more is one.
pub fn settle(case: &mut CaseDone, all: &[Known], version: &str) {
    let Some(known) = of(all, case, version) else { return };
    match case.verdict {
        Verdict::Fail => {
            case.verdict = Verdict::Pass;
            case.reason =
                format!("as is known of this server: {}; it was: {}", known.sentence(), case.reason);
            case.known = Some(known.sentence());
        }
        Verdict::Pass => {
            case.verdict = Verdict::Fail;
            case.reason = format!(
                "the server does here what is required, although for {} it is known that {}: end the range of that entry \
                 before version {version}",
                known.versions,
                known.sentence()
            );
        }
        Verdict::Unsupported | Verdict::Unknown => {}
    }
}

#[cfg(test)]
mod tests;
