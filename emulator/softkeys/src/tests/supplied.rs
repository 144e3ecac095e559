//! Attestation material of the user's: what is taken, and what each mistake is called.

use std::time::{Duration, SystemTime};

use authenticator::platform::{Alg, Crypto, Keep};
use authenticator::profile::{Attestation, Issuer as Wanted, Profile};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, date_time_ymd,
};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use super::certificates::{AAGUID, profile, public, tpm_profile};
use super::{sign, verifies};
use crate::{Issued, RootError, Seeded, SuppliedError, TestRoot, test_keys};

/// A key pair with what the PEM file of its owner has.
struct Owner {
    params: CertificateParams,
    key: KeyPair,
    certificate: String,
}

impl Owner {
    /// Signs its own certificate.
    fn root(name: &str, below: Option<u8>) -> Self {
        let (params, key) = (ca(name, below), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { params, key, certificate }
    }

    /// Issues for another.
    fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = self.sign(&params, &key);
        Self { params, key, certificate }
    }

    fn sign(&self, params: &CertificateParams, key: &KeyPair) -> String {
        params.signed_by(key, &Issuer::from_params(&self.params, &self.key)).unwrap().pem()
    }

    fn pem(&self) -> String {
        self.key.serialize_pem()
    }
}

fn ca(name: &str, below: Option<u8>) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(below.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    params
}

/// A key's certificate that names the model.
fn for_model(aaguid: [u8; 16]) -> CertificateParams {
    let mut params = named("a key");
    let content = [&[0x04, 16][..], &aaguid].concat();
    let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4], content);
    params.custom_extensions.push(extension);
    params
}

/// In 2030.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(60 * 365 * 86_400)
}

fn supplied(chain: &str, key: &str, profile: &Profile) -> Result<Issued, SuppliedError> {
    Issued::supplied(chain.as_bytes(), key.as_bytes(), profile, now())
}

fn root(chain: &str, key: &str) -> Result<TestRoot, SuppliedError> {
    TestRoot::supplied(chain.as_bytes(), key.as_bytes(), now())
}

/// The message without its end.
fn says<T: std::fmt::Debug>(result: Result<T, SuppliedError>, beginning: &str) {
    let said = result.unwrap_err().to_string();
    assert!(said.starts_with(beginning), "{said}");
}

#[test]
fn a_chain_is_taken_as_it_is() {
    let root = Owner::root("a root", None);
    let middle = root.issue(ca("a middle", Some(0)));
    let leaf = middle.issue(for_model(AAGUID));
    let chain = format!("which key it is\n{}{}", leaf.certificate, middle.certificate);
    let issued = supplied(&chain, &leaf.pem(), &profile(true)).unwrap();
    assert_eq!((issued.alg, issued.chain.len()), (Alg::ES256, 2));
    let mut platform = Seeded::from_seed([1; 32]);
    let key = platform.import(issued.alg, &issued.secret, Keep::Stored).unwrap();
    let certificate = Certificate::from_der(&issued.chain[0]).unwrap();
    assert!(verifies(&public(&certificate), b"m", &sign(&mut platform, &key, b"m")));
    // Without the extension it goes with any model.
    let any = middle.issue(named("any key"));
    supplied(&any.certificate, &any.pem(), &profile(false)).unwrap();
}

/// The public keys of the set stand in for one that the user has.
#[test]
fn an_rsa_key_is_for_tpms() {
    let root = Owner::root("a root", None);
    let pkcs8 = test_keys::attestation(0);
    let pem = x509_cert::der::pem::encode_string("PRIVATE KEY", Default::default(), pkcs8).unwrap();
    let pair = KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).unwrap();
    let chain = root.sign(&for_model(AAGUID), &pair);
    let issued = supplied(&chain, &pem, &tpm_profile()).unwrap_err();
    assert!(matches!(issued, SuppliedError::NotForU2f(_)), "the model of the tests speaks U2F: {issued}");
    let mut model = tpm_profile();
    model.u2f = None;
    let issued = supplied(&chain, &pem, &model).unwrap();
    assert_eq!((issued.alg, &issued.secret[..4]), (Alg::RS256, &pkcs8[..4]));
    Seeded::from_seed([1; 32]).import(issued.alg, &issued.secret, Keep::Stored).unwrap();
}

