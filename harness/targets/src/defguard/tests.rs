//! Against the dialect, and against servers that only claim to be defguard.
#![allow(clippy::unwrap_used, clippy::panic)]

mod attached;
mod trouble;

use plan::Policy;
use plan::policy::{Login, Requirement};
use serde_json::{Value, json};

use super::{policy, reasons, wish::Wish};
use crate::target::TargetError;

#[test]
fn nothing_of_the_policy_can_be_set() {
    let of = |change: fn(&mut Policy), verifies| {
        let mut policy = Policy::default();
        change(&mut policy);
        policy::check(&policy, verifies)
    };
    of(|_| (), true).unwrap();
    of(|p| p.user_verification = Requirement::Required, false).unwrap();
    of(|p| p.algorithms = vec![-7, -257], true).unwrap();
    let changes: [fn(&mut Policy); 6] = [
        |p| p.login = Login::Usernameless,
        |p| p.user_verification = Requirement::Discouraged,
        |p| p.resident_key = Requirement::Required,
        |p| p.exclude_credentials = false,
        |p| p.aaguid_deny = vec!["x".to_owned()],
        |p| p.algorithms = vec![-8],
    ];
    for change in changes {
        assert!(matches!(of(change, true), Err(TargetError::Unsupported(_))));
    }
    assert!(matches!(of(|_| (), false), Err(TargetError::Unsupported(_))), "preferred, and the key cannot");
}

#[test]
fn reasons_are_found_in_the_log() {
    let log = "\u{1b}[2mT\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m http_request{path=/api/v1/auth/webauthn/finish}: \
        webauthn_rs_core::core: message=Authenticator ignored\n\
        T \u{1b}[31mERROR\u{1b}[0m http_request{path=/api/v1/auth/webauthn/finish}: handlers: message=Webauthn registration error: \
        The user verified bit is not set, and required by policy [2.0.1 Debian 12.0.0 x86_64]\n\
        T ERROR http_request{path=/api/v1/auth/webauthn/finish}: message=response failed classification=500\n";
    let wanted = "The user verified bit is not set, and required by policy";
    assert_eq!(reasons::reason(log).as_deref(), Some(wanted));
    let first = log.lines().next().unwrap();
    assert_eq!(reasons::reason(first).as_deref(), Some("Authenticator ignored"));
    assert_eq!(reasons::reason("INFO message=Webauthn registration error: no\nERROR message=x\n"), None);
}

#[test]
fn settings_that_are_none_are_told() {
    let wish = |value: Value| Wish::read(value.as_object().unwrap());
    wish(json!({ "removal": "mfa", "enrol": "password", "without-key": "used-code" })).unwrap();
    assert!(matches!(wish(json!({ "removal": "never" })), Err(TargetError::Unknown(_))));
    assert!(matches!(wish(json!({ "remove": "mfa" })), Err(TargetError::Unknown(_))));
}
