//! Without a server: pages, policies, homes, and processes that only claim to be Keycloak.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod attached;
mod home;
mod page;
mod policy;
mod process;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{AdminLogin, admin, event, java, session};
use crate::known;

#[test]
fn java_versions() {
    assert_eq!(java::major("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime"), Some(17));
    assert_eq!(java::major("java version \"1.8.0_402\""), Some(8));
    assert_eq!(java::major("openjdk version \"25\" 2025-09-16"), Some(25));
    assert_eq!(java::major("sh: java: not found"), None);
}

#[test]
fn options_of_the_user_win() {
    assert!(java::options(None).contains("TieredStopAtLevel=1"));
    assert!(java::options(Some("-Xmx2g".into())).ends_with(" -Xmx2g"), "the last one counts");
}

#[test]
fn the_list_of_what_is_known_can_be_read() {
    let known = known::read(include_str!("known.toml")).unwrap_or_else(|e| panic!("{e}"));
    assert!(known.iter().any(|k| k.versions.contain("26.4.0") && !k.versions.contain("26.7.3")));
}

#[test]
fn events() {
    let event = json!({"type": "LOGIN_ERROR", "error": "invalid_user_credentials", "details": {
        "web_authn_authentication_error_detail": "Malicious counter value is detected.", "public_key_credential_id": "AQID"}});
    let read = event::Happening::read(&event);
    assert_eq!(read.why(), Some("Malicious counter value is detected."));
    assert_eq!(
        read.sentence(),
        "its event log has LOGIN_ERROR (invalid_user_credentials) of the credential AQID"
    );
}

#[test]
fn session_cookies_name_the_session() {
    let signed = URL_SAFE_NO_PAD.encode("7KiboYR2-VIk9nsbma44pYGa.c2lnbmF0dXJl");
    assert_eq!(session::code_id(&signed).as_deref(), Some("7KiboYR2-VIk9nsbma44pYGa"));
    assert_eq!(session::code_id(&format!("{signed}.node-1")).as_deref(), Some("7KiboYR2-VIk9nsbma44pYGa"));
    let older = "f3a1d2c4-5b6e-4f70-8a91-b2c3d4e5f607.node-1";
    assert_eq!(session::code_id(older).as_deref(), Some("f3a1d2c4-5b6e-4f70-8a91-b2c3d4e5f607"));
}

#[test]
fn credential_rows() {
    let data =
        json!({"aaguid": "00000000-0000-0000-0000-000000000000", "credentialId": "+/8BAg==", "counter": 7});
    let row = json!({"id": "row", "type": "webauthn", "credentialData": data.to_string()});
    let (id, record) = admin::record(&row).unwrap();
    assert_eq!(
        (id.as_str(), record.id.as_slice(), record.sign_count),
        ("row", &[0xfb, 0xff, 1, 2][..], Some(7))
    );
    assert!(admin::record(&json!({"id": "row", "type": "webauthn", "credentialData": "{"})).is_none());
}

#[test]
fn passwords_stay_out_of_debug() {
    let login = AdminLogin { user: "root".into(), password: "not-to-be-seen".into() };
    assert!(!format!("{login:?}").contains("not-to-be-seen"));
}
