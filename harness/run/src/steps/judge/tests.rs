#![allow(clippy::unwrap_used)]

use super::*;

fn by_server() -> Happened {
    Happened::ByServer { status: 400, reason: None }
}

fn by_client() -> Happened {
    Happened::ByClient { error: "NotAllowedError".into(), reason: "why".into() }
}

fn by_key() -> Happened {
    Happened::ByKey { error: "InvalidStateError".into(), status: "0x19".into() }
}

/// All expectations against all that can happen.
#[test]
fn only_the_expected_passes() {
    use Verdict::{Fail, Pass, Unknown};
    let expectations = [
        Expected::Accepted,
        Expected::ByServer { says: None },
        Expected::ByClient("NotAllowedError".into()),
        Expected::ByClient("InvalidStateError".into()),
    ];
    let happenings = [Happened::Accepted, by_server(), by_client(), by_key()];
    let verdicts = [
        [Pass, Fail, Fail, Fail],
        [Fail, Pass, Unknown, Unknown],
        [Fail, Fail, Pass, Fail],
        [Fail, Fail, Fail, Pass],
    ];
    for (expected, row) in expectations.iter().zip(verdicts) {
        for (happened, verdict) in happenings.iter().zip(row) {
            let report = judge("login", expected, happened, Evidence::default());
            assert_eq!(report.verdict, verdict, "{expected} but {}", report.happened);
            assert_eq!(report.reason.is_empty(), verdict == Pass);
        }
        assert_eq!(judge("login", expected, &Happened::Made, Evidence::default()).verdict, Pass);
    }
}

#[test]
fn evidence_outweighs_words() {
    let against = Evidence { against: Some("it is there".into()), ..Evidence::default() };
    let blind = Evidence { blind: Some("nothing confirms it".into()), ..Evidence::default() };
    for (expected, happened) in
        [(Expected::Accepted, Happened::Accepted), (Expected::ByServer { says: None }, by_server())]
    {
        assert_eq!(judge("register", &expected, &happened, against.clone()).verdict, Verdict::Fail);
        assert_eq!(judge("register", &expected, &happened, blind.clone()).verdict, Verdict::Unknown);
    }
}

#[test]
fn the_outcome_names_who_refused() {
    let report = judge("register", &Expected::ByServer { says: None }, &by_server(), Evidence::default());
    assert_eq!(
        report.outcome,
        Some(Outcome::RefusedByServer { step: "register".into(), status: 400, reason: None })
    );
    assert!(report.refusal);
    let report = judge("login", &Expected::Accepted, &Happened::Made, Evidence::default());
    assert_eq!(report.outcome, None);
}
