//! All files together: what one file says about another.

use std::collections::BTreeMap;
use std::ops::Range;

use super::problem::{FileError, LoadError, Problem};
use super::scenario::{Places, scenario, unknown};
use crate::expect::Is;
use crate::scenario::Scenario;
use crate::step::Verb;

/// A file's name (for messages) and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As messages show it, `login/replayed-assertion.toml`.
    pub name: String,
    /// The content.
    pub text: String,
}

/// Reads all files. `flaws` are the flaws that `catches` may name.
///
/// The scenarios come sorted: those with a column first, by file name, then the others by file name.
///
/// # Errors
/// Every problem of every file.
pub fn scenarios(sources: &[Source], flaws: &[&str]) -> Result<Vec<Scenario>, LoadError> {
    let mut read = Vec::new();
    let mut failed = Vec::new();
    for source in sources {
        match scenario(source, flaws) {
            Ok((scenario, places)) => read.push((scenario, places, source)),
            Err(e) => failed.push(e),
        }
    }
    let whole = failed.is_empty();
    for (source, problems) in across(&read, whole) {
        failed.push(FileError::new(&source.name, &source.text, problems));
    }
    if !failed.is_empty() {
        failed.sort_by(|a, b| a.name.cmp(&b.name));
        return Err(LoadError { files: failed });
    }
    let mut all: Vec<Scenario> = read.into_iter().map(|(scenario, ..)| scenario).collect();
    all.sort_by(|a, b| (a.column.is_none(), &a.source).cmp(&(b.column.is_none(), &b.source)));
    Ok(all)
}

type Read<'s> = (Scenario, Places, &'s Source);

/// `whole`: every file could be read, so a twin that is not there is missing.
fn across<'s>(read: &[Read<'s>], whole: bool) -> Vec<(&'s Source, Vec<Problem>)> {
    let mut by_id: BTreeMap<&str, &Scenario> = BTreeMap::new();
    let mut found = Vec::new();
    for (scenario, places, source) in read {
        let mut problems = Vec::new();
        if let Some(other) = by_id.insert(&scenario.id, scenario) {
            let what = format!("the id `{}` is taken by {}", scenario.id, other.source);
            problems.push(problem(places.id.clone(), what));
        }
        if expects_refusal(scenario) && scenario.twin.is_none() {
            let what = "a scenario that expects a refusal needs a `twin` that must pass";
            problems.push(problem(places.id.clone(), what.to_owned()));
        }
        found.push((*source, problems));
    }
    let ids: Vec<&str> = by_id.keys().copied().collect();
    for ((scenario, places, _), (_, problems)) in read.iter().zip(&mut found) {
        let Some(name) = &scenario.twin else { continue };
        match by_id.get(name.as_str()) {
            None if whole => problems.push(problem(places.twin.clone(), unknown("scenario", name, &ids))),
            None => {}
            Some(twin) => {
                problems.extend(twins(scenario, twin, &by_id).map(|why| problem(places.twin.clone(), why)))
            }
        }
    }
    found.retain(|(_, problems)| !problems.is_empty());
    found
}

/// Why `twin` cannot be the twin of `scenario`.
fn twins(scenario: &Scenario, twin: &Scenario, by_id: &BTreeMap<&str, &Scenario>) -> Option<String> {
    if twin.manner.is_some() && twin.manner != scenario.manner {
        return Some(format!("the twin `{}` does not run in every manner of this scenario", twin.id));
    }
    let mut next = twin;
    for _ in 0..by_id.len() {
        match next.twin.as_deref().and_then(|name| by_id.get(name)) {
            Some(further) => next = further,
            None => return None,
        }
    }
    Some("the twins go round in a circle".to_owned())
}

fn expects_refusal(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(|step| {
        let expect = match &step.verb {
            Verb::Register(c) | Verb::Login(c) => &c.expect,
            Verb::SendRegister(s) | Verb::SendLogin(s) => &s.expect,
            _ => return false,
        };
        expect.0.iter().any(|a| matches!(a.is, Is::Refused { .. }))
    })
}

fn problem(at: Range<usize>, what: String) -> Problem {
    Problem { what, at, help: None }
}
