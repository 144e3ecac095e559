//! The client model is held to the table to which two browsers are held: `tests/browsers/table.toml`.

use std::collections::BTreeSet;
use std::time::Duration;

use authenticator::platform::{Alg, Crypto, Keep, Platform};
use authenticator::preset;
use client::{Client, ClientError, Knowing, Manner, Pin, PinAsked, Refuser, Repeatable};
use links::{Local, Script, Scripted};
use plan::Policy;
use plan::policy::{Attachment, Conveyance, Login, Requirement};
use serde_json::{Value, json};
use softkeys::Seeded;
use webauthn::{CreationOptions, RequestOptions};

use dialog::Dialog;
use table::{Browser, Ceremony, Key, Outcome, Person, Request, Table};

#[path = "../browsers/dialog.rs"]
#[allow(dead_code, reason = "what only the browsers themselves are told")]
mod dialog;
#[path = "../browsers/table.rs"]
mod table;

const ORIGIN: &str = "http://localhost:8080";

/// A person who cancels each question.
struct Unwilling;

impl client::Person for Unwilling {
    fn choose_account(&mut self, _: &[client::AccountChoice]) -> Option<usize> {
        None
    }

    fn pin(&mut self, _: &PinAsked<'_>) -> Option<Pin> {
        None
    }
}

/// A new key.
fn plug(key: &Key) -> Local {
    let profile = profiles::find(&key.model).unwrap().profile;
    let mut platform = Seeded::from_seed([7; 32]);
    let attestation = platform.import(Alg::ES256, &[3; 32], Keep::Stored).unwrap();
    authenticator::attestation::provision(&mut platform, &attestation, &[&[0x30, 0x00]]).unwrap();
    if let Some(pin) = &key.pin {
        preset::pin(&profile, &mut platform, pin).unwrap();
    }
    let platform: Box<dyn Platform + Send> = Box::new(platform);
    Local::new(profile, platform, Box::new(Scripted::new(Script::Touch(Duration::from_millis(100))))).unwrap()
}

fn browser(key: &Key, person: Person) -> Client {
    let client = Client::new(Manner::Faithful).with_random(Repeatable::new([9; 32]));
    match (person, &key.pin) {
        (Person::Cancels, _) => client.with_person(Unwilling),
        (Person::Willing, Some(pin)) => client.with_person(Knowing(Pin::new(pin.as_str()))),
        (Person::Willing, None) => client,
    }
}

/// Registers; gives the credential's id.
async fn create(
    client: &mut Client,
    key: &mut Local,
    policy: &Policy,
    account: &str,
    exclude: &[Value],
) -> Result<String, ClientError> {
    let options = json!({
        "rp": { "id": "localhost", "name": "AnyKey reference server" },
        "user": { "id": webauthn::bytes::encode(account.as_bytes()), "name": account, "displayName": account },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": policy.algorithms.iter()
            .map(|alg| json!({ "type": "public-key", "alg": alg })).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "userVerification": policy.user_verification,
            "residentKey": policy.resident_key,
            "requireResidentKey": policy.resident_key == Requirement::Required,
            "authenticatorAttachment": policy.attachment,
        },
        "attestation": policy.attestation,
        "excludeCredentials": exclude,
        "extensions": { "credProps": true },
    });
    let options = CreationOptions::from_value(options).unwrap();
    client.create(key, ORIGIN, &options).await.map(|created| created.response.id)
}

async fn get(
    client: &mut Client,
    key: &mut Local,
    verification: Requirement,
    allow: &[Value],
) -> Result<String, ClientError> {
    let options = json!({
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "rpId": "localhost",
        "userVerification": verification,
        "allowCredentials": allow,
    });
    let options = RequestOptions::from_value(options).unwrap();
    client.get(key, ORIGIN, &options).await.map(|asserted| asserted.response.id)
}

fn descriptor(id: &str) -> Value {
    json!({ "type": "public-key", "id": id })
}

/// Makes the request with the client model and a new key.
async fn perform(key: &Key, request: &Request) -> Outcome {
    let mut plugged = plug(key);
    let mut before = Vec::new();
    for account in &request.before {
        let policy = Policy { resident_key: Requirement::Preferred, ..request.policy.clone() };
        let mut client = browser(key, Person::Willing);
        before.push(descriptor(&create(&mut client, &mut plugged, &policy, account, &[]).await.unwrap()));
    }
    let mut client = browser(key, request.person);
    let result = match request.ceremony {
        Ceremony::Create => create(&mut client, &mut plugged, &request.policy, "dora", &before).await,
        Ceremony::Get => {
            let listed = request.policy.login != Login::Usernameless;
            let verification = request.user_verification.unwrap_or(request.policy.user_verification);
            get(&mut client, &mut plugged, verification, if listed { &before } else { &[] }).await
        }
    };
    match result {
        Ok(_) => Outcome::Accepted,
        Err(error) => match error.by {
            Refuser::Client => Outcome::Client(error.name.to_string()),
            Refuser::Key => Outcome::Key(error.name.to_string()),
            Refuser::Link => panic!("{error}"),
        },
    }
}

