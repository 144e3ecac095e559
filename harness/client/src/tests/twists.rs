//! What an attack makes different.

use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use webauthn::{AttestationObject, ClientData};
use wire::Protocol;
use wire::authdata::{AuthData, Flags};

use super::fake::{
    AAGUID, Fake, ID, ORIGIN, PASSKEY, RP_ID, asserted, creation, info, made, registered_data, request,
    u2f_registered,
};
use crate::{AuthDataEdit, Client, ClientDataTwist, DomError, Manner, Refuser, Twist, edit};

async fn create(twist: &Twist) -> (Fake, crate::Created) {
    let answer = if twist.force_u2f { u2f_registered() } else { made() };
    let mut fake = Fake::answering([info(PASSKEY), answer]);
    let mut client = Client::new(Manner::Permissive(crate::Liberties::all()));
    let created = client.create_twisted(&mut fake, ORIGIN, &creation(json!({})), twist).await.unwrap();
    (fake, created)
}

#[tokio::test]
async fn client_data_is_changed_before_it_is_hashed() {
    let client_data = ClientDataTwist {
        kind: Some("webauthn.get".to_owned()),
        challenge: Some(b"other".to_vec()),
        origin: Some("https://evil.test".to_owned()),
        cross_origin: Some(true),
        top_origin: Some("https://top.test".to_owned()),
        extra: json!({ "more": 1 }).as_object().unwrap().clone(),
    };
    let (fake, created) = create(&Twist { client_data, ..Twist::default() }).await;
    let json = &created.response.response.client_data_json;
    let mut expected = ClientData::new("webauthn.get", b"other", "https://evil.test");
    expected.cross_origin = Some(true);
    expected.top_origin = Some("https://top.test".to_owned());
    expected.other.insert("more".to_owned(), json!(1));
    assert_eq!(ClientData::parse(json).unwrap(), expected);
    let hash: [u8; 32] = Sha256::digest(&json.0).into();
    assert_eq!(fake.made(1).client_data_hash, &hash, "the key signs what the page sends");
}

#[tokio::test]
async fn what_is_asked_of_the_key_is_changed() {
    let twist = Twist {
        rp_id: Some("evil.test".to_owned()),
        uv: Some(false),
        up: Some(true),
        rk: Some(true),
        algorithms: Some(vec![-257]),
        user_handle: Some(b"other".to_vec()),
        drop_exclude_list: true,
        ..Twist::default()
    };
    let (fake, created) = create(&twist).await;
    let sent = fake.made(1);
    assert_eq!((sent.rp.id, created.rp_id.as_str()), ("evil.test", "evil.test"));
    let options = sent.options.unwrap();
    assert_eq!((options.rk, options.uv, options.up), (Some(true), None, Some(true)));
    assert_eq!(sent.pub_key_cred_params.iter().map(|p| p.alg.0).collect::<Vec<_>>(), [-257]);
    assert_eq!(sent.user.id, b"other");
    assert_eq!(sent.exclude_list, None);
}

#[tokio::test]
async fn u2f_can_be_forced() {
    let (fake, created) = create(&Twist { force_u2f: true, ..Twist::default() }).await;
    assert_eq!((created.protocol, fake.sent[1].0), (Protocol::Ctap1, Protocol::Ctap1));
}

#[tokio::test]
async fn the_allow_list_is_changed() {
    let mut fake = Fake::answering([info(PASSKEY), asserted(Some(b"x"), None, None)]);
    let twist = Twist { allow: Some(vec![b"x".to_vec()]), ..Twist::default() };
    let options = request("preferred", &[b"1"]);
    let mut client = Client::new(Manner::Faithful);
    let got = client.get_twisted(&mut fake, ORIGIN, &options, &twist).await.unwrap();
    assert_eq!(got.response.raw_id.0, b"x");
    fake.answers.push_back(Ok(asserted(Some(b"y"), Some(b"u"), None)));
    let twist = Twist { allow: Some(Vec::new()), ..Twist::default() };
    client.get_twisted(&mut fake, ORIGIN, &options, &twist).await.unwrap();
    assert_eq!(fake.asked(2).allow_list, None);
}

#[tokio::test]
async fn a_twist_does_not_lift_the_rules_for_the_page() {
    let mut options = creation(json!({}));
    options.rp.id = Some("other.test".to_owned());
    let twist = Twist { rp_id: Some(RP_ID.to_owned()), ..Twist::default() };
    let mut fake = Fake::answering([info(PASSKEY)]);
    let result = Client::new(Manner::Faithful).create_twisted(&mut fake, ORIGIN, &options, &twist).await;
    let error = result.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::SecurityError, Refuser::Client));
}

