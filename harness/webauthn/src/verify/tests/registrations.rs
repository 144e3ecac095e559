//! Each check of a registration fails when what it looks at is wrong, and no other does: leaving it out lets the registration pass.

use std::time::SystemTime;

use ciborium::Value;
use rcgen::{BasicConstraints, IsCa};

use super::super::{
    AttestationType, BackupRule, ChallengeMatch, Check, Checks, Expectations, OriginMatch, registration,
};
use super::fixture::{AAGUID, Chain, ChainWish, Fixture, Format, USER, cbor, cose};

type Spoil = fn(&mut Fixture, &mut Expectations);

fn rechain(f: &mut Fixture, e: &mut Expectations, wish: &ChainWish) {
    f.chain = Chain::new(wish);
    e.attestation.anchors = Some(vec![f.chain.root.clone()]);
}

#[rustfmt::skip]
const CASES: &[(Check, Format, Spoil)] = &[
    (Check::ResponseType, Format::None, |f, _| f.kind = "password".to_owned()),
    (Check::ResponseId, Format::None, |f, _| f.text_id = Some("AAAA".to_owned())),
    (Check::ClientDataJson, Format::None, |f, _| f.client_data_tail = b"}".to_vec()),
    (Check::Type, Format::None, |f, _| f.client_data.kind = "webauthn.get".to_owned()),
    (Check::Challenge, Format::None, |f, _| f.client_data.challenge = "AAAA".to_owned()),
    (Check::Challenge, Format::None, |f, _| f.client_data.challenge.push('=')),
    (Check::Origin, Format::None, |f, _| f.client_data.origin.push('/')),
    (Check::Origin, Format::None, |f, _| f.client_data.origin = "https://EXAMPLE.org".to_owned()),
    (Check::Origin, Format::None, |f, _| f.client_data.origin = "https://evil.example.org".to_owned()),
    (Check::CrossOrigin, Format::None, |f, _| f.client_data.cross_origin = Some(true)),
    (Check::TopOrigin, Format::None, |f, _| f.client_data.top_origin = Some("https://example.org".to_owned())),
    (Check::TopOrigin, Format::None, |f, e| {
        f.client_data.top_origin = Some("https://other.test".to_owned());
        e.cross_origin = true;
        e.top_origins = vec!["https://example.com".to_owned()];
    }),
    (Check::AttestationObject, Format::None, |f, _| f.statement = Some(vec![0x80])),
    (Check::AttestationObjectEnd, Format::None, |f, _| f.object_tail = vec![0]),
    (Check::AuthenticatorData, Format::None, |f, _| f.public_key = Some(vec![0xa1])),
    (Check::ExtensionData, Format::None, |f, _| f.flags |= 0x80),
    (Check::TrailingBytes, Format::None, |f, _| f.auth_data_tail = vec![0xa0]),
    (Check::RpIdHash, Format::None, |f, _| f.rp_id = "example.com".to_owned()),
    (Check::UserPresent, Format::None, |f, _| f.flags &= !0x01),
    (Check::UserVerified, Format::None, |f, e| { f.flags &= !0x04; e.user_verification = true; }),
    (Check::BackupFlags, Format::None, |f, _| f.flags |= 0x10),
    (Check::BackupEligibility, Format::None, |_, e| e.backup_eligibility = BackupRule::Required),
    (Check::BackupEligibility, Format::None, |f, e| { f.flags |= 0x08; e.backup_eligibility = BackupRule::Forbidden; }),
    (Check::BackupState, Format::None, |_, e| e.backup_state = BackupRule::Required),
    (Check::AttestedPresent, Format::None, |f, _| f.with_attested = false),
    (Check::Algorithm, Format::None, |_, e| e.algorithms = vec![-8, -257]),
    (Check::PublicKey, Format::None, |f, _| f.public_key = Some(cose(-7, &[1; 32], &[1; 32]))),
    (Check::PublicKey, Format::None, |f, _| f.public_key = Some(cose(-7, &[1; 31], &[1; 32]))),
    (Check::PublicKey, Format::None, |f, _| { let p = f.point(); f.public_key = Some(cose(-257, &p[1..33], &p[33..])); }),
    (Check::AttestationFormat, Format::None, |f, _| f.fmt = Some("no-such-format")),
    (Check::AttestationFormat, Format::SelfPacked, |_, e| e.attestation.formats = Some(vec!["none".to_owned()])),
    (Check::AttestationStatement, Format::None, |f, _| f.statement = Some(cbor(&Value::Map(vec![("x".into(), 1.into())])))),
    (Check::AttestationStatement, Format::Packed, |f, _| f.statement = Some(cbor(&Value::Map(vec![("alg".into(), (-7).into())])))),
    (Check::AttestationStatement, Format::FidoU2f, |f, _| f.statement = Some(cbor(&Value::Map(vec![("sig".into(), "text".into())])))),
    (Check::AttestationAlgorithm, Format::SelfPacked, |f, _| f.alg = -9),
    (Check::AttestationSignature, Format::SelfPacked, |f, _| f.break_signature = true),
    (Check::AttestationSignature, Format::Packed, |f, _| f.break_signature = true),
    (Check::AttestationSignature, Format::FidoU2f, |f, _| f.break_signature = true),
    (Check::AttestationCertificate, Format::Packed, |f, e| rechain(f, e, &ChainWish { unit: "Authenticator attestation", ..ChainWish::default() })),
    (Check::AttestationCertificate, Format::Packed, |f, e| rechain(f, e, &ChainWish { leaf: IsCa::NoCa, ..ChainWish::default() })),
    (Check::AttestationCertificate, Format::Packed, |f, e| rechain(f, e, &ChainWish { leaf: IsCa::Ca(BasicConstraints::Unconstrained), ..ChainWish::default() })),
    (Check::AttestationCertificate, Format::Packed, |f, e| rechain(f, e, &ChainWish { critical: true, ..ChainWish::default() })),
    (Check::AttestationAaguid, Format::Packed, |f, e| rechain(f, e, &ChainWish { aaguid: Some([9; 16]), ..ChainWish::default() })),
    (Check::NoAttestation, Format::None, |_, e| e.attestation.accept_none = false),
    (Check::SelfAttestation, Format::SelfPacked, |_, e| e.attestation.accept_self = false),
    (Check::TrustAnchor, Format::Packed, |_, e| e.attestation.anchors = Some(Vec::new())),
    (Check::TrustAnchor, Format::FidoU2f, |_, e| e.attestation.anchors = Some(Vec::new())),
    (Check::TrustAnchor, Format::Packed, |f, e| {
        // The intermediate certificate is not given.
        rechain(f, e, &ChainWish { intermediate: Some(IsCa::Ca(BasicConstraints::Unconstrained)), ..ChainWish::default() });
        f.chain.x5c.truncate(1);
    }),
    (Check::TrustSignature, Format::Packed, |_, e| {
        // A root of the same name with another key.
        e.attestation.anchors = Some(vec![Chain::new(&ChainWish::default()).root]);
    }),
    (Check::TrustValidity, Format::Packed, |_, e| e.attestation.now = SystemTime::UNIX_EPOCH),
    (Check::TrustIssuer, Format::Packed, |f, e| rechain(f, e, &ChainWish { intermediate: Some(IsCa::ExplicitNoCa), ..ChainWish::default() })),
    (Check::AaguidAllowed, Format::None, |_, e| e.attestation.aaguid_allow = vec![[9; 16]]),
    (Check::AaguidDenied, Format::None, |_, e| e.attestation.aaguid_deny = vec![AAGUID]),
    (Check::CredentialIdLength, Format::None, |f, _| f.id = vec![1; 1024]),
    (Check::CredentialUnique, Format::None, |f, _| f.id = b"known".to_vec()),
];