#[tokio::test]
async fn the_client_model_does_what_the_table_says() {
    let table = Table::read();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for key in &table.key {
        for request in &table.request {
            let Some(expected) = request.expect.get(&key.name) else { continue };
            let outcome = perform(key, request).await;
            compared += 1;
            if outcome != *expected {
                wrong.push(format!("{} / {}: {outcome}, the table says {expected}", request.name, key.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 60, "{compared}");
}

#[test]
fn dialogs_are_known_by_what_browsers_say() {
    let log = "[1:2:1129/1:VERBOSE1:device_event_log_impl.cc:214] FIDO: EVENT: model.cc:158 UI step: ";
    let step = |name: &str| dialog::of_chromium(&format!("{log}{name}"));
    assert_eq!(step("kUsbInsertAndActivate"), Some(Dialog::Waits));
    assert_eq!(step("kClientPinEntry"), Some(Dialog::Pin));
    assert_eq!(step("kMissingCapability"), Some(Dialog::Refusal("kMissingCapability".into())));
    assert_eq!(dialog::of_chromium("FIDO: DEBUG: fido_device.cc:38 Sending"), None);
    assert_eq!(dialog::of_firefox("dialog: presence"), Some(Dialog::Waits));
    // The dialog is not there yet.
    assert_eq!(dialog::of_firefox("dialog: pin-required"), None);
    assert_eq!(dialog::of_firefox("dialog: password"), Some(Dialog::Pin));
    assert_eq!(dialog::of_firefox("dialog: pin-not-set"), Some(Dialog::Refusal("pin-not-set".into())));
    assert_eq!(dialog::of_firefox("console.error: dialog: presence"), None);
}

#[test]
fn the_table_is_whole() {
    let table = Table::read();
    let keys: BTreeSet<&str> = table.key.iter().map(|key| key.name.as_str()).collect();
    let names: BTreeSet<&str> = table.request.iter().map(|request| request.name.as_str()).collect();
    assert_eq!(keys.len(), table.key.len(), "two keys of one name");
    assert_eq!(names.len(), table.request.len(), "two requests of one name");
    for key in &table.key {
        assert!(profiles::find(&key.model).is_ok(), "{}", key.model);
        assert!(key.vid_pid.as_ref().is_none_or(|ids| ids.len() == 9), "{}", key.name);
    }
    for request in &table.request {
        let name = &request.name;
        for browser in [Browser::Chromium, Browser::Firefox] {
            for (key, outcome) in request.differences(browser) {
                let model = request.expect.get(key);
                let differs = model.is_some_and(|model| model != outcome);
                assert!(differs, "{name}: {} differs in nothing with {key}", browser.name());
            }
        }
        let differs = !request.chromium.is_empty() || !request.firefox.is_empty();
        assert_eq!(differs, request.why.is_some(), "{name}: a difference and its reason belong together");
        let tried = table.key.iter().filter(|key| request.expected(Browser::Firefox, key).is_some());
        assert_eq!(tried.count(), request.expect.len(), "{name}");
        for key in request.expect.keys() {
            assert!(keys.contains(key.as_str()), "{name}: there is no key {key}");
        }
    }
    every_combination_is_there(&table);
    for request in &table.request {
        comes_to_the_same_as_what_it_is_like(&table, request);
    }
}

fn comes_to_the_same_as_what_it_is_like(table: &Table, request: &Request) {
    let Some(like) = &request.like else { return };
    let other = table.request.iter().find(|other| other.name == *like);
    let other = other.unwrap_or_else(|| panic!("{}: there is no request {like}", request.name));
    assert!(other.like.is_none(), "{}: {like} is itself like another", request.name);
    assert_eq!((other.ceremony, other.person), (request.ceremony, request.person), "{}", request.name);
    for browser in [Browser::Chromium, Browser::Firefox] {
        for key in table.key.iter().filter(|key| request.expect.contains_key(&key.name)) {
            let (expected, alike) = (request.expected(browser, key), other.expected(browser, key));
            assert_eq!(expected, alike, "{} with {} and {}", request.name, key.name, browser.name());
        }
    }
}

/// User verification x resident key with every key, and each attachment.
fn every_combination_is_there(table: &Table) {
    let all = [Requirement::Required, Requirement::Preferred, Requirement::Discouraged];
    let creations: Vec<_> = table.request.iter().filter(|r| r.ceremony == Ceremony::Create).collect();
    for (uv, rk) in all.iter().flat_map(|uv| all.iter().map(move |rk| (*uv, *rk))) {
        let plain = Policy { user_verification: uv, resident_key: rk, ..Policy::default() };
        let found = creations.iter().find(|r| r.policy == plain && r.person == Person::Willing);
        let found = found.unwrap_or_else(|| panic!("no registration with {uv:?}, {rk:?}"));
        for key in table.key.iter().filter(|key| key.vid_pid.is_none()) {
            assert!(found.expect.contains_key(&key.name), "{} with {}", found.name, key.name);
        }
    }
    for attachment in [Attachment::Platform, Attachment::CrossPlatform] {
        assert!(creations.iter().any(|r| r.policy.attachment == Some(attachment)), "{attachment:?}");
    }
    assert!(creations.iter().any(|r| r.policy.attestation == Conveyance::Direct));
}
