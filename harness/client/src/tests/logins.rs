//! Logins by CTAP2: which credential, which account.

use wire::Status;

use super::fake::{Fake, NO_UV, ORIGIN, PASSKEY, asserted, info, request};
use crate::{AccountChoice, Client, DomError, Liberties, Manner, Person, Refuser};

struct Picks(Option<usize>, Vec<AccountChoice>);

impl Person for Picks {
    fn choose_account(&mut self, accounts: &[AccountChoice]) -> Option<usize> {
        assert_eq!(accounts, self.1);
        self.0
    }
}

fn account(id: &[u8], user: &[u8]) -> AccountChoice {
    AccountChoice {
        user_handle: user.to_vec(),
        name: Some("alice".to_owned()),
        display_name: None,
        credential_id: id.to_vec(),
    }
}

fn three() -> Fake {
    Fake::answering([
        info(PASSKEY),
        asserted(Some(b"1"), Some(b"u1"), Some(3)),
        asserted(Some(b"2"), Some(b"u2"), None),
        asserted(Some(b"3"), Some(b"u3"), None),
    ])
}

#[tokio::test]
async fn the_person_chooses_among_accounts() {
    let all = vec![account(b"1", b"u1"), account(b"2", b"u2"), account(b"3", b"u3")];
    for (pick, expected) in [(Some(0), Some("1")), (Some(2), Some("3")), (Some(3), None), (None, None)] {
        let mut fake = three();
        let mut client = Client::new(Manner::Faithful).with_person(Picks(pick, all.clone()));
        let result = client.get(&mut fake, ORIGIN, &request("preferred", &[])).await;
        match (result, expected) {
            (Ok(asserted), Some(id)) => {
                assert_eq!(asserted.response.raw_id.0, id.as_bytes());
                let handle = asserted.response.response.user_handle.unwrap();
                assert_eq!(handle.0, format!("u{id}").as_bytes());
                assert_eq!(asserted.found, 3);
            }
            (Err(error), None) => {
                assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client));
            }
            (result, _) => panic!("{pick:?}: {result:?}"),
        }
        assert_eq!(fake.sent[2].1, [0x08], "authenticatorGetNextAssertion has no parameters");
        assert_eq!(fake.asked(1).allow_list, None);
    }
}

#[tokio::test]
async fn nobody_is_asked_where_there_is_no_choice() {
    // An allow list is the server's choice.
    let mut fake = Fake::answering([info(PASSKEY), asserted(Some(b"1"), None, Some(2))]);
    let mut client = Client::new(Manner::Faithful).with_person(Picks(None, Vec::new()));
    client.get(&mut fake, ORIGIN, &request("preferred", &[b"1", b"2"])).await.unwrap();
    assert_eq!(fake.sent.len(), 2);
}

#[tokio::test]
async fn a_key_that_stops_in_between_refuses() {
    let mut fake = Fake::answering([
        info(PASSKEY),
        asserted(Some(b"1"), Some(b"u1"), Some(2)),
        vec![Status::NOT_ALLOWED.0],
    ]);
    let mut client = Client::new(Manner::Faithful);
    let error = client.get(&mut fake, ORIGIN, &request("preferred", &[])).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Key));
    assert!(error.reason.contains("GetNextAssertion"), "{error}");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_but_by_liberty() {
    let other = || asserted(Some(b"other"), None, None);
    let nobody = || asserted(Some(b"1"), None, None);
    for (answer, options) in [(other(), request("preferred", &[b"1"])), (nobody(), request("preferred", &[]))]
    {
        let mut fake = Fake::answering([info(PASSKEY), answer.clone()]);
        let error = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::UnknownError, Refuser::Key), "{error}");
        let mut fake = Fake::answering([info(PASSKEY), answer]);
        let manner = Manner::Permissive(Liberties::all());
        Client::new(manner).get(&mut fake, ORIGIN, &options).await.unwrap();
    }
    // Without a credential, and with an allow list that names more than one, it cannot be told which.
    let mut fake = Fake::answering([info(NO_UV), asserted(None, None, None)]);
    let options = request("preferred", &[b"1", b"2"]);
    let error = Client::new(Manner::Faithful).get(&mut fake, ORIGIN, &options).await.unwrap_err();
    assert_eq!(error.name, DomError::UnknownError);
}
