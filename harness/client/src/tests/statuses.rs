//! What a page sees when the key or the way to it fails.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::json;
use wire::{Protocol, Status};

use super::fake::{Fake, NO_UV, ORIGIN, asserted, creation, info, made, request};
use crate::{Client, ClientError, DomError, Liberties, LinkError, Manner, Refuser, Waiting, Watch};

async fn create(answers: Vec<Result<Vec<u8>, LinkError>>) -> Result<(), ClientError> {
    let mut fake = Fake { answers: answers.into(), ..Fake::default() };
    fake.answers.push_front(Ok(info(NO_UV)));
    Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &creation(json!({}))).await.map(|_| ())
}

#[tokio::test]
async fn statuses_become_dom_errors() {
    let special = [
        (Status::CREDENTIAL_EXCLUDED, DomError::InvalidStateError),
        (Status::UNSUPPORTED_ALGORITHM, DomError::NotSupportedError),
        (Status::OPERATION_DENIED, DomError::NotAllowedError),
        (Status::USER_ACTION_TIMEOUT, DomError::NotAllowedError),
        (Status::KEY_STORE_FULL, DomError::NotAllowedError),
        (Status::PUAT_REQUIRED, DomError::NotAllowedError),
        (Status::PIN_BLOCKED, DomError::NotAllowedError),
        (Status::UV_BLOCKED, DomError::NotAllowedError),
        (Status::KEEPALIVE_CANCEL, DomError::NotAllowedError),
        (Status::NO_CREDENTIALS, DomError::NotAllowedError),
        (Status::UNSUPPORTED_OPTION, DomError::NotAllowedError),
        (Status::INVALID_CBOR, DomError::UnknownError),
        (Status::MISSING_PARAMETER, DomError::UnknownError),
        (Status::OTHER, DomError::UnknownError),
        (Status(0x99), DomError::NotAllowedError),
    ];
    for (status, name) in special {
        let error = create(vec![Ok(vec![status.0])]).await.unwrap_err();
        assert_eq!((error.name, error.by), (name, Refuser::Key), "{status}");
        assert_eq!(error.status, Some(status.to_string()));
    }
    for status in 1..=u8::MAX {
        let error = create(vec![Ok(vec![status])]).await.unwrap_err();
        assert_eq!(error.by, Refuser::Key, "every status is a refusal: {status:#x}");
    }
}

#[tokio::test]
async fn answers_that_make_no_sense_are_the_keys_fault() {
    let mut other_rp = made();
    other_rp[20] ^= 1; // within the RP ID's hash
    for answer in [vec![], vec![0], vec![0, 0xff], vec![0, 0xa0], other_rp] {
        let error = create(vec![Ok(answer)]).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::UnknownError, Refuser::Key), "{error}");
    }
}

#[tokio::test]
async fn the_permissive_client_passes_on_an_answer_about_another_rp() {
    let mut other_rp = made();
    other_rp[20] ^= 1;
    let mut fake = Fake::answering([info(NO_UV), other_rp]);
    let manner = Manner::Permissive(Liberties::all());
    Client::new(manner).create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap();
}

#[tokio::test]
async fn a_way_that_fails_is_neither_the_clients_nor_the_keys_refusal() {
    for error in [
        LinkError::Gone("unplugged".to_owned()),
        LinkError::Transport("sequence".to_owned()),
        LinkError::NoProtocol,
    ] {
        let error = create(vec![Err(error)]).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Link));
    }
}

#[tokio::test]
async fn a_busy_key_is_asked_again() {
    let busy = || Err(LinkError::Busy);
    create(vec![busy(), busy(), Ok(made())]).await.unwrap();
    let mut fake = Fake { answers: [busy(), Ok(info(NO_UV))].into(), ..Fake::default() };
    assert!(Client::meet(&mut fake).await.unwrap().ctap2.is_some());

    let mut fake = Fake::answering([info(NO_UV)]);
    fake.answers.extend(std::iter::repeat_with(busy).take(51));
    let mut options = creation(json!({}));
    options.timeout = Some(1);
    let error = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!(error.by, Refuser::Link);
    assert_eq!(fake.paused, Duration::from_secs(10), "the shortest time that a ceremony gets");
}

struct Impatient(usize);

impl Watch for Impatient {
    fn waiting(&mut self, _: Waiting) -> ControlFlow<()> {
        self.0 -= 1;
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[tokio::test]
async fn a_page_can_cancel() {
    let mut client = Client::new(Manner::Faithful).with_watch(Impatient(3));
    let mut fake = Fake::answering([info(NO_UV)]);
    client.facts(&mut fake).await.unwrap();
    fake.keepalives = 5;
    let error = client.create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::AbortError, Refuser::Client));
}

#[tokio::test]
async fn a_request_that_the_key_cannot_take_is_not_sent() {
    let mut options = creation(json!({}));
    options.user.display_name = "x".repeat(1200);
    let mut fake = Fake::answering([info(NO_UV)]);
    let error = Client::new(Manner::Faithful).create(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client));
    assert_eq!(fake.sent.len(), 1);
}

#[test]
fn a_ceremony_can_run_on_another_thread() {
    fn is_send(_: &impl Send) {}
    let (mut client, mut fake) = (Client::new(Manner::Faithful), Fake::default());
    let options = creation(json!({}));
    is_send(&client.create(&mut fake, ORIGIN, &options));
    is_send(&client.get(&mut fake, ORIGIN, &request("preferred", &[])));
}

#[tokio::test]
async fn a_login_that_the_key_refuses_says_so() {
    let mut fake = Fake::answering([info(NO_UV), vec![Status::NO_CREDENTIALS.0]]);
    let mut client = Client::new(Manner::Faithful);
    let error = client.get(&mut fake, ORIGIN, &request("preferred", &[b"x"])).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Key));
    assert_eq!(error.status.as_deref(), Some("CTAP2_ERR_NO_CREDENTIALS (0x2e)"));
    fake.answers.push_back(Ok(asserted(None, None, None)));
    let asserted = client.get(&mut fake, ORIGIN, &request("preferred", &[b"x"])).await.unwrap();
    assert_eq!(asserted.protocol, Protocol::Ctap2);
}
