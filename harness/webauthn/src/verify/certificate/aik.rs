//! The requirements of the tpm format: [section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements), and section 3.2.9
//! of the TCG EK Credential Profile for TPM Family 2.0.

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};

use super::Certificate;

impl Certificate<'_> {
    /// Section 8.3.1, all but whether the manufacturer is one that is known.
    pub(in crate::verify) fn meets_tpm_requirements(&self) -> Result<(), String> {
        self.is_version_3()?;
        if !self.subject().is_empty() {
            return Err(format!("the subject is {}, an empty one is expected", self.subject()));
        }
        self.alternative_name_is_critical()?;
        for (oid, what) in
            [(TPM_MANUFACTURER, "manufacturer"), (TPM_MODEL, "model"), (TPM_VERSION, "version")]
        {
            if self.tpm(oid, what)?.is_empty() {
                return Err(format!("the TPM's {what} is empty"));
            }
        }
        let usage = self.extension::<ExtendedKeyUsage>("Extended Key Usage")?;
        if !usage.is_some_and(|usage| usage.0.contains(&AIK_CERTIFICATE)) {
            return Err(
                "the Extended Key Usage does not name tcg-kp-AIKCertificate (2.23.133.8.3)".to_owned()
            );
        }
        self.is_no_ca()?;
        self.aaguid_is_not_critical()
    }

    /// The TPM's maker as the certificate names it, `id:494E5443`.
    pub(in crate::verify) fn manufacturer(&self) -> Result<String, String> {
        self.tpm(TPM_MANUFACTURER, "manufacturer")
    }

    /// RFC 5280, section 4.2.1.6: where the subject is empty.
    fn alternative_name_is_critical(&self) -> Result<(), String> {
        let found = self.parsed.tbs_certificate().get_extension::<SubjectAltName>();
        match found.map_err(|e| format!("Subject Alternative Name cannot be read: {e}"))? {
            None => Err("there is no Subject Alternative Name".to_owned()),
            Some((false, _)) => Err("the Subject Alternative Name is not critical".to_owned()),
            Some((true, _)) => Ok(()),
        }
    }

    /// An attribute of the TPM: some makers put all three into one relative distinguished name, some each into its own.
    fn tpm(&self, oid: ObjectIdentifier, what: &str) -> Result<String, String> {
        let names = self.extension::<SubjectAltName>("Subject Alternative Name")?;
        let names = names.map(|names| names.0).unwrap_or_default();
        let directories = names.iter().filter_map(|name| match name {
            GeneralName::DirectoryName(name) => Some(name),
            _ => None,
        });
        let mut parts = directories.flat_map(|name| name.iter()).filter(|part| part.oid == oid);
        let part = parts.next().ok_or_else(|| format!("the Subject Alternative Name names no TPM {what}"))?;
        String::from_utf8(part.value.value().to_vec()).map_err(|_| format!("the TPM's {what} is not text"))
    }
}

const TPM_MANUFACTURER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.1");
const TPM_MODEL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.2");
const TPM_VERSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.3");
const AIK_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.8.3");
