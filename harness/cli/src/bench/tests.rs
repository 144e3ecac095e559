#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::figures::{Limit, WholeRun};
use super::rounds::{Case, interleave, median};
use super::{BenchArgs, BenchError, Figure, Figures, run};

fn small() -> Figures {
    run(&BenchArgs { json: false, keys: 20, rounds: 3, no_run: true }).unwrap()
}

#[test]
fn every_operation_works_and_is_compared() {
    let figures = small();
    assert_eq!(figures.figures.len(), 14);
    for figure in &figures.figures {
        assert!(figure.microseconds > 0.0, "{}", figure.name);
        assert_eq!(figure.ratio.is_some(), figure.against.is_some());
        // What is compared has a limit; an attestation key's certificates have no raw operation.
        let limited = figure.against.is_some() && figure.name != "makeCredential, packed";
        assert_eq!(figure.limit.is_some(), limited || figure.name.starts_with("CTAPHID"), "{}", figure.name);
    }
}

#[test]
fn json_has_what_the_text_has() {
    let figures = small();
    let json = serde_json::to_value(&figures).unwrap();
    assert_eq!(json["schema"], 2);
    assert_eq!(json["figures"][1]["against"], "sign");
    assert_eq!(json["figures"][1]["limit"]["ratio_at_least"], 0.9);
    assert_eq!(json["figures"][12]["limit"]["times_at_most"], 1.15);
    assert_eq!(json["figures"][13]["limit"]["microseconds_at_most"], 2.0);
    assert!(json.get("whole_run").is_none());
    let text = figures.to_string();
    for figure in &figures.figures {
        assert!(text.contains(figure.name));
    }
}

fn figures(ratio: f64, limit: Limit, whole_run: Option<WholeRun>) -> Figures {
    let figure = Figure {
        name: "an operation",
        microseconds: 1.0,
        per_second: 1e6,
        against: Some("raw"),
        ratio: Some(ratio),
        limit: Some(limit),
    };
    Figures { schema: 2, optimised: true, keys: 1, rounds: 3, figures: vec![figure], whole_run }
}

#[test]
fn limits_are_judged() {
    let judged = |ratio, limit| {
        let figures = figures(ratio, limit, None);
        let text = figures.to_string();
        assert_eq!(figures.within_limits(), text.contains(": kept"), "{text}");
        assert_eq!(figures.within_limits(), !text.contains(": NOT KEPT"), "{text}");
        figures.within_limits()
    };
    assert!(judged(0.80, Limit::RatioAtLeast(0.8)));
    assert!(!judged(0.79, Limit::RatioAtLeast(0.8)));
    assert!(judged(0.87, Limit::TimesAtMost(1.15)));
    assert!(!judged(0.86, Limit::TimesAtMost(1.15)));
    assert!(judged(0.1, Limit::MicrosecondsAtMost(1.0)));
    assert!(!judged(0.1, Limit::MicrosecondsAtMost(0.9)));
    let figures = |whole_run| figures(0.9, Limit::RatioAtLeast(0.8), whole_run);
    let took = |seconds, problem| Some(WholeRun { seconds, limit: 5.0, problem });
    assert!(figures(took(4.0, None)).within_limits());
    assert!(!figures(took(5.1, None)).within_limits());
    assert!(!figures(took(1.0, Some("it failed".to_owned()))).within_limits());
}

#[test]
fn the_median_is_the_middle() {
    let times = |list: &[u64]| median(list.iter().copied().map(Duration::from_nanos).collect());
    assert_eq!(times(&[9, 1, 5]), Duration::from_nanos(5));
    assert_eq!(times(&[4, 1, 3, 2]), Duration::from_nanos(3));
    assert_eq!(times(&[]), Duration::ZERO);
}

#[test]
fn a_failing_operation_ends_the_bench() {
    let mut cases =
        [Case::raw("fails", |nth| if nth < 5 { Ok(()) } else { Err(BenchError::Raw("at the sixth")) })];
    assert!(matches!(interleave(&mut cases, 3, 4), Err(BenchError::Raw("at the sixth"))));
}
