use authenticator::platform::{Alg, Crypto, CryptoError, Keep};
use authenticator::profile::{
    Attachment, Attestation, Backup, Counter, Ctap2, Features, Issuer, Name, Profile, Tells, Transports, U2f,
    Usb, Versions,
};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use x509_cert::Certificate;
use x509_cert::der::{Decode, DecodePem, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName,
    SubjectKeyIdentifier,
};

use super::{sign, verifies};
use crate::{Fast, Issued, MemoryStore, NotProvisioned, Seeded, Slip, TestRoot, provision};

pub(super) const AAGUID: [u8; 16] = [0xa1; 16];

pub(super) fn profile(ctap2: bool) -> Profile {
    let side = Ctap2 {
        rk: false,
        uv: None,
        uv_attempts: 1,
        resident_credentials: 0,
        algorithms: [Alg::ES256; 8],
        algorithm_count: 1,
        attestation: Attestation::Packed,
        attestation_issuer: Issuer::Root,
        max_credential_count_in_list: 0,
        max_credential_id_length: 0,
        tells: Tells { transports: true, ..Tells::default() },
        max_msg_size: 1200,
        firmware_version: 0,
        uv_modality: 0,
        features: Features::NONE,
    };
    Profile {
        name: Name::new("model").unwrap(),
        product: Name::new("A product").unwrap(),
        aaguid: if ctap2 { AAGUID } else { [0; 16] },
        versions: Versions::default(),
        ctap2: ctap2.then_some(side),
        u2f: Some(U2f { key_handle: 64 }),
        counter: Counter::Global,
        backup: Backup::Ineligible,
        attachment: Attachment::CrossPlatform,
        transports: Transports { usb: true, ..Transports::default() },
        touch_timeout_ms: 1,
        u2f_prompt_ms: 1,
        reset_window_ms: 1,
        usb: Usb::NONE,
    }
}

fn root() -> TestRoot {
    TestRoot::seeded([5; 32]).unwrap()
}

fn leaf(issued: &Issued) -> Certificate {
    Certificate::from_der(&issued.chain[0]).unwrap()
}

pub(super) fn tpm_profile() -> Profile {
    let mut model = profile(true);
    let ctap2 = model.ctap2.as_mut().unwrap();
    (ctap2.attestation, ctap2.attestation_issuer) = (Attestation::Tpm, Issuer::Intermediate);
    model
}

pub(super) fn public(certificate: &Certificate) -> [u8; 65] {
    let spki = certificate.tbs_certificate().subject_public_key_info();
    spki.subject_public_key.raw_bytes().try_into().unwrap()
}

/// Whether `issuer` signed `certificate` and is named by it.
fn issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let tbs = certificate.tbs_certificate();
    let ids = (
        tbs.get_extension::<AuthorityKeyIdentifier>().unwrap().map(|(_, id)| id.key_identifier.unwrap()),
        issuer.tbs_certificate().get_extension::<SubjectKeyIdentifier>().unwrap().map(|(_, id)| id.0),
    );
    tbs.issuer() == issuer.tbs_certificate().subject()
        && (ids.0.is_none() || ids.0 == ids.1)
        && verifies(&public(issuer), &tbs.to_der().unwrap(), certificate.signature().raw_bytes())
}

/// The AAGUID extension: whether it is critical, and its content.
fn aaguid(certificate: &Certificate) -> Option<(bool, Vec<u8>)> {
    let extensions = certificate.tbs_certificate().extensions()?;
    let found = extensions.iter().find(|one| one.extn_id.to_string() == "1.3.6.1.4.1.45724.1.1.4")?;
    Some((found.critical, found.extn_value.as_bytes().to_vec()))
}

#[test]
fn the_root_is_a_test_root_that_signs_itself() {
    let root = root();
    let certificate = Certificate::from_der(root.der()).unwrap();
    assert_eq!(Certificate::from_pem(root.pem()).unwrap(), certificate);
    assert!(issued_by(&certificate, &certificate));
    let tbs = certificate.tbs_certificate();
    let subject = tbs.subject().to_string();
    assert!(subject.contains("CN=AnyKey TEST attestation root\\, not a real device"), "{subject}");
    let (critical, constraints) = tbs.get_extension::<BasicConstraints>().unwrap().unwrap();
    assert_eq!((critical, constraints.ca, constraints.path_len_constraint), (true, true, Some(1)));
    let (_, usage) = tbs.get_extension::<KeyUsage>().unwrap().unwrap();
    assert!(usage.key_cert_sign() && !usage.digital_signature());
}

