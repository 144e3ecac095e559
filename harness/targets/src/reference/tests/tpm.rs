//! What a TPM says of a P-256 key, byte by byte, with one thing wrong about it if a test wants that; and the certificate of its
//! attestation key.

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose};
use sha2::{Digest, Sha256};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    ExtraData,
    PublicArea,
    Name,
    Magic,
}

/// `pubArea` and `certInfo` (TPM 2.0 Library, part 2, TPMT_PUBLIC and TPMS_ATTEST).
pub(super) fn certified(point: &[u8], signed: &[u8], lie: Option<Lie>) -> (Vec<u8>, Vec<u8>) {
    let is = |what| lie == Some(what);
    let mut point = point.to_vec();
    if is(Lie::PublicArea) {
        // The same x with the other y: a point of the curve.
        let mut borrow = 0;
        for (byte, prime) in point[33..].iter_mut().zip(PRIME).rev() {
            let (less, one) = prime.overflowing_sub(*byte);
            let (less, two) = less.overflowing_sub(borrow);
            (*byte, borrow) = (less, u8::from(one || two));
        }
    }
    let area = [
        &[0x00, 0x23, 0x00, 0x0b, 0, 4, 4, 0x72, 0, 0, 0x00, 0x10, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10][..],
        &sized(&point[1..33]),
        &sized(&point[33..]),
    ]
    .concat();
    let named: &[u8] = if is(Lie::Name) { b"another" } else { &area };
    let name = [&[0x00, 0x0b][..], &Sha256::digest(named)].concat();
    let extra: &[u8] = if is(Lie::ExtraData) { b"other data" } else { signed };
    let info = [
        if is(Lie::Magic) { b"\xffTCX" } else { b"\xffTCG" },
        &[0x80, 0x17][..],
        &sized(&[]),
        &sized(&Sha256::digest(extra)),
        &[0; 17 + 8],
        &sized(&name),
        &sized(&name),
    ]
    .concat();
    (area, info)
}

/// Makes the certificate that of an attestation key: no subject, the TPM in the alternative name, the key's use.
pub(super) fn shape(leaf: &mut CertificateParams) {
    leaf.distinguished_name = DistinguishedName::new();
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![2, 23, 133, 8, 3])];
    let parts = [(1, "id:FFFFF1D0"), (2, "A model"), (3, "id:13")].map(|(number, value)| {
        let oid = der(6, &[0x67, 0x81, 5, 2, number]);
        der(0x31, &der(0x30, &[oid, der(0x0c, value.as_bytes())].concat()))
    });
    let names = der(0x30, &der(0xa4, &der(0x30, &parts.concat())));
    let mut alternative = CustomExtension::from_oid_content(&[2, 5, 29, 17], names);
    alternative.set_criticality(true);
    leaf.custom_extensions.push(alternative);
}

fn sized(content: &[u8]) -> Vec<u8> {
    [&u16::try_from(content.len()).unwrap().to_be_bytes(), content].concat()
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
}

/// The prime of P-256's field.
const PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];
