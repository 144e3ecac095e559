//! A TPM made of software that can lie about everything: its structures by hand, after the tables of the TPM library.

use ciborium::Value;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose};

use super::super::both_ceremonies::sha256;
use super::fixture::cbor;

/// What the TPM says; the default is right.
pub(super) struct Tpm {
    pub(super) ver: &'static str,
    pub(super) magic: u32,
    pub(super) kind: u16,
    /// Instead of the digest.
    pub(super) extra_data: Option<Vec<u8>>,
    /// The digest that the public area names.
    pub(super) name_alg: u16,
    /// Instead of the name of the public area.
    pub(super) name: Option<Vec<u8>>,
    pub(super) curve: u16,
    /// Instead of the credential's point.
    pub(super) point: Option<Vec<u8>>,
    /// keyBits, exponent and modulus instead of a point.
    pub(super) rsa: Option<(u16, u32, Vec<u8>)>,
    pub(super) area_tail: Vec<u8>,
    pub(super) info_tail: Vec<u8>,
}

impl Default for Tpm {
    fn default() -> Self {
        Self {
            ver: "2.0",
            magic: 0xff54_4347,
            kind: 0x8017,
            extra_data: None,
            name_alg: 0x000b,
            name: None,
            curve: 3,
            point: None,
            rsa: None,
            area_tail: Vec::new(),
            info_tail: Vec::new(),
        }
    }
}

fn sized(content: &[u8]) -> Vec<u8> {
    [&u16::try_from(content.len()).unwrap().to_be_bytes(), content].concat()
}

impl Tpm {
    /// TPMT_PUBLIC.
    pub(super) fn public_area(&self, credential: &[u8]) -> Vec<u8> {
        let attributes = [0, 4, 4, 0x72];
        let kind: [u8; 2] = if self.rsa.is_some() { [0, 1] } else { [0, 0x23] };
        let mut area = [&kind[..], &self.name_alg.to_be_bytes(), &attributes, &sized(&[])].concat();
        // No symmetric algorithm, no scheme.
        area.extend([0, 0x10, 0, 0x10]);
        match &self.rsa {
            Some((bits, exponent, modulus)) => {
                area.extend(bits.to_be_bytes());
                area.extend(exponent.to_be_bytes());
                area.extend(sized(modulus));
            }
            None => {
                let (x, y) = self.point.as_deref().unwrap_or(credential)[1..].split_at(32);
                area.extend(self.curve.to_be_bytes());
                area.extend([0, 0x10]);
                area.extend([sized(x), sized(y)].concat());
            }
        }
        [area, self.area_tail.clone()].concat()
    }

    /// TPMS_ATTEST.
    pub(super) fn cert_info(&self, area: &[u8], signed: &[u8]) -> Vec<u8> {
        let extra_data = self.extra_data.clone().unwrap_or_else(|| sha256(signed).to_vec());
        let name = [&[0, 0x0b][..], &sha256(area)].concat();
        let name = self.name.as_deref().unwrap_or(&name);
        let clock_and_firmware = [0; 8 + 4 + 4 + 1 + 8];
        [
            &self.magic.to_be_bytes()[..],
            &self.kind.to_be_bytes(),
            &sized(b"signer"),
            &sized(&extra_data),
            &clock_and_firmware,
            &sized(name),
            &sized(b"qualified"),
            &self.info_tail,
        ]
        .concat()
    }

    pub(super) fn statement(
        &self,
        alg: i32,
        sig: &[u8],
        x5c: &[Vec<u8>],
        area: Vec<u8>,
        info: Vec<u8>,
    ) -> Vec<u8> {
        let certificates = x5c.iter().map(|der| der.clone().into()).collect();
        cbor(&Value::Map(vec![
            ("alg".into(), alg.into()),
            ("sig".into(), sig.to_vec().into()),
            ("ver".into(), self.ver.into()),
            ("x5c".into(), Value::Array(certificates)),
            ("pubArea".into(), area.into()),
            ("certInfo".into(), info.into()),
        ]))
    }
}

/// What is special about an AIK certificate; the default is right.
pub(super) struct AikWish {
    pub(super) subject: bool,
    /// The attributes of the TPM by the last number of their OIDs; none: there is no alternative name.
    pub(super) tpm: Vec<(u8, &'static str)>,
    /// Each attribute in a relative distinguished name of its own.
    pub(super) apart: bool,
    pub(super) critical: bool,
    pub(super) usage: [u64; 5],
}

impl Default for AikWish {
    fn default() -> Self {
        Self {
            subject: false,
            tpm: vec![(1, "id:494E5443"), (2, "A model"), (3, "id:13")],
            apart: false,
            critical: true,
            usage: [2, 23, 133, 8, 3],
        }
    }
}

impl AikWish {
    pub(super) fn with(tpm: &[(u8, &'static str)]) -> Self {
        Self { tpm: tpm.to_vec(), ..Self::default() }
    }

    pub(super) fn shape(&self, leaf: &mut CertificateParams) {
        if !self.subject {
            leaf.distinguished_name = DistinguishedName::new();
        }
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(self.usage.to_vec())];
        if self.tpm.is_empty() {
            return;
        }
        let mut parts: Vec<Vec<u8>> =
            self.tpm.iter().map(|(number, value)| attribute(*number, value)).collect();
        parts.sort();
        let sets = if self.apart {
            parts.iter().map(|part| der(0x31, part)).collect::<Vec<_>>().concat()
        } else {
            der(0x31, &parts.concat())
        };
        let mut name =
            CustomExtension::from_oid_content(&[2, 5, 29, 17], der(0x30, &der(0xa4, &der(0x30, &sets))));
        name.set_criticality(self.critical);
        leaf.custom_extensions.push(name);
    }
}

fn attribute(number: u8, value: &str) -> Vec<u8> {
    der(0x30, &[der(6, &[0x67, 0x81, 5, 2, number]), der(0x0c, value.as_bytes())].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
}
