//! Inputs of extensions that are refused, and what is sent of those that are not; AppIDs.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wire::Protocol;
use wire::ctap2::extensions::{GetInputs, MakeInputs};
use wire::u2f::{Request, StatusWord};

use super::fake::{
    Claims, Fake, NO_UV, ORIGIN, PASSKEY, asserted, creation, info, made, not_yet, request, u2f_only,
    u2f_registered, u2f_signed, word,
};
use crate::{Client, ClientError, DomError, Liberties, Manner, Refuser};

const ALL: Claims =
    Claims { extensions: &["credBlob", "credProtect", "hmac-secret", "minPinLength"], ..PASSKEY };

async fn create(fake: &mut Fake, extensions: Value) -> Result<Value, ClientError> {
    let mut options = creation(json!({}));
    options.extensions = extensions.as_object().cloned();
    let created = Client::new(Manner::Faithful).create(fake, ORIGIN, &options).await?;
    Ok(created.response.client_extension_results.into())
}

async fn get(fake: &mut Fake, ids: &[&[u8]], extensions: Value) -> Result<Value, ClientError> {
    let mut options = request("preferred", ids);
    options.extensions = extensions.as_object().cloned();
    let asserted = Client::new(Manner::Faithful).get(fake, ORIGIN, &options).await?;
    Ok(asserted.response.client_extension_results.into())
}

#[tokio::test]
async fn inputs_that_are_not_valid_are_refused_before_the_key_is_asked() {
    let at_creation = [
        (json!({ "credProps": "yes" }), DomError::TypeError),
        (json!({ "credBlob": 1 }), DomError::TypeError),
        (json!({ "credBlob": "a+b" }), DomError::EncodingError),
        (json!({ "minPinLength": 1 }), DomError::TypeError),
        (json!({ "credentialProtectionPolicy": "always" }), DomError::TypeError),
        (json!({ "prf": true }), DomError::TypeError),
        (json!({ "prf": { "eval": {} } }), DomError::TypeError),
        (json!({ "prf": { "eval": { "first": "=" } } }), DomError::EncodingError),
        (json!({ "prf": { "evalByCredential": {} } }), DomError::NotSupportedError),
        (json!({ "appidExclude": "https://other.test" }), DomError::SecurityError),
        (json!({ "appidExclude": "http://example.org" }), DomError::SecurityError),
    ];
    for (extensions, name) in at_creation {
        let error = create(&mut Fake::answering([info(ALL)]), extensions.clone()).await.unwrap_err();
        assert_eq!((error.name, error.by), (name, Refuser::Client), "{extensions}: {error}");
    }
    let by = |key: &str| json!({ "prf": { "evalByCredential": { key: { "first": "AQ" } } } });
    let at_login = [
        (json!({ "getCredBlob": "AQ" }), DomError::TypeError),
        (json!({ "appid": "https://example.com/app.json" }), DomError::SecurityError),
        (json!({ "appid": ["https://example.org"] }), DomError::TypeError),
        (by(""), DomError::SyntaxError),
        (by("a+b"), DomError::SyntaxError),
        (by("AAAA"), DomError::SyntaxError),
    ];
    for (extensions, name) in at_login {
        let error = get(&mut Fake::answering([info(ALL)]), &[b"1"], extensions.clone()).await.unwrap_err();
        assert_eq!((error.name, error.by), (name, Refuser::Client), "{extensions}: {error}");
    }
    let error = get(&mut Fake::answering([info(ALL)]), &[], by("AAAA")).await.unwrap_err();
    assert_eq!(error.name, DomError::NotSupportedError, "{error}");
}

#[tokio::test]
async fn what_the_key_knows_is_sent() {
    let extensions = json!({
        "prf": {}, "credBlob": "AQID", "minPinLength": true,
        "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList"
    });
    let mut fake = Fake::answering([info(ALL), made()]);
    create(&mut fake, extensions.clone()).await.unwrap();
    let sent = fake.made(1).extensions.unwrap();
    let expected = MakeInputs {
        cred_blob: Some(&[1, 2, 3]),
        cred_protect: Some(2),
        hmac_secret: Some(true),
        min_pin_length: Some(true),
        ..MakeInputs::default()
    };
    assert_eq!(MakeInputs::decode(sent.bytes()).unwrap(), expected);

    let some = Claims { extensions: &["credProtect"], ..PASSKEY };
    let mut fake = Fake::answering([info(some), made()]);
    let results = create(&mut fake, extensions.clone()).await.unwrap();
    assert_eq!(results, json!({ "prf": { "enabled": false }, "credBlob": false }));
    let sent = fake.made(1).extensions.unwrap();
    let expected = MakeInputs { cred_protect: Some(2), ..MakeInputs::default() };
    assert_eq!(MakeInputs::decode(sent.bytes()).unwrap(), expected);

    let mut fake = Fake::answering([info(PASSKEY), made()]);
    create(&mut fake, extensions).await.unwrap();
    assert_eq!(fake.made(1).extensions, None);

    let mut fake = Fake::answering([info(ALL), asserted(None, None, None)]);
    get(&mut fake, &[b"1"], json!({ "getCredBlob": true })).await.unwrap();
    let sent = fake.asked(1).extensions.unwrap();
    let expected = GetInputs { cred_blob: Some(true), ..GetInputs::default() };
    assert_eq!(GetInputs::decode(sent.bytes()).unwrap(), expected);
}

#[tokio::test]
async fn salts_go_only_to_a_key_that_verifies() {
    // Its secrets would be those without verification.
    let claims = Claims { extensions: &["hmac-secret"], pin_uv_auth_protocols: &[1], ..NO_UV };
    let mut fake = Fake::answering([info(claims), asserted(None, None, None)]);
    let results = get(&mut fake, &[b"1"], json!({ "prf": { "eval": { "first": "AQ" } } })).await.unwrap();
    assert_eq!(results, json!({ "prf": {} }));
    assert_eq!(fake.asked(1).extensions, None);
}

