//! Format `tpm`: [section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation), step by step.

use aws_lc_rs::digest::{self, digest};
use wire::DecodeError;
use wire::tpm::{AlgId, Attest, Attested, CERTIFY, CurveId, GENERATED, Key, PublicArea};

use super::{AttestationType, Evidence, Statement, need, same_aaguid, signature};
use crate::key::{Curve, PublicKey, Scheme};
use crate::verify::both_ceremonies::hex;
use crate::verify::certificate::Certificate;
use crate::verify::check::Check;
use crate::verify::expectations::{Expectations, Refusal};

pub(super) fn verify(
    evidence: &Evidence<'_>,
    statement: &Statement<'_>,
    expect: &Expectations,
) -> Result<AttestationType, Refusal> {
    let ver = need(statement.ver, "tpm", "ver", expect)?;
    expect.insist(Check::AttestationStatement, ver == Some("2.0"), || {
        format!("the TPM's version is {ver:?}, \"2.0\" is expected")
    })?;
    let alg = need(statement.alg, "tpm", "alg", expect)?;
    let sig = need(statement.sig, "tpm", "sig", expect)?;
    let x5c = need(statement.x5c.as_ref(), "tpm", "x5c", expect)?;
    let pub_area = need(statement.pub_area, "tpm", "pubArea", expect)?;
    let cert_info = need(statement.cert_info, "tpm", "certInfo", expect)?;
    let (Some(alg), Some(sig), Some(x5c), Some(pub_area), Some(cert_info)) =
        (alg, sig, x5c, pub_area, cert_info)
    else {
        return Ok(AttestationType::None);
    };
    public_area(evidence, pub_area, expect)?;
    let path: Vec<Vec<u8>> = x5c.iter().map(|der| der.to_vec()).collect();
    let leaf = Certificate::parse(x5c.first().copied().unwrap_or_default());
    if let Some(leaf) = expect.pass(Check::AttestationCertificate, leaf)? {
        certificate(&leaf, evidence, expect)?;
        signature(&leaf, alg, cert_info, sig, expect)?;
    }
    certification(evidence, alg, pub_area, cert_info, expect)?;
    Ok(AttestationType::Certified(path))
}

/// "Verify that the public key specified by the parameters and unique fields of pubArea is identical to the credentialPublicKey".
fn public_area(evidence: &Evidence<'_>, pub_area: &[u8], expect: &Expectations) -> Result<(), Refusal> {
    let key = PublicArea::decode(pub_area).map_err(|e| e.to_string()).and_then(|area| key(&area.key));
    let Some(key) = expect.pass(Check::TpmPublicArea, key)? else { return Ok(()) };
    expect.insist(Check::TpmPublicArea, evidence.key == Some(&key), || {
        "the public area is not that of the credential's key".to_owned()
    })
}

/// "Verify integrity of certInfo": the certificate.
fn certificate(
    leaf: &Certificate<'_>,
    evidence: &Evidence<'_>,
    expect: &Expectations,
) -> Result<(), Refusal> {
    expect.pass(Check::AttestationCertificate, leaf.meets_tpm_requirements())?;
    // That there is none is against the requirements, too.
    if let Ok(maker) = leaf.manufacturer() {
        let known = MANUFACTURERS.iter().any(|known| maker.eq_ignore_ascii_case(&format!("id:{known:08X}")));
        expect
            .insist(Check::TpmManufacturer, known, || format!("no maker of TPMs has the vendor {maker}"))?;
    }
    same_aaguid(leaf, evidence, expect)
}

