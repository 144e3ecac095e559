//! What a server says is no proof.

use plan::event::Outcome;
use plan::expect::{Expectation, Is};
use plan::load::Source;
use plan::step::Verb;
use plan::{Verdict, known};

use super::wrapped::{Wrapped, Wrong, cases, run_one, run_these};
use crate::catalogue;

async fn first(wrong: Wrong, id: &str) -> (Verdict, String, bool, Outcome) {
    let (cases, _) = run_one(wrong, id).await;
    let case = cases.into_iter().next().unwrap();
    (case.verdict, case.reason, case.baseline_failed, case.outcome)
}

#[tokio::test]
async fn nothing_is_wrong_and_the_case_passes() {
    let (verdict, _, _, outcome) = first(Wrong::Nothing, "login.plain").await;
    assert_eq!((verdict, outcome), (Verdict::Pass, Outcome::Accepted));
}

#[tokio::test]
async fn a_server_that_dies_is_unknown_not_failed() {
    let (verdict, reason, ..) = first(Wrong::Dies, "register.plain").await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(reason.contains("connection reset"), "{reason}");
}

#[tokio::test]
async fn html_in_place_of_options_is_unknown() {
    let (verdict, reason, ..) = first(Wrong::Nonsense, "register.plain").await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(reason.contains("text/html"), "{reason}");
}

#[tokio::test]
async fn a_yes_without_a_credential_is_a_finding() {
    let (verdict, reason, ..) = first(Wrong::SaysYes, "register.plain").await;
    assert_eq!(verdict, Verdict::Fail);
    assert!(reason.contains("does not list the new credential"), "{reason}");
}

#[tokio::test]
async fn a_no_where_yes_is_due_is_a_finding() {
    let (verdict, reason, ..) = first(Wrong::RefusesAndStores, "register.plain").await;
    assert_eq!(verdict, Verdict::Fail);
    assert!(reason.contains("expected was `accepted by the server`"), "{reason}");
}

/// The case expects a refusal and gets one, but the credential is there.
#[tokio::test]
async fn a_no_with_a_credential_is_a_finding() {
    let scenarios = catalogue::embedded().unwrap();
    let mut refused = scenarios.iter().find(|s| s.id == "register.plain").unwrap().clone();
    refused.id = "register.refused".into();
    if let Verb::Register(ceremony) = &mut refused.steps[0].verb {
        ceremony.expect = Expectation::always(Is::Refused { client: None, says: None });
    }
    let target = Wrapped::new(Wrong::RefusesAndStores).await;
    let (events, _) = run_these(&target, &[refused], &["register.refused"]).await;
    let case = &cases(&events)[0];
    assert_eq!(case.verdict, Verdict::Fail);
    assert!(case.reason.contains("lists other credentials of alice than before"), "{}", case.reason);
}

#[tokio::test]
async fn a_refusal_counts_only_if_the_twin_is_accepted() {
    let (verdict, reason, baseline_failed, outcome) =
        first(Wrong::RefusesAll, "register.made-up-challenge").await;
    assert_eq!((verdict, baseline_failed), (Verdict::Unknown, true));
    assert!(reason.contains("register.plain") && reason.contains("proves nothing"), "{reason}");
    assert!(matches!(outcome, Outcome::RefusedByServer { status: 400, .. }), "{outcome:?}");
}

#[tokio::test]
async fn where_the_twin_is_known_to_fail_there_is_no_question() {
    let mut target = Wrapped::new(Wrong::RefusesAll).await;
    let entry =
        "[[known]]\nscenario = \"register.plain\"\nversions = \">=0\"\nwhy = \"it takes no key at all\"\n";
    let source = Source { name: "known.toml".into(), text: entry.into() };
    target.known = known::list(&source).unwrap();
    let scenarios = catalogue::embedded().unwrap();
    let (events, _) = run_these(&target, &scenarios, &["register.plain", "register.made-up-challenge"]).await;
    let cases = cases(&events);
    let case = |id: &str| cases.iter().find(|case| case.case.scenario == id).unwrap();
    let (plain, made_up) = (case("register.plain"), case("register.made-up-challenge"));
    assert_eq!((plain.verdict, plain.known.as_deref()), (Verdict::Pass, Some("it takes no key at all")));
    assert_eq!((made_up.verdict, made_up.baseline_failed), (Verdict::Unsupported, false));
    assert!(made_up.reason.contains("known not to pass the twin"), "{}", made_up.reason);
}

#[tokio::test]
async fn without_a_list_a_refusal_is_not_confirmed() {
    let (verdict, reason, ..) = first(Wrong::ListsNothing, "register.made-up-challenge").await;
    assert_eq!(verdict, Verdict::Unknown);
    assert!(reason.contains("does not list credentials"), "{reason}");
    let (verdict, reason, ..) = first(Wrong::ListsNothing, "login.revoked").await;
    assert_eq!(verdict, Verdict::Unsupported);
    assert!(reason.contains("list of a user's credentials"), "{reason}");
}

#[tokio::test]
async fn a_login_as_somebody_else_is_a_finding() {
    let (verdict, reason, ..) = first(Wrong::MistakesUsers, "login.plain").await;
    assert_eq!(verdict, Verdict::Fail);
    assert!(reason.contains("mallory"), "{reason}");
}

#[tokio::test]
async fn what_the_server_has_not_is_unsupported() {
    let (verdict, reason, ..) = first(Wrong::Nothing, "policy.passwordless").await;
    assert_eq!(verdict, Verdict::Unsupported);
    assert_eq!(reason, "the server `wrapped` has no login with a user name and a key");
}