#[test]
fn what_is_wrong_with_a_chain_is_said() {
    let ca_of = Owner::root("a root", None);
    let (leaf, other) = (ca_of.issue(for_model(AAGUID)), ca_of.issue(for_model([9; 16])));
    let model = profile(true);
    says(supplied("", &leaf.pem(), &model), "the certificate file has no certificate in PEM");
    says(supplied(&leaf.pem(), &leaf.pem(), &model), "the certificate file has no certificate in PEM");
    says(supplied(&leaf.certificate, &leaf.certificate, &model), "the key file has no private key in PEM");
    let torn = leaf.certificate.replace("MII", "MIA");
    says(supplied(&torn, &leaf.pem(), &model), "certificate 1 of the file cannot be read: ");
    says(supplied(&leaf.certificate, &other.pem(), &model), "the private key is not that of the first");
    let theirs = "the certificate is for the AAGUID 09090909-0909-0909-0909-090909090909, and the key's model has a1a1";
    says(supplied(&other.certificate, &other.pem(), &model), theirs);
    says(supplied(&ca_of.certificate, &ca_of.pem(), &model), "`CN=a root` is a CA certificate, not that of");
    let chain = [&*leaf.certificate, &other.certificate].concat();
    says(supplied(&chain, &leaf.pem(), &model), "`CN=a key`, which comes next in the file, did not issue");
    let mut old = for_model(AAGUID);
    old.not_after = date_time_ymd(2021, 1, 1);
    let old = ca_of.issue(old);
    says(
        supplied(&old.certificate, &old.pem(), &model),
        "`CN=a key` is valid from 2020-01-01T00:00:00Z to 2021",
    );
    let curve = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let chain = ca_of.sign(&for_model(AAGUID), &curve);
    says(supplied(&chain, &curve.serialize_pem(), &model), "the private key is not one that attestation is");
    let mut none = model;
    none.u2f = None;
    none.ctap2.as_mut().unwrap().attestation = Attestation::PackedSelf;
    says(supplied(&leaf.certificate, &leaf.pem(), &none), "a `model` does not attest with a certificate");
}

#[test]
fn a_ca_issues_for_every_model() {
    let owner = Owner::root("my CA", None);
    let root = root(&owner.certificate, &owner.pem()).unwrap();
    let own = Certificate::from_der(root.der()).unwrap();
    assert_eq!(root.anchors().len(), 1);
    let issued = root.issue(&profile(true)).unwrap();
    let leaf = Certificate::from_der(&issued.chain[0]).unwrap();
    assert_eq!((leaf.tbs_certificate().issuer(), issued.chain.len()), (own.tbs_certificate().subject(), 1));
    let signed = leaf.tbs_certificate().to_der().unwrap();
    assert!(verifies(&public(&own), &signed, leaf.signature().raw_bytes()));
    let again = self::root(&owner.certificate, &owner.pem()).unwrap().issue(&profile(true)).unwrap();
    assert_eq!((again.chain, again.secret), (issued.chain, issued.secret), "the same each time");
    assert_eq!(root.issue(&tpm_profile()).unwrap().chain.len(), 2, "an intermediate one below it");
}

#[test]
fn an_intermediate_ca_is_in_the_chain_and_among_the_anchors() {
    let top = Owner::root("my root", None);
    let middle = top.issue(ca("my CA", Some(0)));
    let root = root(&[&*middle.certificate, &top.certificate].concat(), &middle.pem()).unwrap();
    assert_eq!(root.anchors().len(), 2);
    for wanted in [Wanted::Root, Wanted::Intermediate] {
        let mut model = profile(true);
        model.ctap2.as_mut().unwrap().attestation_issuer = wanted;
        let issued = root.issue(&model).unwrap();
        assert_eq!(issued.chain[1..], root.anchors()[..1], "{wanted:?}: the CA's own, once");
    }
}

#[test]
fn what_is_wrong_with_a_ca_is_said() {
    let owner = Owner::root("my CA", Some(0));
    let leaf = owner.issue(named("a key"));
    says(root(&leaf.certificate, &leaf.pem()), "`CN=a key` is not the certificate of a CA");
    says(
        root(&owner.certificate, &leaf.pem()),
        "the private key is not that of the first certificate, `CN=my CA`",
    );
    let narrow = root(&owner.certificate, &owner.pem()).unwrap();
    let refused = narrow.issue(&tpm_profile()).unwrap_err();
    assert!(matches!(refused, RootError::NoIntermediate(_)), "{refused}");
    narrow.issue(&profile(true)).unwrap();
    let mut nameless = ca("", None);
    nameless.distinguished_name = rcgen::DistinguishedName::new();
    let key = KeyPair::generate().unwrap();
    let certificate = nameless.self_signed(&key).unwrap().pem();
    assert!(matches!(root(&certificate, &key.serialize_pem()), Err(SuppliedError::CaName(_))));
}