#[tokio::test]
async fn authenticator_data_is_changed_after_the_key_answered() {
    let auth_data = vec![AuthDataEdit::CredentialId(b"mine".to_vec()), AuthDataEdit::SignCount(99)];
    let (_, created) = create(&Twist { auth_data, ..Twist::default() }).await;
    let response = &created.response.response;
    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    let data = AuthData::parse_exact(object.auth_data).unwrap();
    assert_eq!((data.sign_count, data.attested.unwrap().credential_id), (99, &b"mine"[..]));
    assert_eq!(created.response.raw_id.0, b"mine");
    assert_eq!(response.authenticator_data.as_deref(), Some(object.auth_data));

    // Data that cannot be decoded any more is passed on with what is known of it.
    let auth_data = vec![AuthDataEdit::Cut(80)];
    let (_, created) = create(&Twist { auth_data, ..Twist::default() }).await;
    assert_eq!(created.response.raw_id.0, ID);
    assert!(created.response.response.public_key.is_some());

    let auth_data = vec![AuthDataEdit::Append(vec![7])];
    let twist = Twist { auth_data, ..Twist::default() };
    let mut fake = Fake::answering([info(PASSKEY), asserted(Some(b"1"), None, None)]);
    let options = request("preferred", &[b"1"]);
    let got = Client::new(Manner::Faithful).get_twisted(&mut fake, ORIGIN, &options, &twist).await.unwrap();
    let sent = &got.response.response.authenticator_data.0;
    assert_eq!((sent.last(), &sent[..37]), (Some(&7), got.raw_auth_data.as_slice()));
}

#[test]
fn each_edit_changes_what_it_names() {
    let data = registered_data(RP_ID, Flags::UP, &AAGUID);
    let parsed = |edits: &[AuthDataEdit]| {
        let changed = edit(&data, edits);
        let (data, rest) = AuthData::parse(&changed).unwrap();
        let attested = data.attested.unwrap();
        (
            *data.rp_id_hash,
            data.flags,
            *attested.aaguid,
            attested.credential_id.to_vec(),
            attested.public_key.len(),
            rest.len(),
        )
    };
    assert_eq!(parsed(&[AuthDataEdit::RpIdHash([5; 32])]).0, [5; 32]);
    assert_eq!(parsed(&[AuthDataEdit::Set(0x18)]).1, Flags(0x59));
    assert_eq!(parsed(&[AuthDataEdit::Clear(0x01)]).1, Flags(0x40));
    assert_eq!(parsed(&[AuthDataEdit::Aaguid([6; 16])]).2, [6; 16]);
    assert_eq!(parsed(&[AuthDataEdit::CredentialId(vec![1; 700])]).3, [1; 700]);
    assert_eq!(parsed(&[AuthDataEdit::PublicKey(vec![0xa0])]).4, 1);
    assert_eq!(parsed(&[AuthDataEdit::Append(vec![0; 3])]).5, 3);
    let attested = [&[9; 16][..], &[0, 1, 0xee, 0xa0]].concat();
    let all = parsed(&[AuthDataEdit::Append(vec![0]), AuthDataEdit::Attested(attested)]);
    assert_eq!((all.2, all.3, all.4, all.5), ([9; 16], vec![0xee], 1, 1));
    assert_eq!(edit(&data, &[AuthDataEdit::Cut(3)]).len(), data.len() - 3);
}

proptest! {
    #[test]
    fn edits_take_any_bytes(data: Vec<u8>, bytes: Vec<u8>, flags: u8, cut: usize) {
        let edits = [
            AuthDataEdit::RpIdHash([1; 32]),
            AuthDataEdit::Set(flags),
            AuthDataEdit::Aaguid([2; 16]),
            AuthDataEdit::CredentialId(bytes.clone()),
            AuthDataEdit::Attested(bytes.clone()),
            AuthDataEdit::Append(bytes.clone()),
            AuthDataEdit::Cut(cut),
        ];
        // It must not panic; the last two alone change the length of data that is no authenticator data.
        let changed = edit(&data, &edits);
        if data.len() < 37 {
            let expected = (data.len() + bytes.len()).checked_sub(cut).unwrap_or(data.len() + bytes.len());
            prop_assert_eq!(changed.len(), expected);
        }
    }
}
