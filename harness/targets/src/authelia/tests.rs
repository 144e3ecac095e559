//! What needs no server.
#![allow(clippy::unwrap_used)]

use plan::Policy;
use plan::policy::{BackupRule, Conveyance, Login, Requirement, Trust};
use serde_json::json;

use super::configuration::{Choice, users};
use super::policy::webauthn;
use super::wish::Wish;
use super::{journal, notifier};
use crate::target::TargetError;

fn wish(settings: serde_json::Value) -> Wish {
    Wish::read(settings.as_object().unwrap()).unwrap()
}

#[test]
fn a_policy_becomes_options_of_the_configuration() {
    let policy = Policy {
        user_verification: Requirement::Required,
        attestation: Conveyance::Direct,
        backup_eligibility: BackupRule::Forbidden,
        login: Login::Usernameless,
        aaguid_deny: vec!["00112233-4455-6677-8899-aabbccddeeff".into()],
        ..Policy::default()
    };
    let options =
        webauthn(&policy, &wish(json!({ "webauthn": { "filtering": { "permitted_aaguids": [] } } })));
    assert_eq!(
        json!(options.unwrap()),
        json!({
            "enable_passkey_login": true,
            "selection_criteria": {
                "attachment": "", "discoverability": "discouraged", "user_verification": "required"
            },
            "attestation_conveyance_preference": "direct",
            "filtering": {
                "permitted_aaguids": [],
                "prohibited_aaguids": ["00112233-4455-6677-8899-aabbccddeeff"],
                "prohibit_backup_eligibility": true
            }
        })
    );
    let stock = webauthn(&policy, &wish(json!({ "defaults": true }))).unwrap();
    assert_eq!(json!(stock), json!({ "enable_passkey_login": true }));
}

#[test]
fn what_authelia_has_no_option_for_is_unsupported() {
    let default = Policy::default;
    let lacking = [
        (Policy { login: Login::Passwordless, ..default() }, "types the password too"),
        (Policy { algorithms: vec![-8], ..default() }, "cannot be chosen"),
        (Policy { algorithms: vec![-48], ..default() }, "no signature algorithm -48"),
        (Policy { trust: Trust::Anchored, ..default() }, "FIDO's metadata"),
        (Policy { backup_eligibility: BackupRule::Required, ..default() }, "cannot insist"),
        (Policy { exclude_credentials: false, ..default() }, "always lists"),
    ];
    for (policy, words) in lacking {
        match webauthn(&policy, &Wish::default()) {
            Err(TargetError::Unsupported(why)) => assert!(why.contains(words), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_misspelt_setting_is_no_setting() {
    let settings = json!({ "webautn": {} });
    assert!(matches!(Wish::read(settings.as_object().unwrap()), Err(TargetError::Unknown(_))));
}

#[test]
fn the_same_choice_has_the_same_key() {
    let options = webauthn(&Policy::default(), &Wish::default()).unwrap();
    let other = Choice::of(options.clone(), &wish(json!({ "regulation": { "max_retries": 2 } })));
    let choice = Choice::of(options, &Wish::default());
    assert_eq!(choice.key(), choice.clone().key());
    assert_ne!(choice.key(), other.key());
    let file = users(&["one".into()], "$6$x");
    assert_eq!(file["users"]["one"]["password"], "$6$x");
}

#[test]
fn the_code_is_the_line_between_two_rules() {
    let message = "Date: now\nRecipient: {u u1@example.test}\nSubject: Confirm your identity\nA ONE-TIME CODE\n\n\
                   ---------\n\nABCD2345\n\n---------\n\nIf you did not\n---------\nPowered";
    assert_eq!(notifier::code(message).as_deref(), Some("ABCD2345"));
    let other = message.replace("Confirm your identity", "Second Factor Method Added");
    assert_eq!(notifier::code(&other), None);
    assert_eq!(notifier::code(""), None);
}

#[test]
fn the_reason_is_the_last_error_for_that_client() {
    let log = [
        json!({ "level": "error", "remote_ip": "10.0.0.1", "error": "first", "msg": "m" }),
        json!({ "level": "debug", "remote_ip": "10.0.0.1", "msg": "noise" }),
        json!({ "level": "error", "remote_ip": "10.0.0.1", "msg": "without an error" }),
        json!({ "level": "error", "remote_ip": "10.0.0.2", "error": "another's", "msg": "m" }),
    ];
    let log = log.map(|line| line.to_string()).join("\n") + "\nno JSON\n";
    assert_eq!(journal::reason(&log, "10.0.0.1").as_deref(), Some("first"));
    let ban = json!({ "level": "error", "remote_ip": "10.0.0.4", "msg": "they are banned" }).to_string();
    assert_eq!(journal::reason(&ban, "10.0.0.4").as_deref(), Some("they are banned"));
    assert_eq!(journal::reason(&log, "10.0.0.3"), None);
}
