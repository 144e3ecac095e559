use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Attachment, AuthenticationResponse, Conveyance, CreationOptions, RegistrationResponse, RequestOptions,
    Requirement,
};

fn creation() -> Value {
    json!({
        "rp": { "name": "Example", "id": "example.org", "icon": "https://example.org/i.png" },
        "user": { "id": "AQI", "name": "alice", "displayName": "Alice" },
        "challenge": "AAEC",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "new-kind", "alg": -65535 }],
        "timeout": 60000,
        "excludeCredentials": [{ "type": "public-key", "id": "BBBB", "transports": ["usb", "teleport"] }],
        "authenticatorSelection": {
            "authenticatorAttachment": "cross-platform",
            "residentKey": "preferred",
            "requireResidentKey": false,
            "userVerification": "required",
            "x": 1
        },
        "hints": ["security-key"],
        "attestation": "direct",
        "attestationFormats": ["packed"],
        "extensions": { "credProps": true },
        "vendorMember": { "a": [1] }
    })
}

fn set(value: &mut Value, path: &str, to: Value) {
    *value.pointer_mut(path).unwrap() = to;
}

#[test]
fn creation_options_keep_everything() {
    let options = CreationOptions::from_value(creation()).unwrap();
    assert_eq!(options.verification(), Requirement::Required);
    assert_eq!(options.resident_key(), Requirement::Preferred);
    assert_eq!(options.attachment(), Some(Attachment::CrossPlatform));
    assert_eq!(options.conveyance(), Conveyance::Direct);
    assert_eq!(options.other["vendorMember"], json!({ "a": [1] }));
    assert_eq!(options.to_value(), creation());
    assert_eq!(serde_json::from_value::<CreationOptions>(creation()).unwrap(), options);
}

#[test]
fn names_that_are_not_known_count_as_absent() {
    let mut value = creation();
    set(&mut value, "/attestation", json!("total"));
    set(&mut value, "/authenticatorSelection/userVerification", json!("please"));
    set(&mut value, "/authenticatorSelection/residentKey", json!("maybe"));
    set(&mut value, "/authenticatorSelection/requireResidentKey", json!(true));
    set(&mut value, "/authenticatorSelection/authenticatorAttachment", json!("glued"));
    let options = CreationOptions::from_value(value.clone()).unwrap();
    assert_eq!(options.conveyance(), Conveyance::None);
    assert_eq!(options.verification(), Requirement::Preferred);
    assert_eq!(options.resident_key(), Requirement::Required);
    assert_eq!(options.attachment(), None);
    assert_eq!(options.to_value(), value, "what was there is kept");
}

#[test]
fn null_counts_as_absent() {
    let mut value = creation();
    for path in ["/timeout", "/excludeCredentials", "/authenticatorSelection", "/attestation", "/extensions"]
    {
        set(&mut value, path, Value::Null);
    }
    let options = CreationOptions::from_value(value).unwrap();
    assert_eq!(options.timeout, None);
    assert!(options.exclude_credentials.is_empty());
    assert_eq!(options.verification(), Requirement::Preferred);
    assert_eq!(options.resident_key(), Requirement::Discouraged);
}

