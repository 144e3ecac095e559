//! The worked example of a target in Rust, run as any other.

#[path = "../../harness/targets/examples/fifth_server.rs"]
mod example;

use plan::Verdict;

use crate::declared::run_selected;

#[tokio::test]
async fn the_example_of_a_target_passes() {
    let scenarios = run::catalogue::embedded().unwrap();
    // It is no whole server: it shows the login that it has.
    let about_it = |id: &str| scenarios.iter().any(|s| s.id == id && s.login_is_said);
    let cases = run_selected(&scenarios, about_it, &["passkey", "no-uv"], &example::Fifth).await;
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Fail | Verdict::Unknown))
        .map(|case| format!("{}: {}", case.case, case.reason))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let passed: Vec<&str> =
        cases.iter().filter(|c| c.verdict == Verdict::Pass).map(|c| c.case.scenario.as_str()).collect();
    assert!(passed.contains(&"policy.passwordless"), "{passed:?}");
}
