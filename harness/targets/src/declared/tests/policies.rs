//! Policies in the server's words.

use plan::Policy;
use plan::policy::{CounterRule, Requirement, Trust};
use serde_json::{Value, json};

use super::{SMALL, read};
use crate::target::TargetError;

const SUPPORTS: &str = r#"
[supports]
user-verification = ["required", "preferred"]
algorithms = { -7 = "ecdsa", -257 = "rsa", -8 = false }
attachment = { none = "either", platform = "platform" }
aaguid-allow = true
trust = true
[[lacks]]
when = { trust = "anchored", attestation = "none" }
why = "no chain without attestation"
"#;

fn words(policy: &Policy, own: bool) -> Result<Value, String> {
    let description = read(&format!("{SMALL}{SUPPORTS}")).unwrap();
    match description.supports.words(policy, own, "small") {
        Ok(words) => Ok(words),
        Err(TargetError::Unsupported(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn words_of_the_server() {
    let policy = Policy { user_verification: Requirement::Required, ..Policy::default() };
    let words = words(&policy, true).unwrap();
    assert_eq!(words["user-verification"], "required");
    assert_eq!(words["algorithms"], json!(["ecdsa", "rsa"]), "what the server lacks is left out");
    assert_eq!(words["attachment"], "either", "a member that is not set has a word too");
    assert_eq!(words["counter"], "refuse", "a default needs no word");
}

#[test]
fn what_is_not_supported() {
    let lacks = |policy: Policy| words(&policy, true).unwrap_err();
    let policy = Policy { user_verification: Requirement::Discouraged, ..Policy::default() };
    assert!(lacks(policy).contains("it has no `user-verification` discouraged"));
    let policy = Policy { algorithms: vec![-8], ..Policy::default() };
    assert!(lacks(policy).contains("it has no `algorithms` [-8]"), "nothing would be left");
    let policy = Policy { algorithms: vec![-7, -48], ..Policy::default() };
    assert!(lacks(policy).contains("it has no `algorithms` -48"));
    let policy = Policy { counter: CounterRule::Ignore, ..Policy::default() };
    assert!(lacks(policy).contains("does not say how `counter` is set, here to ignore"));
    let policy = Policy { trust: Trust::Anchored, ..Policy::default() };
    assert_eq!(lacks(policy), "small: no chain without attestation");
    let why = words(&Policy::default(), false).unwrap_err();
    assert!(why.contains("`anchors` is set, here to other"), "{why}");
}
