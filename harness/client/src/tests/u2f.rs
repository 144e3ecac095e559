//! Registration and login over CTAP1.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};
use webauthn::{AttestationObject, Descriptor};
use wire::authdata::{AuthData, Flags};
use wire::u2f::{Control, Request, StatusWord};
use wire::{Protocol, cose};

use super::fake::{
    CERTIFICATE, Fake, ID, ORIGIN, POINT, RP_ID, creation, not_yet, request, u2f_only, u2f_registered,
    u2f_signed, word,
};
use crate::{Client, DomError, Liberties, Liberty, Manner, Refuser, Twist, Waiting, Watch};

fn key(answers: impl IntoIterator<Item = Vec<u8>>) -> Fake {
    Fake::answering(u2f_only().into_iter().chain(answers))
}

fn hash(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

#[tokio::test]
async fn a_registration_becomes_a_fido_u2f_attestation() {
    let mut fake = key([not_yet(), not_yet(), u2f_registered()]);
    let mut options = creation(json!({}));
    options.attestation = Some("direct".to_owned());
    let created = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(created.protocol, Protocol::Ctap1);
    assert_eq!(fake.paused, Duration::from_millis(400));
    let response = &created.response.response;
    let (challenge, application) = (hash(&response.client_data_json), hash(RP_ID.as_bytes()));
    let expected = Request::Register { challenge: &challenge, application: &application };
    for index in 2..5 {
        assert_eq!(fake.u2f(index), expected);
    }

    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    assert_eq!(object.fmt, "fido-u2f");
    let x5c = [&[0xa2, 0x63][..], b"sig", &[0x49], b"signature", &[0x63], b"x5c", &[0x81, 0x43], CERTIFICATE]
        .concat();
    assert_eq!(object.att_stmt, x5c);
    let data = AuthData::parse_exact(object.auth_data).unwrap();
    assert_eq!((data.rp_id_hash, data.flags, data.sign_count), (&application, Flags::UP | Flags::AT, 0));
    let attested = data.attested.unwrap();
    assert_eq!((attested.aaguid, attested.credential_id), (&[0; 16], ID));
    let cose::PublicKey::P256 { alg, x, y } = cose::PublicKey::decode(attested.public_key).unwrap() else {
        panic!("the key is on P-256")
    };
    assert_eq!((alg, [&[4], x.as_slice(), y].concat()), (wire::Alg::ES256, POINT.to_vec()));
}

#[tokio::test]
async fn nobody_touches_the_key() {
    let mut fake = key([]);
    fake.answers.extend(std::iter::repeat_with(|| Ok(not_yet())).take(301));
    let mut options = creation(json!({}));
    options.timeout = Some(60_000);
    let error = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Key));
    assert_eq!(error.status.as_deref(), Some("SW_CONDITIONS_NOT_SATISFIED (0x6985)"));
    assert_eq!(fake.paused, Duration::from_secs(60), "the options' timeout, in the link's time");
}

#[tokio::test]
async fn another_status_word_ends_it_at_once() {
    let mut fake = key([word(&[], StatusWord::WRONG_LENGTH)]);
    let error =
        Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Key));
    assert!(error.status.unwrap().contains("0x6700"));
}

#[tokio::test]
async fn an_excluded_key_says_so_after_a_touch() {
    let mut options = creation(json!({}));
    options.exclude_credentials = vec![
        Descriptor::public_key(vec![1; 300]),
        Descriptor::public_key(&b"other"[..]),
        Descriptor::public_key(ID),
    ];
    let unknown = word(&[], StatusWord::WRONG_DATA);
    let mut fake = key([unknown, not_yet(), not_yet(), u2f_registered()]);
    let error = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::InvalidStateError, Refuser::Key));
    let application = hash(RP_ID.as_bytes());
    let Request::Authenticate { control, application: about, key_handle, .. } = fake.u2f(3) else {
        panic!("the excluded key handles are checked")
    };
    assert_eq!((control, about, key_handle), (Control::CHECK_ONLY, &application, ID));
    let Request::Register { application: about, .. } = fake.u2f(5) else { panic!("a touch is collected") };
    assert_ne!(about, &application, "the throw-away registration is for no site");

    let manner = Manner::Permissive(Liberties::only(Liberty::ExcludeList));
    let mut fake = key([u2f_registered()]);
    Client::new(manner).create(&mut fake, ORIGIN, &options).await.unwrap();
}

#[tokio::test]
async fn a_login_finds_its_key_handle_first() {
    let unknown = || word(&[], StatusWord::WRONG_DATA);
    let mut fake = key([unknown(), not_yet(), not_yet(), u2f_signed()]);
    let options = request("preferred", &[b"other", ID]);
    let asserted = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap();
    assert_eq!(asserted.protocol, Protocol::Ctap1);
    let response = &asserted.response;
    assert_eq!(response.raw_id.0, ID);
    assert_eq!(response.response.user_handle, None);
    assert_eq!(response.response.signature.0, b"signature");
    let data = AuthData::parse_exact(&response.response.authenticator_data).unwrap();
    assert_eq!((data.flags, data.sign_count), (Flags::UP, 5));
    let Request::Authenticate { control, challenge, key_handle, .. } = fake.u2f(5) else {
        panic!("a signature is asked for")
    };
    assert_eq!((control, key_handle), (Control::ENFORCE, ID));
    assert_eq!(challenge, &hash(&response.response.client_data_json));
}

#[tokio::test]
async fn a_login_without_a_known_key_handle_fails() {
    let unknown = || word(&[], StatusWord::WRONG_DATA);
    for (options, answers) in [
        (request("preferred", &[b"a", b"b"]), vec![unknown(), unknown()]),
        (request("preferred", &[]), vec![]),
    ] {
        for manner in [Manner::Faithful, Manner::Permissive(Liberties::all())] {
            let result = Client::new(manner).get(&mut key(answers.clone()), ORIGIN, &options).await;
            let error = result.unwrap_err();
            assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client));
        }
    }
}

#[tokio::test]
async fn verification_is_never_asked_over_u2f_but_by_liberty() {
    let options = request("required", &[ID]);
    let error = Client::new(Manner::Faithful).get(&mut key([]), ORIGIN, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client));
    let manner = Manner::Permissive(Liberties::only(Liberty::UserVerification));
    let mut fake = key([not_yet(), u2f_signed()]);
    Client::new(manner).get(&mut fake, ORIGIN, &options).await.unwrap();
}

#[tokio::test]
async fn a_signature_without_a_user_can_be_asked_for() {
    let twist = Twist { up: Some(false), ..Twist::default() };
    let mut fake = key([not_yet(), u2f_signed()]);
    let options = request("discouraged", &[ID]);
    Client::new(Manner::Faithful).get_twisted(&mut fake, ORIGIN, &options, &twist).await.unwrap();
    let Request::Authenticate { control, .. } = fake.u2f(3) else { panic!("a signature is asked for") };
    assert_eq!(control, Control::DONT_ENFORCE);
}

struct Never;

impl Watch for Never {
    fn waiting(&mut self, _: Waiting) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

#[tokio::test]
async fn polling_can_be_cancelled() {
    let mut client = Client::new(Manner::Faithful).with_watch(Never);
    let error = client.create(&mut key([not_yet()]), ORIGIN, &creation(json!({}))).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::AbortError, Refuser::Client));
}
