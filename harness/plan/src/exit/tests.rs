#![allow(clippy::unwrap_used)]

use super::*;

fn done(ended: Ended, unknown: usize, fail: usize, baseline_failed: usize) -> RunDone {
    RunDone { ended, pass: 1, unsupported: 1, unknown, fail, baseline_failed, elapsed_ms: 1 }
}

#[test]
fn the_worst_decides() {
    assert_eq!(Exit::of(&done(Ended::Complete, 0, 0, 0)), Exit::AsExpected);
    assert_eq!(Exit::of(&done(Ended::Complete, 1, 0, 0)), Exit::Unknown);
    assert_eq!(Exit::of(&done(Ended::Complete, 1, 0, 1)), Exit::BaselineFailed);
    assert_eq!(Exit::of(&done(Ended::Complete, 1, 1, 1)), Exit::Findings);
    assert_eq!(Exit::of(&done(Ended::Interrupted, 0, 0, 0)), Exit::Unknown);
    assert_eq!(Exit::of(&done(Ended::Interrupted, 0, 1, 0)), Exit::Findings);
    assert_eq!(Exit::of(&done(Ended::Aborted("why".into()), 0, 1, 0)), Exit::OurBug);
}

#[test]
fn codes_are_the_documented_ones() {
    let all =
        [Exit::AsExpected, Exit::Usage, Exit::Findings, Exit::Unknown, Exit::BaselineFailed, Exit::OurBug];
    assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 70]);
}
