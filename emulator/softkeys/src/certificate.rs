//! What the certificates of a test root say: subjects, dates, extensions, and the one thing that is wrong where a bench wants it.

use authenticator::profile::{Attestation, Profile};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, IsCa,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};

use crate::aik;

/// id-fido-gen-ce-aaguid.
const AAGUID_OID: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// The country of the subject. WebAuthn wants an ISO 3166 code and some servers look it up; nobody makes keys in Antarctica.
const COUNTRY: &str = "AQ";

/// The organisation in every subject: nobody should take these for certificates of a maker.
const ORGANISATION: &str = "AnyKey TEST";

/// One thing that is wrong with a certificate, and that a server must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// The AAGUID extension names another model.
    OtherAaguid,
    /// The certificate of a TPM's attestation key: its Extended Key Usage does not name tcg-kp-AIKCertificate.
    NoAikUsage,
    /// The certificate of a TPM's attestation key has a subject, where it must be empty.
    AikWithSubject,
    /// The certificate of a TPM's attestation key has no Subject Alternative Name, which says which TPM it is.
    NoTpmName,
}

/// What a model's own certificate says.
pub(crate) fn leaf(profile: &Profile, serial: &[u8; 32], slip: Option<Slip>) -> CertificateParams {
    let mut params = common(serial, &format!("{ORGANISATION} {}", profile.product.as_str()));
    params.is_ca = IsCa::ExplicitNoCa;
    if in_tpm(profile) {
        aik::shape(&mut params, slip);
    }
    let mut aaguid = profile.aaguid;
    if slip == Some(Slip::OtherAaguid) {
        aaguid[15] ^= 1;
    }
    // The makers of TPMs know of no authenticators: a wrong AAGUID is the only one in their certificates. Some servers refuse any.
    if !in_tpm(profile) || slip == Some(Slip::OtherAaguid) {
        params.custom_extensions.extend(profile.ctap2.iter().map(|_| aaguid_extension(aaguid)));
    }
    params
}

/// What the certificate of a CA says that has at most `below` further CAs under it.
pub(crate) fn ca(name: &str, serial: &[u8; 32], below: u8) -> CertificateParams {
    let mut params = common(serial, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Whether the model's attestation key is one in a TPM.
pub(crate) fn in_tpm(profile: &Profile) -> bool {
    profile.ctap2.is_some_and(|ctap2| ctap2.attestation == Attestation::Tpm)
}

fn common(serial: &[u8; 32], name: &str) -> CertificateParams {
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
