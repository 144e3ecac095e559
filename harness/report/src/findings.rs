//! Cases of one verdict that say the same, as one entry.

use plan::Verdict;
use plan::event::CaseDone;

use crate::Report;

/// Cases of one scenario that came to the same verdict for the same reason.
#[derive(Debug)]
pub struct Finding<'r> {
    /// The cases, in running order; never empty.
    pub cases: Vec<&'r CaseDone>,
}

/// The cases of `report` with `verdict`, grouped.
pub fn findings(report: &Report, verdict: Verdict) -> Vec<Finding<'_>> {
    let mut found: Vec<Finding<'_>> = Vec::new();
    for case in report.cases.iter().filter(|c| c.verdict == verdict) {
        let same = found.iter_mut().find(|f| {
            f.cases.iter().any(|c| c.case.scenario == case.case.scenario && c.reason == case.reason)
        });
        match same {
            Some(finding) => finding.cases.push(case),
            None => found.push(Finding { cases: vec![case] }),
        }
    }
    found
}
