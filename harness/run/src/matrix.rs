//! Keys down, the server's policies across: a fold over the cases of the scenarios with a column.

use plan::Verdict;
use plan::event::{CaseDone, Manner, Outcome, RunStarted};

/// One cell: what a policy did with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What the ceremony came to.
    pub outcome: Outcome,
    /// The verdict on it.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// The matrix of one manner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Whose.
    pub manner: Manner,
    /// Scenario id and head of each column.
    pub columns: Vec<(String, String)>,
    /// Key name of each row, and its cells; `None` where no case ran.
    pub rows: Vec<(String, Vec<Option<Cell>>)>,
}

impl Matrix {
    /// The matrix of the cases that ran in that manner.
    pub fn of(run: &RunStarted, cases: &[CaseDone], manner: Manner) -> Self {
        let columns: Vec<(String, String)> =
            run.scenarios.iter().filter_map(|s| Some((s.id.clone(), s.column.clone()?))).collect();
        let cell = |key: &str, scenario: &str| {
            let done = cases.iter().find(|done| {
                done.case.key == key && done.case.scenario == scenario && done.case.manner == manner
            })?;
            let (outcome, verdict, reason) = (done.outcome.clone(), done.verdict, done.reason.clone());
            Some(Cell { outcome, verdict, reason })
        };
        let row = |key: &str| columns.iter().map(|(scenario, _)| cell(key, scenario)).collect();
        let rows = run.keys.iter().map(|key| (key.name.clone(), row(&key.name))).collect();
        Self { manner, columns, rows }
    }
}
