use super::*;
use crate::event::{CaseId, Outcome};

fn known(keys: &[&str]) -> Known {
    Known {
        scenario: globset::Glob::new("login.origin-*").unwrap().compile_matcher(),
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        manner: None,
        versions: ">=3, <4".parse().unwrap(),
        promise: None,
        why: "origins are compared loosely".to_owned(),
    }
}

fn case(verdict: Verdict) -> CaseDone {
    let scenario = "login.origin-suffix".to_owned();
    CaseDone {
        case: CaseId { scenario, key: "passkey".to_owned(), manner: Manner::Permissive },
        verdict,
        outcome: Outcome::Accepted,
        reason: "it was accepted".to_owned(),
        proof: Vec::new(),
        baseline_failed: false,
        known: None,
        steps: Vec::new(),
        replay: String::new(),
        elapsed_us: 0,
    }
}

fn settled(mut case: CaseDone, known: Known, version: &str) -> CaseDone {
    settle(&mut case, &[known], version);
    case
}

#[test]
fn a_finding_that_is_known_is_as_expected() {
    let case = settled(case(Verdict::Fail), known(&[]), "3.14");
    assert_eq!(case.verdict, Verdict::Pass);
    assert_eq!(case.known.as_deref(), Some("origins are compared loosely"));
    assert!(case.reason.ends_with("it was: it was accepted"), "{}", case.reason);
}

#[test]
fn one_that_is_gone_is_a_finding() {
    let case = settled(case(Verdict::Pass), known(&["passkey"]), "3.14");
    assert_eq!((case.verdict, case.known), (Verdict::Fail, None));
    assert!(case.reason.contains(">=3, <4"), "{}", case.reason);
}

#[test]
fn others_are_left_alone() {
    for verdict in [Verdict::Unsupported, Verdict::Unknown] {
        assert_eq!(settled(case(verdict), known(&[]), "3.14"), case(verdict));
    }
    assert_eq!(settled(case(Verdict::Fail), known(&[]), "4.0"), case(Verdict::Fail), "another version");
    assert_eq!(settled(case(Verdict::Fail), known(&["no-uv"]), "3.14"), case(Verdict::Fail), "another key");
}
