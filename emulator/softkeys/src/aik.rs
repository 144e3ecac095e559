//! What makes a certificate that of an attestation key (AIK) in a TPM: WebAuthn L3,
//! [section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements), and the TCG EK Credential Profile, 3.2.9.

use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose, KeyUsagePurpose,
};

use crate::certificate::Slip;

/// tcg-kp-AIKCertificate.
const AIK_CERTIFICATE: [u64; 5] = [2, 23, 133, 8, 3];

/// id-ce-subjectAltName.
const SUBJECT_ALT_NAME: [u64; 4] = [2, 5, 29, 17];

/// tcg-at-tpmManufacturer, tcg-at-tpmModel and tcg-at-tpmVersion (2.23.133.2.1 to .3), up to their last number.
const TCG_AT: [u8; 4] = [0x67, 0x81, 0x05, 0x02];

/// The vendor id that FIDO's conformance tests use: no maker has it.
const MANUFACTURER: &str = "id:FFFFF1D0";
const MODEL: &str = "AnyKey TEST TPM";
const VERSION: &str = "id:00000001";

/// Takes the subject away, and says instead in the alternative name which TPM it is; but for the slip.
pub(crate) fn shape(params: &mut CertificateParams, slip: Option<Slip>) {
    if slip != Some(Slip::AikWithSubject) {
        params.distinguished_name = DistinguishedName::new();
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let usage = match slip {
        Some(Slip::NoAikUsage) => ExtendedKeyUsagePurpose::ClientAuth,
        _ => ExtendedKeyUsagePurpose::Other(AIK_CERTIFICATE.to_vec()),
    };
    params.extended_key_usages = vec![usage];
    if slip == Some(Slip::NoTpmName) {
        return;
    }
    let mut alternative = CustomExtension::from_oid_content(&SUBJECT_ALT_NAME, alternative_name());
    // RFC 5280, section 4.2.1.6: it is all that names the subject.
    alternative.set_criticality(true);
    params.custom_extensions.push(alternative);
}

/// GeneralNames with one directoryName: one relative distinguished name with the three attributes.
fn alternative_name() -> Vec<u8> {
    let mut attributes =
        [(1, MANUFACTURER), (2, MODEL), (3, VERSION)].map(|(number, value)| attribute(number, value));
    // X.690, section 11.6: the elements of a SET OF ascend.
    attributes.sort();
    let name = der(0x30, &der(0x31, &attributes.concat()));
    der(0x30, &der(0xa4, &name))
}

fn attribute(number: u8, value: &str) -> Vec<u8> {
    let oid = der(0x06, &[&TCG_AT[..], &[number]].concat());
    der(0x30, &[oid, der(0x0c, value.as_bytes())].concat())
}

/// One DER element of less than 128 bytes.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    debug_assert!(length < 0x80, "short form");
    [&[tag, length], content].concat()
}