#[tokio::test]
async fn an_enforced_policy_is_for_keys_that_know_it() {
    let policy =
        |name: &str| json!({ "credentialProtectionPolicy": name, "enforceCredentialProtectionPolicy": true });
    for (claims, name, fits) in [
        (ALL, "userVerificationRequired", true),
        (PASSKEY, "userVerificationRequired", false),
        (PASSKEY, "userVerificationOptionalWithCredentialIDList", false),
        (PASSKEY, "userVerificationOptional", true),
    ] {
        let result = create(&mut Fake::answering([info(claims), made()]), policy(name)).await;
        assert_eq!(
            result.map(|_| ()).map_err(|e| e.name),
            if fits { Ok(()) } else { Err(DomError::NotAllowedError) }
        );
    }
    let mut fake = Fake::answering(u2f_only());
    assert!(create(&mut fake, policy("userVerificationRequired")).await.is_err());
}

/// The application parameter of a U2F message.
fn application(fake: &Fake, index: usize) -> [u8; 32] {
    match fake.u2f(index) {
        Request::Authenticate { application, .. } | Request::Register { application, .. } => *application,
        Request::Version => panic!("no application"),
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

const APP_ID: &str = "https://example.org/u2f/app-id.json";

#[tokio::test]
async fn the_app_id_is_tried_after_the_rp_id() {
    let unknown = || word(&[], StatusWord::WRONG_DATA);
    // Not under the RP ID, under the AppID; then the signature.
    let script = u2f_only().into_iter().chain([unknown(), not_yet(), u2f_signed()]);
    let mut fake = Fake::answering(script);
    let results = get(&mut fake, &[b"1"], json!({ "appid": APP_ID })).await.unwrap();
    assert_eq!(results, json!({ "appid": true }));
    assert_eq!(application(&fake, 2), hash("login.example.org"));
    assert_eq!(application(&fake, 3), hash(APP_ID));
    assert_eq!(application(&fake, 4), hash(APP_ID));

    let mut fake = Fake::answering(u2f_only().into_iter().chain([not_yet(), u2f_signed()]));
    let results = get(&mut fake, &[b"1"], json!({ "appid": APP_ID })).await.unwrap();
    assert_eq!(results, json!({ "appid": false }));

    // An empty AppID is the origin.
    let script = u2f_only().into_iter().chain([unknown(), not_yet(), u2f_signed()]);
    let mut fake = Fake::answering(script);
    get(&mut fake, &[b"1"], json!({ "appid": "" })).await.unwrap();
    assert_eq!(application(&fake, 3), hash(ORIGIN));
}

#[tokio::test]
async fn a_ctap2_key_is_asked_under_the_app_id_too() {
    let none = || vec![wire::Status::NO_CREDENTIALS.0];
    let mut fake = Fake::answering([info(PASSKEY), none(), none()]);
    let error = get(&mut fake, &[b"1"], json!({ "appid": APP_ID })).await.unwrap_err();
    assert_eq!((error.by, error.status.as_deref()), (Refuser::Key, Some("CTAP2_ERR_NO_CREDENTIALS (0x2e)")));
    assert_eq!(fake.asked(1).rp_id, "login.example.org");
    assert_eq!(fake.asked(2).rp_id, APP_ID);
    assert_eq!(fake.asked(2).options, None, "credentials of U2F verify nobody");
    // Not where verification is required.
    let mut fake = Fake::answering([info(PASSKEY), none()]);
    let mut options = request("required", &[b"1"]);
    options.extensions = json!({ "appid": APP_ID }).as_object().cloned();
    Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!(fake.sent.len(), 2);
}

#[tokio::test]
async fn credentials_under_the_app_id_are_excluded() {
    let options = |manner_extensions: Value| {
        let mut options = creation(json!({ "userVerification": "discouraged" }));
        options.exclude_credentials = vec![webauthn::Descriptor::public_key(&b"old"[..])];
        options.extensions = manner_extensions.as_object().cloned();
        options
    };
    let unknown = || word(&[], StatusWord::WRONG_DATA);
    let over_u2f = u2f_only().into_iter().chain([unknown(), not_yet(), u2f_registered()]).collect::<Vec<_>>();
    let over_ctap2 = vec![info(PASSKEY), not_yet(), u2f_registered()];
    for (script, at) in [(over_u2f, 3), (over_ctap2, 1)] {
        let mut fake = Fake::answering(script);
        let asked = options(json!({ "appidExclude": APP_ID }));
        let error = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &asked).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::InvalidStateError, Refuser::Key), "{error}");
        assert_eq!(application(&fake, at), hash(APP_ID));
    }
    let mut fake = Fake::answering([info(PASSKEY), unknown(), made()]);
    let asked = options(json!({ "appidExclude": APP_ID }));
    let created = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &asked).await.unwrap();
    assert_eq!(created.protocol, Protocol::Ctap2);
    assert_eq!(created.response.client_extension_results["appidExclude"], true);
}

#[tokio::test]
async fn the_permissive_client_uses_any_app_id() {
    let unknown = || word(&[], StatusWord::WRONG_DATA);
    let script = u2f_only().into_iter().chain([unknown(), not_yet(), u2f_signed()]);
    let mut fake = Fake::answering(script);
    let mut options = request("preferred", &[b"1"]);
    options.extensions = json!({ "appid": "https://other.test" }).as_object().cloned();
    let manner = Manner::Permissive(Liberties::all());
    Client::new(manner).get(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(application(&fake, 3), hash("https://other.test"));
}
