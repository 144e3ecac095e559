//! What no driver asks for.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use serde_json::{Value, json};

use super::limits::Limits;
use super::setup::{Level, Limit, Setup};

fn setup(webauthn: &Value) -> Result<Setup, String> {
    let configuration = json!({
        "access_control": { "default_policy": "deny", "rules": [{ "domain": "a.example.test", "policy": "one_factor" }] },
        "session": { "cookies": [{ "domain": "example.test", "authelia_url": "https://auth.example.test" }] },
        "notifier": { "filesystem": { "filename": "notification.txt" } },
        "webauthn": webauthn,
    });
    Setup::read(&configuration, &json!({ "users": {} }))
}

#[test]
fn what_the_configuration_leaves_out_has_authelias_defaults() {
    let setup = setup(&json!({})).unwrap();
    assert_eq!(setup.webauthn.timeout, Duration::from_secs(60));
    assert_eq!(setup.webauthn.attestation_conveyance_preference, "indirect");
    assert_eq!(setup.regulation.max_retries, 3);
    assert!(setup.rate_limits.session_elevation_start.enable);
    assert_eq!(
        (setup.policy("a.example.test"), setup.policy("b.example.test")),
        (Level::OneFactor, Level::Deny)
    );
}

#[test]
fn what_it_does_not_know_is_an_error() {
    assert!(setup(&json!({ "metadata": { "enabled": true } })).unwrap_err().contains("metadata"));
    assert!(setup(&json!({ "timeout": "soon" })).unwrap_err().contains("no duration"));
    for (text, millis) in [("1ms", 1), ("2s", 2_000), ("3m", 180_000), ("1h", 3_600_000)] {
        assert_eq!(
            setup(&json!({ "timeout": text })).unwrap().webauthn.timeout,
            Duration::from_millis(millis)
        );
    }
    assert!(Setup::read(&json!({}), &json!({})).unwrap_err().contains("session.cookies.0.authelia_url"));
}

#[test]
fn an_address_is_limited_and_others_are_not() {
    let limit: Limit =
        serde_json::from_value(json!({ "enable": true, "buckets": [{ "period": "1h", "requests": 2 }] }))
            .unwrap();
    let limits = Limits::default();
    assert_eq!(limits.take("start", &limit, "10.0.0.1"), Ok(()));
    assert_eq!(limits.take("start", &limit, "10.0.0.1"), Ok(()));
    let wait = limits.take("start", &limit, "10.0.0.1").unwrap_err();
    assert!(wait > Duration::from_secs(3_590), "{wait:?}");
    assert_eq!(limits.take("finish", &limit, "10.0.0.1"), Ok(()));
    assert_eq!(limits.take("start", &limit, "10.0.0.2"), Ok(()));
    assert_eq!(limits.take("start", &Limit { enable: false, ..limit }, "10.0.0.1"), Ok(()));
}
