//! PIN, built-in verification and extensions: the client as browsers are, against the key, over the link in process.

mod credentials;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use authenticator::platform::{Alg, Keep, Platform};
use authenticator::profile::{Attestation, Extensions, Features, Profile};
use client::{
    AccountChoice, Asserted, Client, ClientError, Created, Manner, MinPinLength, NewPinAsked, NewPinReason,
    Person, Pin, PinAsked, PinRefused, Refuser, Repeatable,
};
use links::{Local, Record, Script, Scripted};
use serde_json::{Value, json};
use softkeys::Seeded;
use webauthn::{CreationOptions, RequestOptions};
use wire::authdata::{AuthData, Flags};
use wire::cose::PublicKey;

const ORIGIN: &str = "https://login.anykey.test";

/// What the person was asked.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Pin { retries: u64, min_length: usize, refused: Option<PinRefused> },
    NewPin { reason: NewPinReason, min_length: usize, refused: Option<PinRefused> },
}

/// Types what is on the list, and notes what was asked. Gives up at its end.
#[derive(Clone, Default)]
struct Typist {
    types: Arc<Mutex<VecDeque<&'static str>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Typist {
    fn types(&self, pins: &[&'static str]) {
        self.types.lock().unwrap().extend(pins);
    }

    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn next(&self, asked: Asked) -> Option<Pin> {
        self.asked.lock().unwrap().push(asked);
        self.types.lock().unwrap().pop_front().map(Pin::new)
    }
}

impl Person for Typist {
    fn choose_account(&mut self, _: &[AccountChoice]) -> Option<usize> {
        Some(0)
    }

    fn pin(&mut self, asked: &PinAsked<'_>) -> Option<Pin> {
        let PinAsked { retries, min_length, refused, .. } = *asked;
        self.next(Asked::Pin { retries, min_length, refused })
    }

    fn new_pin(&mut self, asked: &NewPinAsked<'_>) -> Option<Pin> {
        let NewPinAsked { reason, min_length, refused, .. } = *asked;
        self.next(Asked::NewPin { reason, min_length, refused })
    }
}

/// A client with a person, and a key with hands.
struct Stage {
    client: Client,
    person: Typist,
    hands: Scripted,
    link: Record<Local>,
}

/// The passkey model with a PIN and all extensions.
fn model(change: impl FnOnce(&mut Profile)) -> Profile {
    let mut profile = profiles::find("passkey").unwrap().profile;
    profile.versions.fido_2_1 = true;
    let ctap2 = profile.ctap2.as_mut().unwrap();
    ctap2.uv = None;
    ctap2.attestation = Attestation::None;
    ctap2.features = Features {
        client_pin: true,
        pin_uv_auth_protocols: [2, 1],
        pin_uv_auth_token: true,
        uv_retries: 5,
        authnr_cfg: true,
        set_min_pin_length: true,
        max_rpids_for_set_min_pin_length: 4,
        extensions: Extensions {
            cred_blob: true,
            cred_protect: true,
            hmac_secret: true,
            min_pin_length: true,
        },
        max_cred_blob_length: 32,
        ..Features::NONE
    };
    change(&mut profile);
    profile
}

/// That model with only what CTAP 2.0 has.
fn older(protocol: u8) -> Profile {
    model(|profile| {
        profile.versions.fido_2_1 = false;
        let features = &mut profile.ctap2.as_mut().unwrap().features;
        (features.pin_uv_auth_token, features.authnr_cfg, features.set_min_pin_length) =
            (false, false, false);
        (features.uv_retries, features.max_rpids_for_set_min_pin_length) = (0, 0);
        features.pin_uv_auth_protocols = [protocol, 0];
    })
}

fn set_uv(profile: &mut Profile, uv: Option<bool>) {
    profile.ctap2.as_mut().unwrap().uv = uv;
}

fn stage(profile: Profile) -> Stage {
    let mut platform = Seeded::from_seed([7; 32]);
    let key =
        authenticator::platform::Crypto::import(&mut platform, Alg::ES256, &[3; 32], Keep::Stored).unwrap();
    authenticator::attestation::provision(&mut platform, &key, &[&[0x30, 0x00]]).unwrap();
    let platform: Box<dyn Platform + Send> = Box::new(platform);
    let hands = Scripted::new(Script::Touch(Duration::from_millis(300)));
    let link = Record::new(Local::new(profile, platform, Box::new(hands.clone())).unwrap());
    let person = Typist::default();
    let client =
        Client::new(Manner::Faithful).with_person(person.clone()).with_random(Repeatable::new([9; 32]));
    Stage { client, person, hands, link }
}

impl Stage {
    async fn set_pin(&mut self, pin: &str) {
        self.client.set_pin(&mut self.link, &Pin::new(pin)).await.unwrap();
        self.link.take();
    }

