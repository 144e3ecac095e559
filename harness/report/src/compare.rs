//! Two runs side by side: what changed between them, case by case.

mod draw;

use std::collections::HashMap;

use plan::event::{CaseDone, CaseId, TargetInfo};
use plan::{Exit, Verdict};
use serde::Serialize;

use crate::Report;
use crate::matrix::{Kind, said};

pub use draw::draw;

/// What changed between two runs.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The earlier run.
    pub before: Side,
    /// The later run.
    pub after: Side,
    /// Cases with another verdict or outcome.
    pub changed: Vec<Change>,
    /// Cases with the same verdict and outcome, for which other words were found.
    pub reworded: Vec<Change>,
    /// Cases that only the earlier run has.
    pub gone: Vec<CaseId>,
    /// Cases that only the later run has.
    pub new: Vec<CaseId>,
    /// How many cases came to the same in the same words.
    pub same: usize,
}

/// One of the runs.
#[derive(Debug, Serialize)]
pub struct Side {
    /// Its server.
    pub target: TargetInfo,
    /// What its keys were joined by, where it says.
    pub link: Option<String>,
    /// When it began, RFC 3339.
    pub began: String,
    /// How many cases it has.
    pub cases: usize,
}

/// One case, twice.
#[derive(Debug, Serialize)]
pub struct Change {
    /// Which.
    pub case: CaseId,
    /// What it came to first.
    pub before: Came,
    /// What it came to later.
    pub after: Came,
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Came {
    /// The verdict.
    pub verdict: Verdict,
    /// `accepted`, `refused`, `refused-by-client`, `refused-by-key`, `none`.
    pub outcome: &'static str,
    /// Why the verdict is what it is.
    pub reason: String,
    /// What the refusing side said.
    pub said: Option<String>,
}

impl Comparison {
    /// Holds two runs against each other; the cases in the order of the later one.
    pub fn of(before: &Report, after: &Report) -> Self {
        let mut earlier: HashMap<&CaseId, &CaseDone> =
            before.cases.iter().map(|case| (&case.case, case)).collect();
        let (mut changed, mut reworded, mut new, mut same) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for case in &after.cases {
            let Some(old) = earlier.remove(&case.case) else {
                new.push(case.case.clone());
                continue;
            };
            let change = Change { case: case.case.clone(), before: Came::of(old), after: Came::of(case) };
            if change.before == change.after {
                same += 1;
            } else if change.before.verdict == change.after.verdict
                && change.before.outcome == change.after.outcome
            {
                reworded.push(change);
            } else {
                changed.push(change);
            }
        }
        let gone = before
            .cases
            .iter()
            .map(|case| &case.case)
            .filter(|id| earlier.contains_key(id))
            .cloned()
            .collect();
        Self { before: Side::of(before), after: Side::of(after), changed, reworded, gone, new, same }
    }

    /// What it says to the shell.
    pub fn exit(&self) -> Exit {
        match (self.changed.is_empty(), self.gone.is_empty() && self.new.is_empty()) {
            (false, _) => Exit::Findings,
            (true, false) => Exit::Unknown,
            (true, true) => Exit::AsExpected,
        }
    }
}

impl Side {
    fn of(report: &Report) -> Self {
        let run = &report.run;
        Self {
            target: run.target.clone(),
            link: run.link.clone(),
            began: run.began.clone(),
            cases: report.cases.len(),
        }
    }
}

impl Came {
    fn of(case: &CaseDone) -> Self {
        let outcome = match Kind::of(case) {
            Kind::Accepted | Kind::KnownAccepted => "accepted",
            Kind::Refused | Kind::KnownRefused => "refused",
            Kind::RefusedByClient => "refused-by-client",
            Kind::RefusedByKey => "refused-by-key",
            Kind::None => "none",
        };
        Self { verdict: case.verdict, outcome, reason: case.reason.clone(), said: said(&case.outcome) }
    }

    /// For people.
    fn words(&self) -> String {
        let outcome = match self.outcome {
            "none" => "no outcome",
            "refused" => "refused by the server",
            "refused-by-client" => "refused by the client",
            "refused-by-key" => "refused by the key",
            other => other,
        };
        format!("{}, {outcome}", self.verdict)
    }
}

#[cfg(test)]
mod tests;