#[test]
fn errors_name_the_path() {
    let cases = [
        ("/challenge", json!("AA=="), "challenge: is base64url with padding"),
        ("/challenge", json!(7), "challenge: is 7, a string is expected"),
        ("/user/id", json!("+w"), "user.id: is plain base64"),
        ("/user/displayName", Value::Null, "user.displayName: is missing"),
        ("/rp", json!([]), "rp: is an array, an object is expected"),
        ("/pubKeyCredParams", json!("x"), "pubKeyCredParams: is a string, an array is expected"),
        ("/pubKeyCredParams/1/alg", json!(-7.5), "pubKeyCredParams[1].alg: is -7.5, a whole number"),
        ("/pubKeyCredParams/1/alg", json!(3000000000_u32), "pubKeyCredParams[1].alg: is 3000000000"),
        ("/excludeCredentials/0/id", json!("!"), "excludeCredentials[0].id: is not base64url"),
        ("/excludeCredentials/0/transports", json!([1]), "excludeCredentials[0].transports[0]: is 1"),
        ("/timeout", json!(-1), "timeout: is -1"),
        (
            "/authenticatorSelection/requireResidentKey",
            json!("yes"),
            "authenticatorSelection.requireResidentKey: is a string, true or false is expected",
        ),
        ("", json!(null), "the document: is null"),
    ];
    for (path, to, expected) in cases {
        let mut value = creation();
        set(&mut value, path, to);
        let error = CreationOptions::from_value(value).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{path}: {error}");
    }
    let mut value = creation();
    value.as_object_mut().unwrap().remove("pubKeyCredParams");
    let error = CreationOptions::from_value(value).unwrap_err();
    assert_eq!((error.path.as_str(), error.problem.as_str()), ("pubKeyCredParams", "is missing"));
    assert!(CreationOptions::from_slice(b"<html>").unwrap_err().to_string().contains("not JSON"));
}

#[test]
fn request_options_keep_everything() {
    let value = json!({
        "challenge": "AAEC",
        "timeout": 1,
        "rpId": "example.org",
        "allowCredentials": [{ "type": "public-key", "id": "BBBB" }],
        "userVerification": "discouraged",
        "hints": ["hybrid"],
        "extensions": { "appid": "https://example.org" },
        "more": true
    });
    let options = RequestOptions::from_value(value.clone()).unwrap();
    assert_eq!(options.verification(), Requirement::Discouraged);
    assert_eq!(options.to_value(), value);
    let least = RequestOptions::from_value(json!({ "challenge": "" })).unwrap();
    assert_eq!(least.verification(), Requirement::Preferred);
}

#[test]
fn responses_keep_everything() {
    let value = json!({
        "id": "AAEC",
        "rawId": "AAEC",
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AA",
            "transports": ["internal", "usb"],
            "publicKey": "MAA",
            "publicKeyAlgorithm": -7,
            "y": null
        },
        "authenticatorAttachment": "platform",
        "clientExtensionResults": { "credProps": { "rk": true } },
        "type": "public-key",
        "z": 1
    });
    assert_eq!(RegistrationResponse::from_value(value.clone()).unwrap().to_value(), value);
    let value = json!({
        "id": "AAEC",
        "rawId": "AAEC",
        "response": {
            "clientDataJSON": "e30",
            "authenticatorData": "AA",
            "signature": "MAA",
            "userHandle": "dQ"
        },
        "clientExtensionResults": {},
        "type": "public-key"
    });
    assert_eq!(AuthenticationResponse::from_value(value.clone()).unwrap().to_value(), value);
    let error = RegistrationResponse::from_value(value).unwrap_err();
    assert_eq!(error.path, "response.attestationObject");
}

proptest! {
    #[test]
    fn request_options_survive(
        challenge: Vec<u8>,
        timeout: Option<u32>,
        rp_id: Option<String>,
        ids: Vec<Vec<u8>>,
        user_verification: Option<String>,
    ) {
        let options = RequestOptions {
            challenge: challenge.into(),
            timeout,
            rp_id,
            allow_credentials: ids.into_iter().map(crate::Descriptor::public_key).collect(),
            user_verification,
            ..RequestOptions::default()
        };
        let json = serde_json::to_vec(&options).unwrap();
        prop_assert_eq!(RequestOptions::from_slice(&json).unwrap(), options);
    }

    #[test]
    fn any_json_is_read_or_refused(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        // It must not panic, and what is read must have had the one member that is required.
        if RequestOptions::from_slice(text.as_bytes()).is_ok() {
            prop_assert!(text.contains("challenge"));
        }
    }
}
