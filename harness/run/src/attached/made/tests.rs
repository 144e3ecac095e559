use wire::Alg;
use wire::authdata::{AttestedCredentialData, Flags};
use wire::ctap2::{List, Options, Parameter, RpEntity, Statement, UserEntity};

use super::*;

/// A makeCredential request and its answer.
fn made(id: &[u8], rp_id: &str, user_id: &[u8], rk: bool) -> (Vec<u8>, Vec<u8>) {
    let mut request = vec![0; 1_000];
    let length = make_credential::Request {
        client_data_hash: &[1; 32],
        rp: RpEntity { id: rp_id, ..Default::default() },
        user: UserEntity { id: user_id, ..Default::default() },
        pub_key_cred_params: List::from(&[Parameter::public_key(Alg::ES256)]),
        options: Some(Options { rk: Some(rk), ..Default::default() }),
        ..Default::default()
    }
    .message(&mut request)
    .unwrap();
    request.truncate(length);
    let attested = AttestedCredentialData { aaguid: &[0; 16], credential_id: id, public_key: &[0xa0] };
    let data = AuthData {
        rp_id_hash: &[0; 32],
        flags: Flags::UP,
        sign_count: 0,
        attested: Some(attested),
        extensions: None,
    };
    let mut auth_data = vec![0; 500];
    let length = data.encode(&mut auth_data).unwrap();
    auth_data.truncate(length);
    let mut answer = vec![0; 1_000];
    let length = make_credential::Response::new(Statement::None, &auth_data).message(&mut answer).unwrap();
    answer.truncate(length);
    (request, answer)
}

fn of(all: &[(&[u8], &str, &[u8], bool)]) -> Made {
    let mut known = Made::default();
    for (id, rp_id, user_id, rk) in all {
        let (request, answer) = made(id, rp_id, user_id, *rk);
        known.note(&request, &answer);
    }
    known
}

#[test]
fn only_resident_credentials_that_were_made_count_and_a_later_one_replaces() {
    let mut known = of(&[
        (b"one", "a.test", b"ann", true),
        (b"two", "a.test", b"bob", true),
        (b"three", "b.test", b"ann", true),
        (b"four", "a.test", b"ann", true),
        (b"five", "a.test", b"cid", false),
    ]);
    assert_eq!(known.ids(), [&b"two"[..], b"three", b"four"]);
    let (request, _) = made(b"six", "a.test", b"dan", true);
    known.note(&request, &[Status::OPERATION_DENIED.0]);
    known.note(&request, &[]);
    assert_eq!(known.ids().len(), 3);
    known.note(&[Command::RESET.0], &[Status::NOT_ALLOWED.0]);
    assert_eq!(known.ids().len(), 3, "no reset");
    known.note(&[Command::RESET.0], &[Status::OK.0]);
    assert_eq!((known.ids().len(), known.told()), (0, None));
}

#[test]
fn what_became_of_them_is_told() {
    assert_eq!(of(&[]).told(), None);
    let mut known = of(&[
        (b"one", "a.test", b"ann", true),
        (b"two", "b.test", b"ann", true),
        (b"three", "b.test", b"bob", true),
        (b"four", "c.test", b"ann", true),
    ]);
    known.answered(b"one", Status::OK);
    known.answered(b"four", Status::NO_CREDENTIALS);
    known.answered(b"two", Status::PIN_AUTH_INVALID);
    let told = known.told().unwrap();
    assert!(told.starts_with("deleted from the key: 1 resident credential of this run; LEFT"), "{told}");
    assert!(told.contains("2 resident credentials of this run, for b.test (2)"), "{told}");
    assert!(told.contains("PIN_AUTH_INVALID"), "{told}");
    known.answered(b"two", Status::OK);
    known.answered(b"three", Status::OK);
    let told = known.told().unwrap();
    assert_eq!(told, "deleted from the key: 3 resident credentials of this run; none is left");
    let mut known = of(&[(b"one", "a.test", b"ann", true)]);
    known.failed("no PIN".to_owned());
    assert_eq!(
        known.told().unwrap(),
        "LEFT on the key: 1 resident credential of this run, for a.test (1): no PIN"
    );
}
