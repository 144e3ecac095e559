#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::figures::WholeRun;
use super::rounds::{Case, interleave, median};
use super::{BenchArgs, BenchError, Figure, Figures, run};

fn small() -> Figures {
    run(&BenchArgs { json: false, keys: 20, rounds: 3, no_run: true }).unwrap()
}

#[test]
fn every_operation_works_and_is_compared() {
    let figures = small();
    assert_eq!(figures.figures.len(), 8);
    for figure in &figures.figures {
        assert!(figure.microseconds > 0.0, "{}", figure.name);
        assert_eq!(figure.ratio.is_some(), figure.against.is_some());
        assert_eq!(figure.limit.is_some(), figure.name.starts_with("getAssertion"), "{}", figure.name);
    }
}

#[test]
fn json_has_what_the_text_has() {
    let figures = small();
    let json = serde_json::to_value(&figures).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["figures"][1]["against"], "sign");
    assert!(json.get("whole_run").is_none());
    let text = figures.to_string();
    for figure in &figures.figures {
        assert!(text.contains(figure.name));
    }
}

fn figures(ratio: f64, whole_run: Option<WholeRun>) -> Figures {
    let figure = Figure {
        name: "an operation",
        microseconds: 1.0,
        per_second: 1e6,
        against: Some("raw"),
        ratio: Some(ratio),
        limit: Some(0.8),
        goal: Some(0.9),
    };
    Figures { schema: 1, optimised: true, keys: 1, rounds: 3, figures: vec![figure], whole_run }
}

#[test]
fn limits_are_judged() {
    assert!(figures(0.80, None).within_limits());
    assert!(!figures(0.79, None).within_limits());
    assert!(figures(0.79, None).to_string().contains("below the limit of 0.80"));
    assert!(figures(0.85, None).to_string().contains("goal 0.90 not reached"));
    assert!(figures(0.95, None).to_string().contains("goal of 0.90 reached"));
    let took = |seconds, problem| Some(WholeRun { seconds, limit: 5.0, problem });
    assert!(figures(0.9, took(4.0, None)).within_limits());
    assert!(!figures(0.9, took(5.1, None)).within_limits());
    assert!(!figures(0.9, took(1.0, Some("it failed".to_owned()))).within_limits());
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