fn run(f: &Fixture, e: &Expectations) -> Result<super::super::Registered, super::super::Refusal> {
    registration(&f.registration(), e, USER, |id| id == b"known")
}

#[test]
fn what_is_right_passes() {
    for format in [Format::None, Format::SelfPacked, Format::Packed, Format::FidoU2f] {
        let (fixture, expect) = Fixture::new("webauthn.create", format);
        let registered = run(&fixture, &expect).unwrap_or_else(|refusal| panic!("{format:?}: {refusal}"));
        assert_eq!(registered.record.user_handle, USER);
        assert_eq!(registered.algorithm, -7);
        assert!(registered.record.uv_initialized && !registered.record.backup_eligible);
        let certified = matches!(registered.attestation.kind, AttestationType::Certified(_));
        assert_eq!(certified, matches!(format, Format::Packed | Format::FidoU2f));
    }
}

#[test]
fn a_chain_with_an_intermediate_passes() {
    let (mut fixture, mut expect) = Fixture::new("webauthn.create", Format::Packed);
    let intermediate = Some(IsCa::Ca(BasicConstraints::Unconstrained));
    rechain(&mut fixture, &mut expect, &ChainWish { intermediate, ..ChainWish::default() });
    run(&fixture, &expect).unwrap();
}

#[test]
fn the_attestation_certificate_itself_can_be_the_anchor() {
    let (fixture, mut expect) = Fixture::new("webauthn.create", Format::Packed);
    expect.attestation.anchors = Some(vec![fixture.chain.x5c[0].clone()]);
    run(&fixture, &expect).unwrap();
}