    async fn create(&mut self, selection: Value, extensions: Value) -> Result<Created, ClientError> {
        let options = CreationOptions::from_value(json!({
            "rp": { "id": "anykey.test", "name": "test" },
            "user": { "id": "AQ", "name": "alice", "displayName": "Alice" },
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
            "authenticatorSelection": selection,
            "extensions": extensions,
        }))
        .unwrap();
        self.client.create(&mut self.link, ORIGIN, &options).await
    }

    async fn get(&mut self, uv: &str, ids: &[&str], extensions: Value) -> Result<Asserted, ClientError> {
        let allow: Vec<Value> = ids.iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
        let options = RequestOptions::from_value(json!({
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "rpId": "anykey.test",
            "userVerification": uv,
            "allowCredentials": allow,
            "extensions": extensions,
        }))
        .unwrap();
        self.client.get(&mut self.link, ORIGIN, &options).await
    }

    /// The subcommands of authenticatorClientPIN that went over the link.
    fn subcommands(&mut self) -> Vec<u64> {
        let calls = self.link.take();
        let pin = calls.iter().filter(|call| call.request.first() == Some(&0x06));
        pin.map(|call| wire::ctap2::client_pin::Request::decode(&call.request[1..]).unwrap().sub_command.0)
            .collect()
    }
}

fn flags(auth_data: &[u8]) -> Flags {
    AuthData::parse_exact(auth_data).unwrap().flags
}

fn made_flags(created: &Created) -> Flags {
    flags(created.response.response.authenticator_data.as_ref().unwrap())
}

fn first_question(refused: Option<PinRefused>, retries: u64) -> Asked {
    Asked::Pin { retries, min_length: 4, refused }
}

#[tokio::test]
async fn a_pin_verifies_registration_and_login_on_every_kind_of_key() {
    let only_one = model(|profile| {
        profile.ctap2.as_mut().unwrap().features.pin_uv_auth_protocols = [1, 0];
    });
    // The subcommands: retries, key agreement, token.
    for (profile, expected) in
        [(model(|_| ()), [1, 2, 9]), (only_one, [1, 2, 9]), (older(1), [1, 2, 5]), (older(2), [1, 2, 5])]
    {
        let mut stage = stage(profile);
        stage.set_pin("1234").await;
        stage.person.types(&["1234", "1234"]);
        let created = stage.create(json!({ "userVerification": "required" }), json!({})).await.unwrap();
        assert!(created.asked_uv && made_flags(&created).contains(Flags::UP | Flags::UV));
        assert_eq!(stage.subcommands(), expected);
        let asserted = stage.get("required", &[&created.response.id], json!({})).await.unwrap();
        assert!(flags(&asserted.raw_auth_data).contains(Flags::UP | Flags::UV));
        assert_eq!(stage.subcommands(), expected);
        assert_eq!(stage.person.asked(), [first_question(None, 8), first_question(None, 8)]);
    }
}

#[tokio::test]
async fn whoever_does_not_want_verification_is_not_asked_for_the_pin() {
    let mut stage = stage(model(|_| ()));
    stage.set_pin("1234").await;
    stage.person.types(&["1234"]);
    let created = stage.create(json!({}), json!({})).await.unwrap();
    stage.person.asked();
    let asserted = stage.get("discouraged", &[&created.response.id], json!({})).await.unwrap();
    assert!(!flags(&asserted.raw_auth_data).uv());
    assert_eq!(stage.person.asked(), []);
    // U2F makes it without the PIN.
    let plain = json!({ "userVerification": "discouraged" });
    assert_eq!(stage.create(plain, json!({})).await.unwrap().protocol, wire::Protocol::Ctap1);
    assert_eq!(stage.person.asked(), []);
}

#[tokio::test]
async fn a_first_pin_is_set_where_the_site_insists_on_verification() {
    let mut stage = stage(model(|_| ()));
    // Not for a mere preference.
    assert!(!stage.create(json!({}), json!({})).await.unwrap().asked_uv);
    assert_eq!(stage.person.asked(), []);
    let error = stage.get("required", &[], json!({})).await.unwrap_err();
    assert_eq!((error.by, stage.person.asked().len()), (Refuser::Client, 0), "{error}");

    // Length counts code points: three of them are too few, in however many bytes.
    stage.person.types(&["ÄÖÜ", "ÄÖÜß"]);
    let created = stage.create(json!({ "userVerification": "required" }), json!({})).await.unwrap();
    assert!(made_flags(&created).uv());
    let question = |refused| Asked::NewPin { reason: NewPinReason::NotSet, min_length: 4, refused };
    assert_eq!(stage.person.asked(), [question(None), question(Some(PinRefused::TooShort))]);
    stage.person.types(&["ÄÖÜß"]);
    stage.get("required", &[&created.response.id], json!({})).await.unwrap();
    assert_eq!(stage.person.asked(), [first_question(None, 8)]);
}

/// As they leave the factory, the models without built-in verification verify no one; with a first PIN they do.
#[tokio::test]
async fn the_models_that_take_a_pin_verify_with_it() {
    for name in ["yubikey-5-nfc", "epass-fido-nfc", "titan"] {
        let mut stage = stage(profiles::find(name).unwrap().profile);
        let resident = json!({ "residentKey": "required", "userVerification": "discouraged" });
        let created = stage.create(resident, json!({})).await.unwrap();
        assert!(!created.asked_uv && !made_flags(&created).uv(), "{name}");
        let error = stage.get("required", &[], json!({})).await.unwrap_err();
        assert_eq!(error.by, Refuser::Client, "{name}: {error}");

        stage.person.types(&["1234", "1234"]);
        let required = json!({ "residentKey": "required", "userVerification": "required" });
        let created = stage.create(required, json!({})).await.unwrap();
        assert!(made_flags(&created).uv(), "{name}");
        let asserted = stage.get("required", &[&created.response.id], json!({})).await.unwrap();
        assert!(flags(&asserted.raw_auth_data).uv(), "{name}");
        let new = Asked::NewPin { reason: NewPinReason::NotSet, min_length: 4, refused: None };
        assert_eq!(stage.person.asked(), [new, first_question(None, 8)], "{name}");
    }
}

#[tokio::test]
async fn three_wrong_pins_block_until_the_key_is_replugged() {
    let mut stage = stage(model(|_| ()));
    stage.set_pin("1234").await;
    stage.person.types(&["123", "0001", "0002", "0003", "1234"]);
    let required = json!({ "userVerification": "required" });
    let error = stage.create(required.clone(), json!({})).await.unwrap_err();
    assert_eq!(error.by, Refuser::Key);
    assert_eq!(error.name, client::DomError::NotAllowedError);
    assert_eq!(error.status.as_deref(), Some("CTAP2_ERR_PIN_AUTH_BLOCKED (0x34)"));
    let expected = [
        first_question(None, 8),
        // Too short to be sent: it costs no attempt.
        first_question(Some(PinRefused::TooShort), 8),
        first_question(Some(PinRefused::Wrong), 7),
        first_question(Some(PinRefused::Wrong), 6),
    ];
    assert_eq!(stage.person.asked(), expected);
    let retries = stage.client.pin_retries(&mut stage.link).await.unwrap();
    assert_eq!((retries.left, retries.power_cycle), (5, true));
    // The right one does not help before the power goes, and nobody is asked for it.
    let error = stage.create(required.clone(), json!({})).await.unwrap_err();
    assert_eq!(error.status.as_deref(), Some("CTAP2_ERR_PIN_AUTH_BLOCKED (0x34)"));
    assert_eq!(stage.person.asked(), []);
    stage.link.inner().replug().unwrap();
    stage.create(required.clone(), json!({})).await.unwrap();
    assert_eq!(stage.person.asked(), [first_question(None, 5)]);
    assert_eq!(stage.client.pin_retries(&mut stage.link).await.unwrap().left, 8);
}

#[tokio::test]
async fn without_attempts_the_key_is_blocked_for_good() {
    let mut stage = stage(model(|profile| profile.ctap2.as_mut().unwrap().features.pin_retries = 2));
    stage.set_pin("1234").await;
    stage.person.types(&["0001", "0002"]);
    for _ in 0..2 {
        let error = stage.create(json!({}), json!({})).await.unwrap_err();
        assert_eq!(error.status.as_deref(), Some("CTAP2_ERR_PIN_BLOCKED (0x32)"));
        stage.link.inner().replug().unwrap();
    }
}

#[tokio::test]
async fn who_gives_up_is_refused_by_the_client() {
    let mut stage = stage(model(|_| ()));
    stage.set_pin("1234").await;
    let error = stage.create(json!({}), json!({})).await.unwrap_err();
    assert_eq!((error.by, error.name), (Refuser::Client, client::DomError::NotAllowedError), "{error}");
    assert_eq!(stage.subcommands(), [1], "nothing but the retries was asked");
}

#[tokio::test]
async fn built_in_verification_comes_first_and_the_pin_after_it() {
    let with_uv = model(|profile| set_uv(profile, Some(true)));
    let older = {
        let mut profile = older(1);
        set_uv(&mut profile, Some(true));
        profile
    };
    // By token: retries, key agreement, token by UV. By the option: nothing of the command.
    for (profile, first, wrong) in [(with_uv, &[7, 2, 6][..], 5), (older, &[], 3)] {
        let mut stage = stage(profile);
        stage.set_pin("1234").await;
        let created = stage.create(json!({ "userVerification": "required" }), json!({})).await.unwrap();
        assert!(made_flags(&created).uv());
        assert_eq!(stage.subcommands(), first);
        assert_eq!(stage.person.asked(), []);
        // A finger that is not known until the key has enough of it: the PIN is asked for.
        stage.hands.follow(Script::WrongFinger(wrong, Duration::from_millis(100)));
        stage.person.types(&["1234"]);
        let asserted = stage.get("required", &[&created.response.id], json!({})).await.unwrap();
        assert_eq!(stage.person.asked(), [first_question(None, 8)]);
        assert!(flags(&asserted.raw_auth_data).uv());
    }
}

#[tokio::test]
async fn built_in_verification_that_is_blocked_refuses_without_a_pin() {
    let profile = model(|profile| {
        set_uv(profile, Some(true));
        profile.ctap2.as_mut().unwrap().features.client_pin = false;
    });
    let mut stage = stage(profile);
    stage.hands.follow(Script::WrongFinger(200, Duration::from_millis(100)));
    let error = stage.create(json!({ "userVerification": "required" }), json!({})).await.unwrap_err();
    assert_eq!((error.by, error.name), (Refuser::Key, client::DomError::NotAllowedError), "{error}");
    assert_eq!(error.status.as_deref(), Some("CTAP2_ERR_UV_BLOCKED (0x3c)"));
}

#[tokio::test]
async fn a_pin_that_has_to_be_changed_is_changed_on_the_way() {
    let mut stage = stage(model(|_| ()));
    stage.set_pin("1234").await;
    stage.person.types(&["1234"]);
    let settings =
        MinPinLength { least: Some(6), rp_ids: vec!["anykey.test".to_owned()], force_change: true };
    stage.client.set_min_pin_length(&mut stage.link, &settings).await.unwrap();
    stage.person.asked();

    stage.person.types(&["1234", "12345", "123456"]);
    let extensions = json!({ "minPinLength": true });
    let created = stage.create(json!({ "userVerification": "required" }), extensions).await.unwrap();
    assert!(made_flags(&created).contains(Flags::UV | Flags::ED));
    let new = |refused| Asked::NewPin { reason: NewPinReason::Forced, min_length: 6, refused };
    assert_eq!(stage.person.asked(), [first_question(None, 8), new(None), new(Some(PinRefused::TooShort))]);
    let data = created.response.response.authenticator_data.unwrap();
    let outputs = AuthData::parse_exact(&data).unwrap().extensions.unwrap();
    let outputs = wire::ctap2::extensions::MakeOutputs::decode(outputs).unwrap();
    assert_eq!(outputs.min_pin_length, Some(6));

    // From now on the new one, under the new minimum.
    stage.person.types(&["1234", "123456"]);
    stage.get("required", &[&created.response.id], json!({})).await.unwrap();
    let question = |refused| Asked::Pin { retries: 8, min_length: 6, refused };
    assert_eq!(stage.person.asked(), [question(None), question(Some(PinRefused::TooShort))]);
}

#[tokio::test]
async fn the_pin_is_never_in_what_is_recorded_or_shown() {
    let mut stage = stage(model(|_| ()));
    stage.client.set_pin(&mut stage.link, &Pin::new("73571234")).await.unwrap();
    stage.person.types(&["73571235", "73571234"]);
    stage.create(json!({ "userVerification": "required" }), json!({ "prf": {} })).await.unwrap();
    stage.client.change_pin(&mut stage.link, &Pin::new("73571234"), &Pin::new("73571236")).await.unwrap();
    let calls = stage.link.take();
    assert!(calls.len() > 10);
    for call in calls {
        for bytes in [&call.request, call.answer.as_ref().unwrap()] {
            assert!(!bytes.windows(7).any(|window| window == b"7357123"), "{call:?}");
        }
    }
    assert_eq!(format!("{:?}", Pin::new("7357")), "Pin");
    assert_eq!(format!("{:?}", client::Knowing(Pin::new("7357"))), "Knowing(Pin)");
}

#[tokio::test]
async fn prf_gives_the_same_secret_for_the_same_input() {
    for profile in [model(|_| ()), older(1), model(|profile| set_uv(profile, Some(true)))] {
        let has_uv = profile.ctap2.unwrap().uv == Some(true);
        let mut stage = stage(profile);
        stage.set_pin("1234").await;
        stage.person.types(&["1234"; 8]);
        let created = stage.create(json!({}), json!({ "prf": { "eval": { "first": "AQ" } } })).await.unwrap();
        assert_eq!(created.response.client_extension_results["prf"], json!({ "enabled": true }));
        let id = created.response.id.as_str();
        let mut results = Vec::new();
        for (uv, eval) in [
            ("preferred", json!({ "first": "AQ", "second": "Ag" })),
            // The secrets are those with verification: it is asked for, whatever the site says.
            ("discouraged", json!({ "first": "AQ" })),
            ("required", json!({ "first": "Ag" })),
        ] {
            let asserted = stage.get(uv, &[id], json!({ "prf": { "eval": eval } })).await.unwrap();
            assert!(asserted.asked_uv && flags(&asserted.raw_auth_data).uv());
            results.push(asserted.response.client_extension_results["prf"]["results"].clone());
        }
        assert_eq!(results[0]["first"], results[1]["first"]);
        assert_eq!(results[0]["second"], results[2]["first"]);
        assert_ne!(results[0]["first"], results[0]["second"]);
        assert_eq!(results[0]["first"].as_str().unwrap().len(), 43, "32 bytes");
        assert!(results[1].get("second").is_none());
        // By credential: the key is asked first which one it has.
        let by =
            json!({ "prf": { "eval": { "first": "Aw" }, "evalByCredential": { id: { "first": "AQ" } } } });
        let asserted = stage.get("preferred", &["AAAA", id], by).await.unwrap();
        assert_eq!(
            asserted.response.client_extension_results["prf"]["results"]["first"],
            results[0]["first"]
        );
        assert_eq!(stage.person.asked().is_empty(), has_uv);
    }
}

#[tokio::test]
async fn a_key_without_the_extensions_says_so() {
    let mut stage = stage(model(|profile| {
        profile.ctap2.as_mut().unwrap().features.extensions = Extensions::default();
    }));
    let extensions = json!({
        "prf": {}, "credBlob": "AQID", "minPinLength": true, "credentialProtectionPolicy": "userVerificationRequired"
    });
    let created = stage.create(json!({}), extensions).await.unwrap();
    let results = &created.response.client_extension_results;
    assert_eq!(Value::from(results.clone()), json!({ "prf": { "enabled": false }, "credBlob": false }));
    let eval = json!({ "prf": { "eval": { "first": "AQ" } }, "getCredBlob": true });
    let asserted = stage.get("preferred", &[&created.response.id], eval).await.unwrap();
    assert_eq!(Value::from(asserted.response.client_extension_results), json!({ "prf": {} }));
    let enforced = json!({
        "credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": true
    });
    let error = stage.create(json!({}), enforced).await.unwrap_err();
    assert_eq!(error.by, Refuser::Client);
}

#[tokio::test]
async fn a_blob_comes_back() {
    let mut stage = stage(model(|_| ()));
    let resident = json!({ "residentKey": "required" });
    let created = stage.create(resident.clone(), json!({ "credBlob": "AQID" })).await.unwrap();
    assert_eq!(created.response.client_extension_results["credBlob"], true);
    let asserted = stage.get("preferred", &[], json!({ "getCredBlob": true })).await.unwrap();
    assert_eq!(asserted.response.client_extension_results["getCredBlob"], "AQID");
    // Longer than the key keeps: not sent.
    let long = "AAAA".repeat(11);
    let created = stage.create(resident, json!({ "credBlob": long })).await.unwrap();
    assert_eq!(created.response.client_extension_results["credBlob"], false);
}

#[tokio::test]
async fn protected_credentials_need_what_their_policy_says() {
    // Policy, and who may use the credential: unverified without a list, unverified with a list, verified without a list.
    for (policy, expected) in [
        ("userVerificationOptional", [true, true, true]),
        ("userVerificationOptionalWithCredentialIDList", [false, true, true]),
        ("userVerificationRequired", [false, false, true]),
    ] {
        let mut stage = stage(model(|_| ()));
        stage.set_pin("1234").await;
        stage.person.types(&["1234"; 2]);
        let extensions =
            json!({ "credentialProtectionPolicy": policy, "enforceCredentialProtectionPolicy": true });
        let created = stage.create(json!({ "residentKey": "required" }), extensions).await.unwrap();
        let id = created.response.id.as_str();
        let found = [
            stage.get("discouraged", &[], json!({})).await.is_ok(),
            stage.get("discouraged", &[id], json!({})).await.is_ok(),
            stage.get("required", &[], json!({})).await.is_ok(),
        ];
        assert_eq!(found, expected, "{policy}");
    }
}

#[tokio::test]
async fn a_long_exclude_list_is_asked_about_with_the_token() {
    let profile = model(|profile| profile.ctap2.as_mut().unwrap().max_credential_count_in_list = 1);
    let mut stage = stage(profile);
    stage.set_pin("1234").await;
    stage.person.types(&["1234"; 3]);
    let policy = json!({ "credentialProtectionPolicy": "userVerificationRequired" });
    let created = stage.create(json!({ "residentKey": "required" }), policy).await.unwrap();
    let options = CreationOptions::from_value(json!({
        "rp": { "id": "anykey.test", "name": "test" },
        "user": { "id": "Ag", "name": "bob", "displayName": "Bob" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "excludeCredentials": [
            { "type": "public-key", "id": "AAAA" },
            { "type": "public-key", "id": created.response.id },
        ],
    }))
    .unwrap();
    let error = stage.client.create(&mut stage.link, ORIGIN, &options).await.unwrap_err();
    assert_eq!(error.name, client::DomError::InvalidStateError, "{error}");
}

#[tokio::test]
async fn a_run_with_one_seed_repeats() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut stage = stage(model(|_| ()));
        stage.set_pin("1234").await;
        stage.person.types(&["1234"]);
        stage.create(json!({}), json!({})).await.unwrap();
        runs.push(stage.link.take());
    }
    assert_eq!(runs[0], runs[1]);
    // The key agreement keys are points, one for each question.
    let keys: Vec<_> = runs[0]
        .iter()
        .filter(|call| call.request.first() == Some(&0x06))
        .filter_map(|call| {
            wire::ctap2::client_pin::Request::decode(&call.request[1..]).unwrap().key_agreement
        })
        .collect();
    assert!(!keys.is_empty() && keys.iter().all(|key| PublicKey::decode(key.bytes()).is_ok()));
}
