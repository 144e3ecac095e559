//! How runs end, and what is told on the way.

use plan::event::{Ended, Event};
use plan::{Exit, Verdict};

use super::wrapped::{Wrapped, Wrong, cases, run_one, run_these};
use crate::catalogue;

#[tokio::test]
async fn events_come_in_order() {
    let scenarios = catalogue::embedded().unwrap();
    let target = Wrapped::new(Wrong::Nothing).await;
    let (events, done) = run_these(&target, &scenarios, &["login.plain", "login.made-up-challenge"]).await;
    let names: Vec<&str> = events
        .iter()
        .map(|event| match event {
            Event::RunStarted(_) => "run",
            Event::CaseStarted { .. } => "case",
            Event::CaseDone(_) => "done",
            Event::RunDone(_) => "end",
        })
        .collect();
    // The twin of the second scenario is the first: it does not run again.
    assert_eq!(names, ["run", "case", "done", "case", "done", "case", "done", "end"]);
    let Some(Event::RunStarted(started)) = events.first() else { panic!("{events:?}") };
    assert_eq!((started.cases, started.scenarios.len(), started.keys.len()), (3, 2, 1));
    assert_eq!((done.pass, Exit::of(&done)), (3, Exit::AsExpected));
    let replays: Vec<String> = cases(&events).into_iter().map(|c| c.replay).collect();
    assert_eq!(
        replays[2],
        "anykey run --scenario login.made-up-challenge --key passkey --manner permissive --seed 1 --flaw x"
    );
    let last = cases(&events).pop().unwrap();
    assert!(
        last.proof.iter().any(|p| p.seen.contains("twin `login.plain` was accepted")),
        "{:?}",
        last.proof
    );
    assert!(last.steps.iter().all(|s| s.verb == "whoami" || !s.exchanges.is_empty()));
}

#[tokio::test]
async fn a_bug_of_the_bench_is_no_crash_of_the_run() {
    let (cases, done) = run_one(Wrong::Panics, "login.plain").await;
    assert_eq!(cases.len(), 2);
    assert!(
        cases
            .iter()
            .all(|c| c.verdict == Verdict::Unknown && c.reason.contains("a bug that the test put here"))
    );
    assert!(
        matches!(&done.ended, Ended::Aborted(why) if why.starts_with("2 of the cases")),
        "{:?}",
        done.ended
    );
    assert_eq!(Exit::of(&done).code(), 70);
}

#[tokio::test]
async fn an_interrupted_run_reports_what_was_done() {
    let (cases, done) = run_one(Wrong::Interrupts, "login.plain").await;
    assert_eq!((cases.len(), done.ended), (0, Ended::Interrupted));
}

#[tokio::test]
async fn a_run_that_is_stopped_before_it_begins_runs_nothing() {
    let scenarios = catalogue::embedded().unwrap();
    let target = Wrapped::new(Wrong::Nothing).await;
    target.stop.ask();
    let (events, done) = run_these(&target, &scenarios, &["login.plain"]).await;
    assert_eq!((events.len(), done.ended), (2, Ended::Interrupted));
}