#[test]
fn each_check_refuses_what_is_wrong() {
    for (index, (check, format, spoil)) in CASES.iter().enumerate() {
        let (mut fixture, mut expect) = Fixture::new("webauthn.create", *format);
        spoil(&mut fixture, &mut expect);
        let refusal = run(&fixture, &expect).expect_err(&format!("case {index}, {check}"));
        assert_eq!(refusal.check, *check, "case {index}: {refusal}");
        assert!(!refusal.message.is_empty());

        // Leaving out all other checks does not hide it, unless it needs what they give.
        expect.skip = Check::ALL.iter().copied().filter(|other| other != check).collect();
        let refusal = run(&fixture, &expect).expect_err(&format!("case {index}, {check}, alone"));
        assert_eq!(refusal.check, *check, "case {index}, alone: {refusal}");
    }
}

#[test]
fn a_check_that_is_left_out_refuses_nothing() {
    for (index, (check, format, spoil)) in CASES.iter().enumerate() {
        let (mut fixture, mut expect) = Fixture::new("webauthn.create", *format);
        spoil(&mut fixture, &mut expect);
        expect.skip = Checks::from([*check]);
        let result = run(&fixture, &expect);
        assert_eq!(result.is_ok(), check.can_skip(), "case {index}, {check}: {result:?}");
    }
}

#[test]
fn every_check_of_a_registration_has_a_case() {
    let only_authentication = Checks::from([
        Check::AllowedCredential,
        Check::CredentialKnown,
        Check::CredentialOwner,
        Check::UserHandlePresent,
        Check::UserHandle,
        Check::BackupEligibilityChanged,
        Check::Signature,
        Check::SignCount,
    ]);
    for check in Check::ALL.iter().filter(|check| !only_authentication.contains(**check)) {
        assert!(CASES.iter().any(|(covered, ..)| covered == check), "{check}");
    }
}

#[test]
fn wrong_variants_let_wrong_things_pass() {
    let (mut fixture, mut expect) = Fixture::new("webauthn.create", Format::None);
    fixture.client_data.origin = "https://example.org.evil.test".to_owned();
    assert_eq!(run(&fixture, &expect).unwrap_err().check, Check::Origin);
    expect.variants.origin = OriginMatch::Prefix;
    run(&fixture, &expect).unwrap();

    let (mut fixture, mut expect) = Fixture::new("webauthn.create", Format::None);
    fixture.client_data.challenge = String::new();
    assert_eq!(run(&fixture, &expect).unwrap_err().check, Check::Challenge);
    expect.variants.challenge = ChallengeMatch::CommonPrefix;
    run(&fixture, &expect).unwrap();
}
