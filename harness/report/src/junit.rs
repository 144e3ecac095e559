//! `junit.xml`: a test suite per key, a test case per case, for CI servers.

use std::io::{self, Write};
use std::time::Duration;

use plan::Verdict;
use plan::event::{CaseDone, Ended};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use crate::Report;
use crate::matrix::said;
use crate::text::clean;

/// Writes `report` as JUnit XML.
///
/// # Errors
/// The stream could not be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut whole = quick_junit::Report::new("anykey");
    let elapsed = match &report.done {
        Some(done) => Duration::from_millis(done.elapsed_ms),
        None => Duration::from_micros(report.cases.iter().map(|c| c.elapsed_us).sum()),
    };
    whole.set_time(elapsed);
    for key in &report.run.keys {
        let mut suite = TestSuite::new(clean(&key.name));
        suite.add_properties(properties(report));
        suite.add_property(Property::new("product", clean(&key.product)));
        let cases: Vec<&CaseDone> = report.cases.iter().filter(|c| c.case.key == key.name).collect();
        suite.set_time(Duration::from_micros(cases.iter().map(|c| c.elapsed_us).sum()));
        suite.add_test_cases(cases.into_iter().map(|case| test_case(report, case)));
        whole.add_test_suite(suite);
    }
    whole.serialize(&mut *out).map_err(io::Error::other)?;
    out.flush()
}

fn properties(report: &Report) -> Vec<Property> {
    let run = &report.run;
    let mut properties = vec![
        Property::new("anykey", clean(&run.version)),
        Property::new("target", clean(&run.target.name)),
        Property::new("url", clean(&run.target.url)),
        Property::new("seed", run.seed.to_string()),
        Property::new("began", clean(&run.began)),
        Property::new("ended", ended(report)),
    ];
    properties.extend(run.link.iter().map(|link| Property::new("link", clean(link))));
    properties.extend(run.target.version.iter().map(|v| Property::new("target.version", clean(v))));
    properties.extend(run.target.flaws.iter().map(|f| Property::new("flaw", clean(f))));
    properties
}

fn ended(report: &Report) -> String {
    match report.done.as_ref().map(|d| &d.ended) {
        Some(Ended::Complete) => "complete".to_owned(),
        Some(Ended::Interrupted) => "interrupted".to_owned(),
        Some(Ended::Aborted(why)) => format!("aborted: {}", clean(why)),
        None => "running".to_owned(),
    }
}

fn test_case(report: &Report, case: &CaseDone) -> TestCase {
    let mut status = match case.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Unsupported => TestCaseStatus::skipped(),
        Verdict::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if case.verdict != Verdict::Pass {
        status.set_message(clean(&case.reason));
        status.set_type(if case.baseline_failed { "baseline-failed" } else { case.verdict.name() });
        status.set_description(description(case));
    }
    let name = format!("{} [{}]", case.case.scenario, case.case.manner.name());
    let mut test = TestCase::new(clean(&name), status);
    test.set_classname(clean(&format!("{}.{}", report.run.target.name, case.case.key)));
    test.set_time(Duration::from_micros(case.elapsed_us));
    test.set_assertions(case.proof.len());
    test.add_property(Property::new("verdict", case.verdict.name()));
    test.add_property(Property::new("replay", clean(&case.replay)));
    if let Some(known) = &case.known {
        test.add_property(Property::new("known", clean(known)));
    }
    if let Some(words) = said(&case.outcome) {
        test.add_property(Property::new("outcome", clean(&words)));
    }
    if let Some(scenario) = report.run.scenarios.iter().find(|s| s.id == case.case.scenario) {
        test.add_property(Property::new("requires", clean(&scenario.requires)));
        test.add_property(Property::new("spec", clean(&scenario.spec)));
    }
    for proof in &case.proof {
        test.add_property(Property::new(format!("proof.{}", clean(&proof.by)), clean(&proof.seen)));
    }
    test
}

/// What a CI server shows below the message.
fn description(case: &CaseDone) -> String {
    let mut lines = Vec::new();
    lines.extend(said(&case.outcome).map(|words| clean(&words)));
    lines.extend(case.proof.iter().map(|p| format!("proof, {}: {}", clean(&p.by), clean(&p.seen))));
    for step in case.steps.iter().filter(|step| !step.ok) {
        lines.push(format!(
            "step {}: expected {}; {}",
            clean(&step.verb),
            clean(&step.expected),
            clean(&step.happened)
        ));
    }
    lines.push(format!("again: {}", clean(&case.replay)));
    lines.join("\n")
}
