use plan::event::Outcome;

use super::*;
use crate::Look;
use crate::tests::{folded, sample};

fn report() -> Report {
    folded(&sample::events())
}

#[test]
fn a_run_is_like_itself() {
    let report = report();
    let comparison = Comparison::of(&report, &report);
    assert_eq!(comparison.exit(), Exit::AsExpected);
    assert_eq!(comparison.same, report.cases.len());
    assert!(comparison.changed.is_empty() && comparison.reworded.is_empty());
}

#[test]
fn what_changed_is_told_once_for_cases_that_changed_alike() {
    let (before, mut after) = (report(), report());
    for case in after.cases.iter_mut().take(2) {
        case.verdict = Verdict::Fail;
        case.reason = "it is not refused any more".to_owned();
        case.outcome = Outcome::Accepted;
        case.case.scenario = "policy.same".to_owned();
    }
    let mut before = before;
    for case in before.cases.iter_mut().take(2) {
        case.verdict = Verdict::Pass;
        case.reason = "everything was as expected".to_owned();
        case.outcome =
            Outcome::RefusedByServer { step: "login".into(), status: 400, reason: Some("no".into()) };
        case.case.scenario = "policy.same".to_owned();
    }
    let comparison = Comparison::of(&before, &after);
    assert_eq!((comparison.changed.len(), comparison.exit()), (2, Exit::Findings));
    let look = Look { width: 100, color: false, unicode: false };
    let text = draw(&comparison, look);
    assert_eq!(text.matches("policy.same: ").count(), 1, "{text}");
    assert!(text.contains("before ok pass, refused by the server"), "{text}");
    assert!(text.contains("after  FAIL fail, accepted"), "{text}");
    assert!(text.contains("reason: it is not refused any more"), "{text}");
    assert!(!text.contains('\u{1b}') && text.is_ascii(), "{text}");
    let coloured = draw(&comparison, Look { color: true, ..look });
    assert!(coloured.contains('\u{1b}'));
    let json = serde_json::to_value(&comparison).unwrap();
    assert_eq!(json["changed"][0]["after"]["outcome"], "accepted");
}

#[test]
fn other_words_are_no_change_and_missing_cases_are_not_the_same() {
    let (before, mut after) = (report(), report());
    let last = after.cases.pop().unwrap();
    after.cases.first_mut().unwrap().reason.push_str(", in other words");
    let comparison = Comparison::of(&before, &after);
    assert_eq!(comparison.exit(), Exit::Unknown);
    assert_eq!(comparison.gone, [last.case]);
    assert_eq!((comparison.changed.len(), comparison.reworded.len()), (0, 1));
    let text = draw(&comparison, Look { width: 60, color: false, unicode: true });
    assert!(text.contains("Only before") && text.contains("In other words"), "{text}");
    assert_eq!(Comparison::of(&after, &before).new.len(), 1);
}
