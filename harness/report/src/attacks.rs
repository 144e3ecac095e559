//! The second table: scenarios that probe one check each, against the keys.

use plan::Verdict;
use plan::event::{CaseDone, Manner, ScenarioInfo};

use crate::Report;

/// The scenarios without a matrix column, by the part of their name before the dot.
#[derive(Debug)]
pub struct Attacks<'r> {
    /// Groups, in running order of their first scenario.
    pub groups: Vec<Group<'r>>,
}

/// Scenarios with one prefix.
#[derive(Debug)]
pub struct Group<'r> {
    /// `login`.
    pub name: &'r str,
    /// Its scenarios.
    pub rows: Vec<Row<'r>>,
}

/// One scenario against every key.
#[derive(Debug)]
pub struct Row<'r> {
    /// The scenario.
    pub scenario: &'r ScenarioInfo,
    /// Per key, in the run's order: the verdicts, one where the manners agree; empty where nothing has run.
    pub marks: Vec<Vec<Mark<'r>>>,
}

/// One verdict.
#[derive(Debug)]
pub struct Mark<'r> {
    /// The manners that came to it.
    pub manners: Vec<Manner>,
    /// The verdict.
    pub verdict: Verdict,
    /// The case of the first manner.
    pub case: &'r CaseDone,
}

impl Mark<'_> {
    /// It is as known of the server, and not as required.
    pub fn is_known(&self) -> bool {
        self.case.known.is_some()
    }
}

impl<'r> Attacks<'r> {
    /// Of a run.
    pub fn of(report: &'r Report) -> Self {
        let mut groups: Vec<Group<'r>> = Vec::new();
        for scenario in report.run.scenarios.iter().filter(|s| s.column.is_none()) {
            let name = scenario.id.split('.').next().unwrap_or_default();
            let marks = report.run.keys.iter().map(|key| marks(report, scenario, &key.name)).collect();
            let row = Row { scenario, marks };
            match groups.iter_mut().find(|g| g.name == name) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { name, rows: vec![row] }),
            }
        }
        Self { groups }
    }
}

fn marks<'r>(report: &'r Report, scenario: &ScenarioInfo, key: &str) -> Vec<Mark<'r>> {
    let mut cases: Vec<_> =
        report.cases.iter().filter(|c| c.case.scenario == scenario.id && c.case.key == key).collect();
    cases.sort_by_key(|c| c.case.manner);
    let mut marks: Vec<Mark<'r>> = Vec::new();
    for case in cases {
        match marks.iter_mut().find(|m| m.verdict == case.verdict && m.is_known() == case.known.is_some()) {
            Some(mark) => mark.manners.push(case.case.manner),
            None => marks.push(Mark { manners: vec![case.case.manner], verdict: case.verdict, case }),
        }
    }
    marks
}