/// "Validate that certInfo is valid".
fn certification(
    evidence: &Evidence<'_>,
    alg: i32,
    pub_area: &[u8],
    cert_info: &[u8],
    expect: &Expectations,
) -> Result<(), Refusal> {
    let attest = Attest::decode(cert_info).map_err(|e: DecodeError| e.to_string());
    let Some(attest) = expect.pass(Check::TpmCertInfo, attest)? else { return Ok(()) };
    expect.insist(Check::TpmCertInfo, attest.magic == GENERATED, || {
        format!(
            "the magic is {:#010x}, that of a structure that a TPM made is {GENERATED:#010x}",
            attest.magic
        )
    })?;
    expect.insist(Check::TpmCertInfo, attest.kind == CERTIFY, || {
        format!("the type is {:#06x}, that of a certification is {CERTIFY:#06x}", attest.kind)
    })?;
    let signed = [evidence.auth_data, evidence.client_data_hash.as_slice()].concat();
    let hash = Scheme::of_cose(alg).map(|scheme| digest(digest_of(scheme), &signed));
    expect.insist(
        Check::TpmExtraData,
        hash.is_some_and(|hash| hash.as_ref() == attest.extra_data),
        || {
            format!(
                "extraData is {}, not the digest of authenticator data and client data hash",
                hex(attest.extra_data)
            )
        },
    )?;
    let Attested::Certify { name, .. } = attest.attested else { return Ok(()) };
    let expected = name_of(pub_area);
    let Some(expected) = expect.pass(Check::TpmName, expected)? else { return Ok(()) };
    expect.insist(Check::TpmName, name == expected, || {
        format!(
            "the name of the certified key is {}, that of the public area is {}",
            hex(name),
            hex(&expected)
        )
    })
}

/// The key of a public area. Shorter coordinates are taken for such with leading zeros.
fn key(key: &Key<'_>) -> Result<PublicKey, String> {
    match *key {
        Key::Rsa { key_bits, exponent, modulus, .. } => {
            if usize::from(key_bits) != 8 * modulus.len() {
                return Err(format!("the modulus has {} bytes, keyBits is {key_bits}", modulus.len()));
            }
            let exponent = if exponent == 0 { 65537 } else { exponent };
            Ok(PublicKey::rsa(modulus, &exponent.to_be_bytes()))
        }
        Key::Ecc { curve, x, y, .. } => {
            let curve = match curve {
                CurveId::NIST_P256 => Curve::P256,
                CurveId::NIST_P384 => Curve::P384,
                CurveId::NIST_P521 => Curve::P521,
                CurveId(other) => return Err(format!("the curve {other:#06x} is not known")),
            };
            let whole =
                |part: &[u8]| [vec![0; curve.size().saturating_sub(part.len())], part.to_vec()].concat();
            PublicKey::coordinates(curve, &whole(x), &whole(y)).map_err(|e| e.to_string())
        }
    }
}

/// The name of a public area (TPM 2.0 Library, part 1, section 16): the digest's algorithm, and the digest by it.
fn name_of(pub_area: &[u8]) -> Result<Vec<u8>, String> {
    let area = PublicArea::decode(pub_area).map_err(|e| e.to_string())?;
    let algorithm = match area.name_alg {
        AlgId::SHA1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        AlgId::SHA256 => &digest::SHA256,
        AlgId::SHA384 => &digest::SHA384,
        AlgId::SHA512 => &digest::SHA512,
        AlgId(other) => return Err(format!("nameAlg {other:#06x} is no digest that is known")),
    };
    Ok([&area.name_alg.0.to_be_bytes(), digest(algorithm, pub_area).as_ref()].concat())
}

fn digest_of(scheme: Scheme) -> &'static digest::Algorithm {
    match scheme {
        Scheme::EcdsaSha256 | Scheme::RsaSha256 => &digest::SHA256,
        Scheme::EcdsaSha384 | Scheme::RsaSha384 => &digest::SHA384,
        Scheme::EcdsaSha512 | Scheme::RsaSha512 | Scheme::Ed25519 => &digest::SHA512,
    }
}

/// The TCG's registry of TPM vendor ids, and the one that FIDO's conformance tests use.
const MANUFACTURERS: [u32; 25] = [
    0x414d_4400, // AMD
    0x414e_5400, // Ant Group
    0x4154_4d4c, // Atmel
    0x4252_434d, // Broadcom
    0x4353_434f, // Cisco
    0x464c_5953, // Flyslice
    0x474f_4f47, // Google
    0x4850_4500, // HPE
    0x4850_4900, // HPI
    0x4849_5349, // Huawei
    0x4942_4d00, // IBM
    0x4946_5800, // Infineon
    0x494e_5443, // Intel
    0x4c45_4e00, // Lenovo
    0x4d53_4654, // Microsoft
    0x4e53_4d20, // National Semiconductor
    0x4e54_4300, // Nuvoton
    0x4e54_5a00, // Nationz
    0x5143_4f4d, // Qualcomm
    0x524f_4343, // Fuzhou Rockchip
    0x534d_534e, // Samsung
    0x534e_5300, // Sinosun
    0x5354_4d20, // STMicroelectronics
    0x5745_4300, // Winbond
    0xffff_f1d0, // FIDO conformance
];