/// WebAuthn L3, section 8.2.1, point by point.
#[test]
fn a_packed_certificate_meets_the_requirements() {
    let root = root();
    let issued = root.issue(&profile(true)).unwrap();
    let certificate = leaf(&issued);
    assert_eq!(issued.chain.len(), 1);
    assert!(issued_by(&certificate, &Certificate::from_der(root.der()).unwrap()));
    let tbs = certificate.tbs_certificate();
    assert_eq!(tbs.version(), x509_cert::Version::V3);
    let subject = tbs.subject().to_string();
    for part in ["C=AQ", "O=AnyKey TEST", "OU=Authenticator Attestation", "CN=AnyKey TEST A product"] {
        assert!(subject.contains(part), "{part} in {subject}");
    }
    let (_, constraints) = tbs.get_extension::<BasicConstraints>().unwrap().unwrap();
    assert!(!constraints.ca);
    assert_eq!(aaguid(&certificate), Some((false, [&[0x04, 0x10][..], &AAGUID].concat())));
    let serial = tbs.serial_number().as_bytes();
    assert_eq!(serial.len(), 16);
    assert_eq!(serial[0] & 0x80, 0);
}

/// WebAuthn L3, section 8.3.1, point by point.
#[test]
fn a_tpm_certificate_meets_the_requirements() {
    let root = root();
    let issued = root.issue(&tpm_profile()).unwrap();
    let certificate = leaf(&issued);
    let [_, intermediate] = issued.chain.as_slice() else { panic!("{issued:?}") };
    assert!(issued_by(&certificate, &Certificate::from_der(intermediate).unwrap()));
    let tbs = certificate.tbs_certificate();
    assert_eq!(tbs.version(), x509_cert::Version::V3);
    assert!(tbs.subject().is_empty(), "{}", tbs.subject());
    let (critical, alternative) = tbs.get_extension::<SubjectAltName>().unwrap().unwrap();
    assert!(critical);
    let [GeneralName::DirectoryName(name)] = &alternative.0[..] else { panic!("{alternative:?}") };
    let parts: Vec<(String, &[u8])> =
        name.iter().map(|part| (part.oid.to_string(), part.value.value())).collect();
    for (oid, value) in [
        ("2.23.133.2.1", "id:FFFFF1D0"),
        ("2.23.133.2.2", "AnyKey TEST TPM"),
        ("2.23.133.2.3", "id:00000001"),
    ] {
        assert!(parts.contains(&(oid.to_owned(), value.as_bytes())), "{oid}: {parts:?}");
    }
    let (_, usages) = tbs.get_extension::<ExtendedKeyUsage>().unwrap().unwrap();
    assert_eq!(usages.0.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2.23.133.8.3"]);
    let (_, constraints) = tbs.get_extension::<BasicConstraints>().unwrap().unwrap();
    assert!(!constraints.ca);
    assert_eq!(aaguid(&certificate), None);
    assert_ne!(issued.secret, root.issue(&profile(true)).unwrap().secret, "another key than for packed");
}

/// Makers of security keys have none; where a profile wants one, it is in `x5c`, and below the root that servers know.
#[test]
fn an_intermediate_ca_comes_between_where_the_model_has_one() {
    let mut model = profile(true);
    model.ctap2.as_mut().unwrap().attestation_issuer = Issuer::Intermediate;
    let root = root();
    let issued = root.issue(&model).unwrap();
    let [_, intermediate] = issued.chain.as_slice() else { panic!("{issued:?}") };
    let intermediate = Certificate::from_der(intermediate).unwrap();
    assert!(issued_by(&leaf(&issued), &intermediate));
    assert!(issued_by(&intermediate, &Certificate::from_der(root.der()).unwrap()));
    let (critical, constraints) =
        intermediate.tbs_certificate().get_extension::<BasicConstraints>().unwrap().unwrap();
    assert_eq!((critical, constraints.ca, constraints.path_len_constraint), (true, true, Some(0)));
    let (_, usage) = intermediate.tbs_certificate().get_extension::<KeyUsage>().unwrap().unwrap();
    assert!(usage.key_cert_sign() && !usage.digital_signature());
    assert_eq!(issued.chain[1], root.issue(&tpm_profile()).unwrap().chain[1], "one for all models");
}

/// The key of a TPM is RSA; whoever imports it signs for its certificate.
#[test]
fn a_tpm_has_an_rsa_key() {
    let issued = root().issue(&tpm_profile()).unwrap();
    assert_eq!(issued.alg, Alg::RS256);
    let mut platform = Seeded::from_seed([6; 32]);
    provision(&mut platform, &issued).unwrap();
    let key = platform.import(issued.alg, &issued.secret, Keep::Stored).unwrap();
    let mut signature = [0; 256];
    assert_eq!(platform.sign(&key, b"m", &mut signature), Ok(256));
    let certificate = leaf(&issued);
    let spki = certificate.tbs_certificate().subject_public_key_info();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki.subject_public_key.raw_bytes());
    public.verify(b"m", &signature).unwrap();
    assert_eq!(platform.import(issued.alg, &issued.secret, Keep::Wrapped), Err(CryptoError::Unsupported));
    assert_eq!(platform.import(issued.alg, &issued.secret[1..], Keep::Stored), Err(CryptoError::BadKey));
}

