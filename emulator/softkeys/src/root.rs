//! An attestation root of our own, and the batch certificates that it issues for device models.
//!
//! Certificates follow WebAuthn L3, [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)
//! (packed), [section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements) (tpm), and U2F Raw Message
//! Formats 1.2 (a P-256 key, no AAGUID). All bytes follow from the root's seed: serial
//! numbers, keys, and RFC 6979 signatures.

use std::fmt;

use authenticator::profile::{Attestation, Profile};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use rand::Rng;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    IsCa, Issuer, KeyUsagePurpose, PublicKeyData, SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::aik;

/// id-fido-gen-ce-aaguid.
const AAGUID_OID: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// The country of the subject. WebAuthn wants an ISO 3166 code and some servers look it up; nobody makes keys in Antarctica.
const COUNTRY: &str = "AQ";

/// The organisation in every subject: nobody should take these for certificates of a maker.
const ORGANISATION: &str = "AnyKey TEST";

/// The root's common name.
const ROOT_NAME: &str = "AnyKey TEST attestation root, not a real device";

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// No usable key follows from the seed (chance 2^-32 for each).
    #[error("no P-256 key follows from this seed; take another")]
    Seed,
    /// The certificate could not be encoded.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// AnyKey's own attestation root: to be given to a server as its trust anchor.
pub struct TestRoot {
    seed: Zeroizing<[u8; 32]>,
    key: SignKey,
    certificate: Certificate,
}

/// A batch attestation key with its certificate, for one device model.
pub struct Issued {
    /// The private scalar, 32 bytes big endian.
    pub secret: Zeroizing<[u8; 32]>,
    /// DER certificates as `x5c` carries them: the model's own first. The root is not among them.
    pub chain: Vec<Vec<u8>>,
}

impl TestRoot {
    /// The root that follows from `seed`; the same bytes every time.
    pub fn seeded(seed: [u8; 32]) -> Result<Self, RootError> {
        let seed = Zeroizing::new(seed);
        let key = SignKey::new(&derive(&seed, &[b"root key"]))?;
        let mut params = params(&derive(&seed, &[b"root serial"]), ROOT_NAME);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = false;
        let certificate = params.self_signed(&key)?;
        Ok(Self { seed, key, certificate })
    }

    /// A root nobody else has.
    pub fn generate() -> Result<Self, RootError> {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self::seeded(seed)
    }

    /// The root certificate, DER.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// The root certificate, PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The batch certificate of a model and its key: the same for every key of the model, as makers do.
    ///
    /// A profile that speaks CTAP2 gets the AAGUID extension; one that only speaks U2F does not, since it has no AAGUID.
    /// Where the model attests with `tpm`, it is the certificate of an attestation key in a TPM.
    pub fn issue(&self, profile: &Profile) -> Result<Issued, RootError> {
        let in_tpm = profile.ctap2.is_some_and(|ctap2| ctap2.attestation == Attestation::Tpm);
        let kind: (&[u8], &[u8]) =
            if in_tpm { (b"AIK key", b"AIK serial") } else { (b"model key", b"model serial") };
        let model: [&[u8]; 2] = [profile.name.as_str().as_bytes(), &profile.aaguid];
        let secret = derive(&self.seed, &[kind.0, model[0], model[1]]);
        let serial = derive(&self.seed, &[kind.1, model[0], model[1]]);
        let name = format!("{ORGANISATION} {}", profile.product.as_str());
        let mut params = params(&serial, &name);
        params.is_ca = IsCa::ExplicitNoCa;
        if in_tpm {
            aik::shape(&mut params);
        }
        params.custom_extensions.extend(profile.ctap2.iter().map(|_| aaguid_extension(profile.aaguid)));
        let key = SignKey::new(&secret)?;
        let root = self::params(&[0; 32], ROOT_NAME);
        let leaf = params.signed_by(&key, &Issuer::from_params(&root, &self.key))?;
        Ok(Issued { secret, chain: vec![leaf.der().to_vec()] })
    }
}

/// What root and leaf have in common.
fn params(serial: &[u8; 32], name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    if let Ok(country) = COUNTRY.try_into() {
        subject.push(DnType::CountryName, DnValue::PrintableString(country));
    }
    subject.push(DnType::OrganizationName, ORGANISATION);
    subject.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    // Fixed, so that the bytes repeat, and all within UTCTime.
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.use_authority_key_identifier_extension = true;
    let mut number = serial[..16].to_vec();
    // Positive and of full length (RFC 5280, section 4.1.2.2).
    number[0] = number[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from(number));
    params
}

/// The OCTET STRING of the AAGUID inside the extension's own OCTET STRING; not critical.
fn aaguid_extension(aaguid: [u8; 16]) -> CustomExtension {
    CustomExtension::from_oid_content(&AAGUID_OID, [&[0x04, 16][..], &aaguid].concat())
}

/// A secret or number that follows from the root's seed and the parts, each with its length in front.
fn derive(seed: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(seed);
    let mut mac = Hmac::<Sha256>::new(&block);
    for part in parts {
        mac.update(&part.len().to_be_bytes());
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// A key that signs certificates with RFC 6979 nonces.
struct SignKey {
    key: SigningKey,
    public: Vec<u8>,
}

impl SignKey {
    fn new(secret: &[u8; 32]) -> Result<Self, RootError> {
        let key = SigningKey::from_slice(secret).map_err(|_| RootError::Seed)?;
        let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Self { key, public })
    }
}

impl PublicKeyData for SignKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for SignKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.key.try_sign(message).map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(signature.as_bytes().to_vec())
    }
}

/// The certificate's length only.
impl fmt::Debug for TestRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRoot").field("certificate_bytes", &self.der().len()).finish_non_exhaustive()
    }
}

/// The certificates' lengths only.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<usize> = self.chain.iter().map(Vec::len).collect();
        f.debug_struct("Issued").field("chain_bytes", &lengths).finish_non_exhaustive()
    }
}
