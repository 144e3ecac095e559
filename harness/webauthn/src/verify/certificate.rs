//! One attestation certificate: what it says, and the requirements of the packed format.

mod aik;

use std::time::{Duration, SystemTime};

use x509_cert::Certificate as Parsed;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::{ObjectIdentifier, OctetStringRef};
use x509_cert::der::{Decode, Header, Reader, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::name::Name;

use crate::key::{PublicKey, Scheme};

/// A certificate with the bytes that its signature covers.
pub(super) struct Certificate<'a> {
    pub(super) der: &'a [u8],
    signed: &'a [u8],
    parsed: Parsed,
}

impl<'a> Certificate<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, String> {
        let parsed =
            Parsed::from_der(der).map_err(|e| format!("the certificate is not X.509 in DER: {e}"))?;
        let signed = signed_part(der).map_err(|e| format!("the certificate is not X.509 in DER: {e}"))?;
        Ok(Self { der, signed, parsed })
    }

    pub(super) fn subject(&self) -> &Name {
        self.parsed.tbs_certificate().subject()
    }

    pub(super) fn issuer(&self) -> &Name {
        self.parsed.tbs_certificate().issuer()
    }

    pub(super) fn public_key(&self) -> Result<PublicKey, String> {
        PublicKey::from_spki(self.parsed.tbs_certificate().subject_public_key_info())
            .map_err(|e| e.to_string())
    }

    /// Whether the issuer's key made this certificate's signature.
    pub(super) fn is_signed_by(&self, issuer: &Certificate<'_>) -> bool {
        let scheme = Scheme::of_oid(self.parsed.signature_algorithm().oid);
        let signature = self.parsed.signature().as_bytes();
        match (scheme, signature, issuer.public_key()) {
            (Some(scheme), Some(signature), Ok(key)) => key.verify(scheme, self.signed, signature),
            _ => false,
        }
    }

    pub(super) fn is_valid_at(&self, now: SystemTime) -> bool {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let validity = self.parsed.tbs_certificate().validity();
        validity.not_before.to_unix_duration() <= now && now <= validity.not_after.to_unix_duration()
    }

    /// The dates, for messages.
    pub(super) fn validity(&self) -> String {
        let validity = self.parsed.tbs_certificate().validity();
        format!("{} to {}", validity.not_before, validity.not_after)
    }

    /// Whether it may issue certificates with `below` further issuers under it.
    pub(super) fn may_issue(&self, below: usize) -> Result<(), String> {
        let constraints = self.extension::<BasicConstraints>("Basic Constraints")?;
        let Some(constraints) = constraints.filter(|c| c.ca) else {
            return Err(format!("{} is no CA certificate", self.subject()));
        };
        if constraints.path_len_constraint.is_some_and(|most| usize::from(most) < below) {
            return Err(format!("{} allows fewer intermediate certificates", self.subject()));
        }
        match self.extension::<KeyUsage>("Key Usage")? {
            Some(usage) if !usage.key_cert_sign() => {
                Err(format!("{}'s key is not for signing certificates", self.subject()))
            }
            _ => Ok(()),
        }
    }

    /// Section 8.2.1.
    pub(super) fn meets_packed_requirements(&self) -> Result<(), String> {
        self.is_version_3()?;
        let country = self.subject_part(COUNTRY, "C")?;
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(format!("the subject's C is {country:?}, a country code of ISO 3166 is expected"));
        }
        if self.subject_part(ORGANISATION, "O")?.is_empty() {
            return Err("the subject's O is empty".to_owned());
        }
        let unit = self.subject_part(ORGANISATIONAL_UNIT, "OU")?;
        if unit != "Authenticator Attestation" {
            return Err(format!("the subject's OU is {unit:?}, \"Authenticator Attestation\" is expected"));
        }
        if self.subject_part(COMMON_NAME, "CN")?.is_empty() {
            return Err("the subject's CN is empty".to_owned());
        }
        self.is_no_ca()?;
        self.aaguid_is_not_critical()
    }

    fn is_version_3(&self) -> Result<(), String> {
        match self.parsed.tbs_certificate().version() {
            Version::V3 => Ok(()),
            other => Err(format!("the attestation certificate's version is {other:?}, V3 is expected")),
        }
    }

    fn is_no_ca(&self) -> Result<(), String> {
        match self.extension::<BasicConstraints>("Basic Constraints")? {
            None => Err("the attestation certificate has no Basic Constraints".to_owned()),
            Some(constraints) if constraints.ca => {
                Err("the attestation certificate is a CA certificate".to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    /// The AAGUID of the extension id-fido-gen-ce-aaguid, if it is there.
    pub(super) fn aaguid(&self) -> Result<Option<[u8; 16]>, String> {
        let Some(extension) = self.aaguid_extension() else { return Ok(None) };
        // The extension's value holds the DER of its content: the AAGUID is wrapped in two OCTET STRINGs.
        <&OctetStringRef>::from_der(extension.extn_value.as_bytes())
            .ok()
            .and_then(|inner| inner.as_bytes().try_into().ok())
            .map(Some)
            .ok_or_else(|| "the AAGUID extension is not an OCTET STRING of 16 bytes".to_owned())
    }

    fn aaguid_is_not_critical(&self) -> Result<(), String> {
        match self.aaguid_extension() {
            Some(extension) if extension.critical => Err("the AAGUID extension is critical".to_owned()),
            _ => Ok(()),
        }
    }

    fn aaguid_extension(&self) -> Option<&x509_cert::ext::Extension> {
        let extensions = self.parsed.tbs_certificate().extensions()?;
        extensions.iter().find(|extension| extension.extn_id == ID_FIDO_GEN_CE_AAGUID)
    }

    fn extension<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: for<'d> Decode<'d, Error = x509_cert::der::Error> + x509_cert::der::oid::AssociatedOid,
    {
        let found = self.parsed.tbs_certificate().get_extension::<T>();
        found.map(|e| e.map(|(_, value)| value)).map_err(|e| format!("{name} cannot be read: {e}"))
    }

    fn subject_part(&self, oid: ObjectIdentifier, name: &str) -> Result<String, String> {
        let part = self.subject().iter().find(|part| part.oid == oid);
        let part = part.ok_or_else(|| format!("the subject has no {name}"))?;
        String::from_utf8(part.value.value().to_vec())
            .map_err(|_| format!("the subject's {name} is not text"))
    }
}

/// The TBSCertificate as it stands in the certificate, with its header.
fn signed_part(der: &[u8]) -> Result<&[u8], x509_cert::der::Error> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?;
    reader.tlv_bytes()
}

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ID_FIDO_GEN_CE_AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");
