//! Exclude and allow lists, and what a key takes of them.

use serde_json::json;
use webauthn::Descriptor;
use wire::Status;

use super::fake::{Claims, Fake, NO_UV, ORIGIN, asserted, creation, info, made, request};
use crate::{Client, DomError, Liberties, Liberty, Manner, Refuser};

fn ids(list: wire::ctap2::List<'_, wire::ctap2::Descriptor<'_>>) -> Vec<Vec<u8>> {
    list.iter().map(|descriptor| descriptor.id.to_vec()).collect()
}

#[tokio::test]
async fn the_exclude_list_is_sent() {
    let mut options = creation(json!({}));
    options.exclude_credentials = vec![Descriptor::public_key(&b"a"[..]), Descriptor::public_key(&b"b"[..])];
    options.exclude_credentials[1].transports = vec!["hybrid".to_owned()];
    options
        .exclude_credentials
        .push(Descriptor { kind: "other".to_owned(), ..Descriptor::public_key(&b"c"[..]) });
    let mut fake = Fake::answering([info(NO_UV), made()]);
    Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(ids(fake.made(1).exclude_list.unwrap()), [b"a", b"b"]);

    let manner = Manner::Permissive(Liberties::only(Liberty::ExcludeList));
    let mut fake = Fake::answering([info(NO_UV), made()]);
    Client::new(manner).create(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(fake.made(1).exclude_list, None);
}

#[tokio::test]
async fn a_long_exclude_list_is_narrowed_without_a_touch() {
    let claims = Claims { most_in_list: Some(2), longest_id: Some(4), ..NO_UV };
    let mut options = creation(json!({}));
    options.exclude_credentials =
        ["a", "too long", "b", "c"].map(|id| Descriptor::public_key(id.as_bytes())).to_vec();
    let none = || vec![Status::NO_CREDENTIALS.0];
    let found = asserted(Some(b"c"), None, None);
    let mut fake = Fake::answering([info(claims), none(), found, made()]);
    Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(ids(fake.asked(1).allow_list.unwrap()), [b"a", b"b"]);
    assert_eq!(ids(fake.asked(2).allow_list.unwrap()), [b"c"]);
    assert_eq!(fake.asked(2).options.unwrap().up, Some(false));
    assert_eq!(ids(fake.made(3).exclude_list.unwrap()), [b"c"]);

    let mut fake = Fake::answering([info(claims), none(), none(), made()]);
    Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(fake.made(3).exclude_list, None, "the key has none of them");
}

#[tokio::test]
async fn a_list_that_does_not_fit_a_message_is_narrowed() {
    // 1,200 bytes is what this key takes.
    let long: Vec<Vec<u8>> = (0..8).map(|i| vec![i; 200]).collect();
    let references: Vec<&[u8]> = long.iter().map(Vec::as_slice).collect();
    let found = asserted(Some(&long[3]), None, None);
    let none = vec![Status::NO_CREDENTIALS.0];
    let mut fake = Fake::answering([info(NO_UV), none, found, asserted(None, None, None)]);
    let options = request("preferred", &references);
    let asserted = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(asserted.response.raw_id.0, long[3], "an allow list of one names the credential");
    assert_eq!(ids(fake.asked(3).allow_list.unwrap()), [long[3].clone()]);
}

#[tokio::test]
async fn an_allow_list_without_a_credential_of_this_key_fails() {
    let claims = Claims { most_in_list: Some(1), longest_id: Some(4), ..NO_UV };
    let none = || vec![Status::NO_CREDENTIALS.0];
    for (options, answers) in [
        (request("preferred", &[b"too long"]), vec![]),
        (request("preferred", &[b"a", b"b"]), vec![none(), none()]),
        (request("preferred", &[]), vec![]),
    ] {
        let mut fake = Fake::answering([vec![info(claims)], answers].concat());
        let error = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client), "{error}");
    }
    let mut options = request("preferred", &[b"a"]);
    options.allow_credentials[0].kind = "password".to_owned();
    let mut fake = Fake::answering([info(NO_UV)]);
    let error = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert!(error.reason.contains("public-key"), "{error}");
}
