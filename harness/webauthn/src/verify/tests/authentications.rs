//! Each check of an authentication fails when what it looks at is wrong, and no other does.

use super::super::{Check, Checks, CredentialRecord, Expectations, SignCountMatch, authentication};
use super::fixture::{Fixture, Format, USER};

/// A login and what the server knows.
struct Login {
    fixture: Fixture,
    expect: Expectations,
    allow: Vec<Vec<u8>>,
    user: Option<Vec<u8>>,
    record: CredentialRecord,
    is_known: bool,
}

impl Login {
    fn new() -> Self {
        let (fixture, expect) = Fixture::new("webauthn.get", Format::None);
        let record = fixture.record();
        let (allow, user) = (vec![fixture.id.clone()], Some(USER.to_vec()));
        Self { fixture, expect, allow, user, record, is_known: true }
    }

    fn run(&self) -> Result<super::super::Authenticated, super::super::Refusal> {
        let response = self.fixture.authentication();
        let record = self.is_known.then_some(&self.record);
        authentication(&response, &self.expect, &self.allow, self.user.as_deref(), |_| record)
    }
}

type Spoil = fn(&mut Login);

#[rustfmt::skip]
const CASES: &[(Check, Spoil)] = &[
    (Check::ResponseType, |l| l.fixture.kind = String::new()),
    (Check::ResponseId, |l| l.fixture.text_id = Some("AAAA".to_owned())),
    (Check::AllowedCredential, |l| l.allow = vec![b"another".to_vec()]),
    (Check::CredentialKnown, |l| l.is_known = false),
    (Check::CredentialOwner, |l| l.record.user_handle = b"somebody else".to_vec()),
    (Check::UserHandlePresent, |l| { l.user = None; l.allow.clear(); }),
    (Check::UserHandle, |l| l.fixture.user_handle = Some(b"somebody else".to_vec())),
    (Check::UserHandle, |l| { l.user = None; l.allow.clear(); l.fixture.user_handle = Some(b"somebody else".to_vec()); }),
    (Check::ClientDataJson, |l| l.fixture.client_data_tail = b"x".to_vec()),
    (Check::Type, |l| l.fixture.client_data.kind = "webauthn.create".to_owned()),
    (Check::Challenge, |l| l.fixture.client_data.challenge = String::new()),
    (Check::Origin, |l| l.fixture.client_data.origin = "http://example.org".to_owned()),
    (Check::CrossOrigin, |l| l.fixture.client_data.cross_origin = Some(true)),
    (Check::TopOrigin, |l| l.fixture.client_data.top_origin = Some("https://example.com".to_owned())),
    (Check::ExtensionData, |l| l.fixture.flags |= 0x80),
    (Check::TrailingBytes, |l| l.fixture.auth_data_tail = vec![0]),
    (Check::RpIdHash, |l| l.fixture.rp_id = "org".to_owned()),
    (Check::UserPresent, |l| l.fixture.flags &= !0x01),
    (Check::UserVerified, |l| { l.fixture.flags &= !0x04; l.expect.user_verification = true; }),
    (Check::BackupFlags, |l| l.fixture.flags |= 0x10),
    (Check::BackupEligibilityChanged, |l| l.fixture.flags |= 0x08),
    (Check::BackupEligibilityChanged, |l| l.record.backup_eligible = true),
    (Check::Signature, |l| l.fixture.break_signature = true),
    (Check::SignCount, |l| l.record.sign_count = 7),
    (Check::SignCount, |l| l.record.sign_count = 8),
    (Check::SignCount, |l| l.fixture.sign_count = 0),
];

#[test]
fn what_is_right_passes() {
    let login = Login::new();
    let passed = login.run().unwrap();
    assert_eq!((passed.owner.as_slice(), passed.sign_count), (USER, 7));
    let mut record = login.record.clone();
    passed.update(&mut record);
    assert_eq!(record.sign_count, 7);
}

#[test]
fn a_user_handle_alone_finds_the_account() {
    let mut login = Login::new();
    (login.user, login.allow) = (None, Vec::new());
    login.fixture.user_handle = Some(USER.to_vec());
    assert_eq!(login.run().unwrap().user_handle.as_deref(), Some(USER));
}

#[test]
fn counters_that_stay_zero_pass() {
    let mut login = Login::new();
    (login.fixture.sign_count, login.record.sign_count) = (0, 0);
    login.run().unwrap();
}

#[test]
fn each_check_refuses_what_is_wrong_and_nothing_when_left_out() {
    for (index, (check, spoil)) in CASES.iter().enumerate() {
        let mut login = Login::new();
        spoil(&mut login);
        let refusal = login.run().expect_err(&format!("case {index}, {check}"));
        assert_eq!(refusal.check, *check, "case {index}: {refusal}");

        login.expect.skip = Checks::from([*check]);
        let result = login.run();
        assert_eq!(result.is_ok(), check.can_skip(), "case {index}, {check}: {result:?}");
    }
}

#[test]
fn a_counter_that_stays_passes_the_wrong_variant() {
    let mut login = Login::new();
    login.record.sign_count = 7;
    login.expect.variants.sign_count = SignCountMatch::MayStay;
    login.run().unwrap();
    login.record.sign_count = 8;
    assert_eq!(login.run().unwrap_err().check, Check::SignCount);
}

#[test]
fn authenticator_data_that_is_cut_is_refused_at_every_length() {
    let login = Login::new();
    let mut response = login.fixture.authentication();
    while response.response.authenticator_data.0.pop().is_some() {
        let result = authentication(&response, &login.expect, &[], Some(USER), |_| Some(&login.record));
        assert_eq!(result.unwrap_err().check, Check::AuthenticatorData);
    }
}
