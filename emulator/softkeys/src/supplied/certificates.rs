//! The certificates of a PEM text, and what they say.

use std::time::{Duration, SystemTime};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::SuppliedError;

/// One or more certificates, in the order of the text.
pub(super) struct Given(One, Vec<One>);

/// One of them.
pub(super) struct One {
    pub(super) der: Vec<u8>,
    parsed: Certificate,
}

impl Given {
    /// All certificates of the text; what stands between them is passed over.
    pub(super) fn read(pem: &[u8]) -> Result<Self, SuppliedError> {
        let mut all = Vec::new();
        for (place, der) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let der = der.map_err(|error| SuppliedError::BadCertificate(place + 1, error.to_string()))?;
            all.push(One::of(place, &der)?);
        }
        let mut all = all.into_iter();
        let first = all.next().ok_or(SuppliedError::NoCertificate)?;
        Ok(Self(first, all.collect()))
    }

    pub(super) fn first(&self) -> &One {
        &self.0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &One> {
        std::iter::once(&self.0).chain(&self.1)
    }

    /// Each with the one after it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&One, &One)> {
        self.iter().zip(self.iter().skip(1))
    }
}

impl One {
    /// The certificate; `place` counts from 0, for the message.
    pub(super) fn of(place: usize, der: &[u8]) -> Result<Self, SuppliedError> {
        let parsed = Certificate::from_der(der)
            .map_err(|error| SuppliedError::BadCertificate(place + 1, error.to_string()))?;
        Ok(Self { der: der.to_vec(), parsed })
    }

    pub(super) fn subject(&self) -> String {
        let subject = self.parsed.tbs_certificate().subject();
        // That of a TPM's key is empty.
        if subject.is_empty() { "the certificate without a subject".to_owned() } else { subject.to_string() }
    }

    /// The subject's public key, without the algorithm.
    pub(super) fn public_key(&self) -> &[u8] {
        self.parsed.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes()
    }

    /// Whether the other one names this one as its issuer.
    pub(super) fn issued(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate().subject() == other.parsed.tbs_certificate().issuer()
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issued(self)
    }

    pub(super) fn is_valid_at(&self, now: SystemTime) -> bool {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let validity = self.parsed.tbs_certificate().validity();
        validity.not_before.to_unix_duration() <= now && now <= validity.not_after.to_unix_duration()
    }

    pub(super) fn dates(&self) -> String {
        let validity = self.parsed.tbs_certificate().validity();
        format!("{} to {}", validity.not_before, validity.not_after)
    }

    pub(super) fn is_ca(&self) -> bool {
        self.constraints().is_some_and(|constraints| constraints.ca)
    }

    /// A CA, whose key is for certificates if the certificate says what it is for.
    pub(super) fn may_issue(&self) -> bool {
        let usage = self.parsed.tbs_certificate().get_extension::<KeyUsage>();
        self.is_ca() && usage.is_ok_and(|usage| usage.is_none_or(|(_, usage)| usage.key_cert_sign()))
    }

    /// A CA may stand between this one and what it issues.
    pub(super) fn allows_more_cas(&self) -> bool {
        self.constraints().is_some_and(|constraints| constraints.path_len_constraint != Some(0))
    }

    /// The name has parts, and each is one attribute.
    pub(super) fn has_plain_name(&self) -> bool {
        let subject = self.parsed.tbs_certificate().subject();
        !subject.is_empty() && subject.as_ref().iter().all(|part| part.len() == 1)
    }

    fn constraints(&self) -> Option<BasicConstraints> {
        let found = self.parsed.tbs_certificate().get_extension::<BasicConstraints>();
        found.ok().flatten().map(|(_, constraints)| constraints)
    }

    /// What id-fido-gen-ce-aaguid names, if it is there and well formed.
    pub(super) fn aaguid(&self) -> Option<[u8; 16]> {
        let extensions = self.parsed.tbs_certificate().extensions()?;
        let found = extensions.iter().find(|one| one.extn_id.to_string() == AAGUID)?;
        found.extn_value.as_bytes().strip_prefix(&[0x04, 16])?.try_into().ok()
    }
}

const AAGUID: &str = "1.3.6.1.4.1.45724.1.1.4";
