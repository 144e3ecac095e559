//! What Keycloak can be told, and what not.

use plan::Policy;
use plan::policy::{BackupRule, Conveyance, CounterRule, Login, Requirement, Trust};
use serde_json::{Map, Value, json};

use super::super::policy::{Server, differences, settings as all_settings};
use super::super::wish::Wish;
use crate::target::TargetError;

const NEW: Server = Server { resident_key: true, trusts: true };
const AAGUID: &str = "8f7c1b2a-0d3e-4f56-9a7b-0c1d2e3f4a5b";

fn settings(policy: &Policy, server: Server) -> Result<Map<String, Value>, TargetError> {
    all_settings(policy, &Wish::default(), server)
}

fn wish(value: Value) -> Wish {
    Wish::read(value.as_object().unwrap()).unwrap()
}

fn refused(policy: Policy, server: Server) -> String {
    match settings(&policy, server) {
        Err(TargetError::Unsupported(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_whole_policy_is_written() {
    let all = settings(&Policy::default(), NEW).unwrap();
    assert_eq!(all["webAuthnPolicyRpEntityName"], json!("AnyKey"), "without it the rest is ignored");
    assert_eq!(all["webAuthnPolicySignatureAlgorithms"], json!(["ES256", "Ed25519", "RS256"]));
    assert_eq!(all["webAuthnPolicyUserVerificationRequirement"], json!("preferred"));
    assert_eq!(all["webAuthnPolicyResidentKey"], json!("discouraged"));
    assert_eq!(all["webAuthnPolicyAvoidSameAuthenticatorRegister"], json!(true));
    let login = Login::Usernameless;
    let keyless = settings(&Policy { login, ..Policy::default() }, NEW).unwrap();
    assert!(keyless.keys().all(|name| name.starts_with("webAuthnPolicyPasswordless")), "{keyless:?}");
    assert_eq!(keyless.len(), all.len());
}

#[test]
fn older_servers_have_no_resident_key_setting() {
    let old = Server { resident_key: false, ..NEW };
    let required = Policy { resident_key: Requirement::Required, ..Policy::default() };
    let all = settings(&required, old).unwrap();
    assert_eq!(all["webAuthnPolicyRequireResidentKey"], json!("Yes"));
    assert!(!all.contains_key("webAuthnPolicyResidentKey"));
    let preferred = Policy { resident_key: Requirement::Preferred, ..Policy::default() };
    assert_eq!(
        settings(&preferred, old).unwrap()["webAuthnPolicyRequireResidentKey"],
        json!("not specified")
    );
    assert_eq!(settings(&preferred, NEW).unwrap()["webAuthnPolicyResidentKey"], json!("preferred"));
}

#[test]
fn a_scenario_sets_fields_itself() {
    let old = Server { resident_key: false, ..NEW };
    let own = wish(json!({"policy": {"RpId": "example.test", "RequireResidentKey": "Yes"}}));
    let all = all_settings(&Policy::default(), &own, NEW).unwrap();
    assert_eq!(all["webAuthnPolicyRpId"], json!("example.test"));
    assert_eq!(all["webAuthnPolicyResidentKey"], json!("not specified"), "it would go before the older one");
    let newer = wish(json!({"policy": {"Mediation": "required"}}));
    assert!(all_settings(&Policy::default(), &newer, NEW).is_ok());
    let reason = all_settings(&Policy::default(), &newer, old).unwrap_err().to_string();
    assert!(reason.contains("before 26.7") && reason.contains("Mediation"), "{reason}");
    let login = Policy { login: Login::Usernameless, ..Policy::default() };
    let other = wish(json!({"registers": "second-factor"}));
    assert!(all_settings(&login, &other, NEW).unwrap().contains_key("webAuthnPolicyRpId"));
    assert_eq!(all_settings(&login, &wish(json!({"defaults": true})), NEW).unwrap(), Map::new());
    let passkeys = all_settings(&login, &wish(json!({"flow": "passkeys"})), NEW).unwrap();
    assert_eq!(passkeys["webAuthnPolicyPasswordlessPasskeysEnabled"], json!(true));
}

#[test]
fn a_setting_that_is_none_is_told() {
    let error = Wish::read(json!({"flwo": "stock"}).as_object().unwrap()).unwrap_err().to_string();
    assert!(error.contains("flwo") && error.contains("flow"), "{error}");
}

#[test]
fn attestation_needs_our_roots() {
    let policy = Policy {
        attestation: Conveyance::Direct,
        trust: Trust::Anchored,
        aaguid_allow: vec![AAGUID.into()],
        ..Policy::default()
    };
    let all = settings(&policy, NEW).unwrap();
    assert_eq!(all["webAuthnPolicyAttestationConveyancePreference"], json!("direct"));
    assert_eq!(all["webAuthnPolicyAcceptableAaguids"], json!([AAGUID]));
    assert!(refused(policy.clone(), Server { trusts: false, ..NEW }).contains("trust store"));
    let any = Policy { trust: Trust::Any, aaguid_allow: vec![], ..policy.clone() };
    assert!(
        settings(&any, NEW).is_ok()
            && settings(&Policy { aaguid_allow: vec![], ..policy.clone() }, NEW).is_ok()
    );
    assert!(refused(any, Server { trusts: false, ..NEW }).contains("trust store"));
    assert!(refused(Policy { attestation: Conveyance::None, ..policy.clone() }, NEW).contains("no chain"));
    let listed = Policy { trust: Trust::Any, attestation: Conveyance::None, ..policy };
    assert!(refused(listed, NEW).contains("needs attestation"));
}

#[test]
fn rules_that_keycloak_lacks() {
    let default = Policy::default;
    assert!(refused(Policy { counter: CounterRule::Ignore, ..default() }, NEW).contains("counter"));
    assert!(
        refused(Policy { backup_eligibility: BackupRule::Forbidden, ..default() }, NEW).contains("backup")
    );
    assert!(refused(Policy { aaguid_deny: vec![AAGUID.into()], ..default() }, NEW).contains("refuses"));
    assert!(refused(Policy { algorithms: vec![-7, -48], ..default() }, NEW).contains("-48"));
}

#[test]
fn what_the_server_says_differently_is_told() {
    let wanted = settings(&Policy::default(), NEW).unwrap();
    let mut got = json!({"realm": "x"});
    got.as_object_mut().unwrap().extend(wanted.clone());
    assert_eq!(differences(&wanted, &got), Vec::<String>::new());
    got["webAuthnPolicyUserVerificationRequirement"] = json!("not specified");
    let told = differences(&wanted, &got);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("UserVerificationRequirement is \"not specified\" instead of \"preferred\""),
        "{told:?}"
    );
}
