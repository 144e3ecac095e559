//! Each check of a registration fails when what it looks at is wrong, and no other does: leaving it out lets the registration pass.

use std::time::SystemTime;

use ciborium::Value;
use rcgen::{BasicConstraints, IsCa};

use super::super::{
    AttestationType, BackupRule, ChallengeMatch, Check, Checks, Expectations, OriginMatch, registration,
};
use super::fixture::{AAGUID, Chain, ChainWish, Fixture, Format, USER, cbor, cose};
use super::tpm::AikWish;

type Spoil = fn(&mut Fixture, &mut Expectations);

fn rechain(f: &mut Fixture, e: &mut Expectations, wish: &ChainWish) {
    f.chain = Chain::new(wish);
    e.attestation.anchors = Some(vec![f.chain.root.clone()]);
}

fn aik(f: &mut Fixture, e: &mut Expectations, wish: AikWish) {
    rechain(f, e, &ChainWish { tpm: Some(wish), ..ChainWish::default() });
}

/// A modulus as good as any for what is not signed with.
fn modulus() -> Vec<u8> {
    (0..=255).map(|byte| byte | 0x81).collect()
}

/// The credential has an RSA key.
fn rsa(f: &mut Fixture) {
    f.public_key = Some(cbor(&Value::Map(vec![
        (1.into(), 3.into()),
        (3.into(), (-257).into()),
        ((-1).into(), modulus().into()),
        ((-2).into(), vec![1, 0, 1].into()),
    ])));
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
    (Check::AttestationStatement, Format::Tpm, |f, _| f.tpm.ver = "1.2"),
    (Check::AttestationStatement, Format::Tpm, |f, _| f.statement = Some(cbor(&Value::Map(vec![("ver".into(), "2.0".into())])))),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { let mut other = f.point(); other[1] ^= 1; f.tpm.point = Some(other); }),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { let mut other = f.point(); other[64] ^= 1; f.tpm.point = Some(other); }),
    (Check::TpmPublicArea, Format::Tpm, |f, _| f.tpm.curve = 4),
    (Check::TpmPublicArea, Format::Tpm, |f, _| f.tpm.curve = 0x20),
    (Check::TpmPublicArea, Format::Tpm, |f, _| f.tpm.rsa = Some((2048, 0, modulus()))),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { rsa(f); f.tpm.rsa = Some((2048, 3, modulus())); }),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { rsa(f); f.tpm.rsa = Some((1024, 0, modulus())); }),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { rsa(f); f.tpm.rsa = Some((2048, 0, modulus().into_iter().rev().collect())); }),
    (Check::TpmPublicArea, Format::Tpm, |f, _| { rsa(f); f.tpm.rsa = Some((0, 0, Vec::new())); }),
    (Check::AttestationSignature, Format::Tpm, |f, _| f.break_signature = true),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish { subject: true, ..AikWish::default() })),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish { critical: false, ..AikWish::default() })),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish { usage: [2, 23, 133, 8, 1], ..AikWish::default() })),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish::with(&[(1, "id:494E5443"), (3, "id:13")]))),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish::with(&[(1, "id:494E5443"), (2, "A model")]))),
    (Check::AttestationCertificate, Format::Tpm, |f, e| aik(f, e, AikWish::with(&[(1, "id:494E5443"), (2, ""), (3, "id:13")]))),
    (Check::TpmManufacturer, Format::Tpm, |f, e| aik(f, e, AikWish::with(&[(1, "INTC"), (2, "A model"), (3, "id:13")]))),
    (Check::AttestationCertificate, Format::Tpm, |f, e| rechain(f, e, &ChainWish { tpm: Some(AikWish::default()), leaf: IsCa::NoCa, ..ChainWish::default() })),
    (Check::AttestationCertificate, Format::Tpm, |f, e| rechain(f, e, &ChainWish { tpm: Some(AikWish::default()), leaf: IsCa::Ca(BasicConstraints::Unconstrained), ..ChainWish::default() })),
    (Check::AttestationCertificate, Format::Tpm, |f, e| rechain(f, e, &ChainWish { tpm: Some(AikWish::default()), critical: true, ..ChainWish::default() })),
    (Check::AttestationAaguid, Format::Tpm, |f, e| rechain(f, e, &ChainWish { tpm: Some(AikWish::default()), aaguid: Some([9; 16]), ..ChainWish::default() })),
    (Check::TpmManufacturer, Format::Tpm, |f, e| aik(f, e, AikWish::with(&[(1, "id:00000000"), (2, "A model"), (3, "id:13")]))),
    (Check::TpmCertInfo, Format::Tpm, |f, _| f.tpm.magic = 0x1234_5678),
    (Check::TpmCertInfo, Format::Tpm, |f, _| f.tpm.kind = 0x8018),
    (Check::TpmCertInfo, Format::Tpm, |f, _| f.tpm.info_tail = vec![0]),
    (Check::TpmExtraData, Format::Tpm, |f, _| f.tpm.extra_data = Some(vec![1; 32])),
    (Check::TpmExtraData, Format::Tpm, |f, _| f.tpm.extra_data = Some(Vec::new())),
    (Check::TpmName, Format::Tpm, |f, _| f.tpm.name = Some([&[0, 0x0b][..], &[1; 32]].concat())),
    (Check::TpmName, Format::Tpm, |f, _| f.tpm.name_alg = 0x0004),
    (Check::TpmName, Format::Tpm, |f, _| f.tpm.name_alg = 0x0099),
    (Check::TrustAnchor, Format::Tpm, |_, e| e.attestation.anchors = Some(Vec::new())),
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
    for format in [Format::None, Format::SelfPacked, Format::Packed, Format::FidoU2f, Format::Tpm] {
        let (fixture, expect) = Fixture::new("webauthn.create", format);
        let registered = run(&fixture, &expect).unwrap_or_else(|refusal| panic!("{format:?}: {refusal}"));
        assert_eq!(registered.record.user_handle, USER);
        assert_eq!(registered.algorithm, -7);
        assert!(registered.record.uv_initialized && !registered.record.backup_eligible);
        let certified = matches!(registered.attestation.kind, AttestationType::Certified(_));
        assert_eq!(certified, matches!(format, Format::Packed | Format::FidoU2f | Format::Tpm));
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
fn a_tpm_with_an_rsa_key_passes() {
    for exponent in [0, 65537] {
        let (mut fixture, expect) = Fixture::new("webauthn.create", Format::Tpm);
        rsa(&mut fixture);
        fixture.tpm.rsa = Some((2048, exponent, modulus()));
        assert_eq!(run(&fixture, &expect).unwrap().algorithm, -257);
    }
}

#[test]
fn a_tpm_that_writes_its_name_another_way_passes() {
    let (mut fixture, mut expect) = Fixture::new("webauthn.create", Format::Tpm);
    aik(&mut fixture, &mut expect, AikWish { apart: true, ..AikWish::default() });
    run(&fixture, &expect).unwrap();
}

/// A signature cannot be right then either.
#[test]
fn an_algorithm_for_another_kind_of_key_is_refused() {
    for format in [Format::Packed, Format::Tpm] {
        let (mut fixture, expect) = Fixture::new("webauthn.create", format);
        fixture.alg = -257;
        assert_eq!(run(&fixture, &expect).unwrap_err().check, Check::AttestationAlgorithm);
    }
}

#[test]
fn an_aik_certificate_without_a_manufacturer_or_an_alternative_name_is_refused() {
    for tpm in [&[][..], &[(2, "A model"), (3, "id:13")]] {
        let (mut fixture, mut expect) = Fixture::new("webauthn.create", Format::Tpm);
        aik(&mut fixture, &mut expect, AikWish::with(tpm));
        assert_eq!(run(&fixture, &expect).unwrap_err().check, Check::AttestationCertificate);
        // Whether a maker is known is asked of one that is named.
        expect.skip = Checks::from([Check::AttestationCertificate]);
        run(&fixture, &expect).unwrap();
    }
}

#[test]
fn a_certificate_that_is_not_of_version_3_or_not_the_first_is_refused() {
    for format in [Format::Packed, Format::Tpm] {
        let (mut fixture, expect) = Fixture::new("webauthn.create", format);
        let leaf = &mut fixture.chain.x5c[0];
        let version = leaf.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
        leaf[version + 4] = 1;
        let refusal = run(&fixture, &expect).unwrap_err();
        assert_eq!(refusal.check, Check::AttestationCertificate, "{refusal}");

        let (mut fixture, mut expect) = Fixture::new("webauthn.create", format);
        let intermediate = Some(IsCa::Ca(BasicConstraints::Unconstrained));
        let tpm = (format == Format::Tpm).then(AikWish::default);
        rechain(&mut fixture, &mut expect, &ChainWish { intermediate, tpm, ..ChainWish::default() });
        run(&fixture, &expect).unwrap();
        fixture.chain.x5c.reverse();
        let refusal = run(&fixture, &expect).unwrap_err();
        let (certificate, signature) = (Check::AttestationCertificate, Check::AttestationSignature);
        assert!([certificate, signature].contains(&refusal.check), "{refusal}");
    }
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