/// Each slip changes what it names, and nothing else that matters.
#[test]
fn slips_are_what_they_say() {
    let root = root();
    let other = leaf(&root.issue_with(&profile(true), Some(Slip::OtherAaguid)).unwrap());
    let mut wrong = AAGUID;
    wrong[15] ^= 1;
    assert_eq!(aaguid(&other), Some((false, [&[0x04, 0x10][..], &wrong].concat())));
    let of = |slip| leaf(&root.issue_with(&tpm_profile(), Some(slip)).unwrap());
    let usages = |certificate: &Certificate| {
        let (_, usages) = certificate.tbs_certificate().get_extension::<ExtendedKeyUsage>().unwrap().unwrap();
        usages.0.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let named = |certificate: &Certificate| {
        certificate.tbs_certificate().get_extension::<SubjectAltName>().unwrap().is_some()
    };
    let parts = |certificate: &Certificate| {
        let subject = !certificate.tbs_certificate().subject().is_empty();
        (usages(certificate) == ["2.23.133.8.3"], subject, named(certificate))
    };
    assert_eq!(parts(&of(Slip::NoAikUsage)), (false, false, true));
    assert_eq!(parts(&of(Slip::AikWithSubject)), (true, true, true));
    assert_eq!(parts(&of(Slip::NoTpmName)), (true, false, false));
}

#[test]
fn a_u2f_certificate_has_no_aaguid() {
    let certificate = leaf(&root().issue(&profile(false)).unwrap());
    assert_eq!(aaguid(&certificate), None);
    assert_eq!(public(&certificate)[0], 4);
}

#[test]
fn the_secret_belongs_to_the_certificate() {
    let issued = root().issue(&profile(true)).unwrap();
    let mut platform = Seeded::from_seed([6; 32]);
    let key = platform.import(Alg::ES256, &issued.secret, Keep::Stored).unwrap();
    assert!(verifies(&public(&leaf(&issued)), b"m", &sign(&mut platform, &key, b"m")));
}

#[test]
fn a_device_takes_key_and_chain() {
    let issued = root().issue(&profile(true)).unwrap();
    let mut platform = Fast::new();
    provision(&mut platform, &issued).unwrap();
    assert_eq!(platform.stored_keys(), 1);
    let stored = platform.store().size();
    assert!(stored > issued.chain[0].len());
    let mut full = Fast::over(MemoryStore::limited(stored - 1));
    assert!(matches!(provision(&mut full, &issued), Err(NotProvisioned::Store(_))));
    assert!(full.store().is_empty());
    assert_eq!(full.stored_keys(), 0);
}

#[test]
fn the_same_seed_gives_the_same_certificates() {
    let (one, two) = (root(), root());
    assert_eq!(one.der(), two.der());
    let (first, second) = (one.issue(&profile(true)).unwrap(), two.issue(&profile(true)).unwrap());
    assert_eq!(first.chain, second.chain);
    assert_eq!(first.secret, second.secret);
}

#[test]
fn roots_and_models_do_not_share_keys() {
    let issued = [
        root().issue(&profile(true)).unwrap(),
        root().issue(&profile(false)).unwrap(),
        TestRoot::generate().unwrap().issue(&profile(true)).unwrap(),
        TestRoot::generate().unwrap().issue(&profile(true)).unwrap(),
    ];
    for (at, one) in issued.iter().enumerate() {
        for other in &issued[at + 1..] {
            assert_ne!(one.secret, other.secret);
            assert_ne!(public(&leaf(one)), public(&leaf(other)));
        }
    }
    let foreign = TestRoot::generate().unwrap();
    assert!(!issued_by(&leaf(&issued[0]), &Certificate::from_der(foreign.der()).unwrap()));
}

#[test]
fn debug_shows_no_secret() {
    let root = root();
    assert!(format!("{root:?}").starts_with("TestRoot { anchor_bytes: ["));
    assert!(format!("{:?}", root.issue(&profile(true)).unwrap()).starts_with("Issued { chain_bytes: ["));
}
