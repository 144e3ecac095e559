//! Attestation statements: `none` (section 8.7), `packed` (8.2), `tpm` (8.3), `fido-u2f` (8.6), and whether they are trusted.

mod tpm;

use wire::authdata::AttestedCredentialData;
use wire::cbor::{CborError, Key, Reader};

use super::both_ceremonies::hex;
use super::certificate::Certificate;
use super::check::Check;
use super::expectations::{Expectations, Refusal};
use super::trust;
use crate::key::{Curve, PublicKey, Scheme};

/// What an attestation statement came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The format.
    pub format: String,
    /// The type.
    pub kind: AttestationType,
}

/// Attestation type (section 6.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttestationType {
    /// No attestation.
    None,
    /// Self attestation.
    SelfAttestation,
    /// Basic or AttCA, with its trust path: DER certificates, leaf first.
    Certified(Vec<Vec<u8>>),
}

/// What a statement is verified against.
pub(super) struct Evidence<'a> {
    pub(super) fmt: &'a str,
    pub(super) statement: &'a [u8],
    pub(super) auth_data: &'a [u8],
    pub(super) client_data_hash: &'a [u8; 32],
    pub(super) rp_id_hash: &'a [u8; 32],
    pub(super) attested: &'a AttestedCredentialData<'a>,
    /// The credential's algorithm.
    pub(super) algorithm: i32,
    /// The credential's key; none if it cannot be used.
    pub(super) key: Option<&'a PublicKey>,
}

/// The members of a statement, of whatever format.
#[derive(Default)]
struct Statement<'a> {
    entries: usize,
    alg: Option<i32>,
    sig: Option<&'a [u8]>,
    x5c: Option<Vec<&'a [u8]>>,
    ver: Option<&'a str>,
    pub_area: Option<&'a [u8]>,
    cert_info: Option<&'a [u8]>,
}

/// Steps 21 and 22: finds the format and follows its verification procedure.
pub(super) fn verify(evidence: &Evidence<'_>, expect: &Expectations) -> Result<Attestation, Refusal> {
    let taken =
        expect.attestation.formats.as_ref().is_none_or(|formats| formats.iter().any(|f| f == evidence.fmt));
    let known = FORMATS.contains(&evidence.fmt);
    expect.insist(Check::AttestationFormat, taken && known, || {
        let whose = if known { "taken" } else { "known" };
        format!("the attestation statement format {:?} is not {whose}", evidence.fmt)
    })?;
    let statement = Statement::parse(evidence.statement).map_err(|e| format!("attestation statement: {e}"));
    let statement = expect.pass(Check::AttestationStatement, statement)?.unwrap_or_default();
    let kind = match evidence.fmt {
        "packed" => packed(evidence, &statement, expect)?,
        "tpm" => tpm::verify(evidence, &statement, expect)?,
        "fido-u2f" => fido_u2f(evidence, &statement, expect)?,
        "none" => {
            expect.insist(Check::AttestationStatement, statement.entries == 0, || {
                format!(
                    "the statement of format none has {} members, an empty map is expected",
                    statement.entries
                )
            })?;
            AttestationType::None
        }
        _ => AttestationType::None,
    };
    Ok(Attestation { format: evidence.fmt.to_owned(), kind })
}

/// Steps 23 and 24, and the lists of AAGUIDs.
pub(super) fn assess(
    attestation: &Attestation,
    aaguid: &[u8; 16],
    expect: &Expectations,
) -> Result<(), Refusal> {
    let policy = &expect.attestation;
    match &attestation.kind {
        AttestationType::None => expect.insist(Check::NoAttestation, policy.accept_none, || {
            "there is no attestation, and one is required".to_owned()
        })?,
        AttestationType::SelfAttestation => {
            expect.insist(Check::SelfAttestation, policy.accept_self, || {
                "it is self attestation, which is not accepted".to_owned()
            })?
        }
        AttestationType::Certified(path) => {
            if let Some(anchors) = &policy.anchors {
                trust::verify(path, anchors, expect)?;
            }
        }
    }
    let allowed = policy.aaguid_allow.is_empty() || policy.aaguid_allow.contains(aaguid);
    expect.insist(Check::AaguidAllowed, allowed, || {
        format!("the AAGUID {} is not in the allow list", hex(aaguid))
    })?;
    expect.insist(Check::AaguidDenied, !policy.aaguid_deny.contains(aaguid), || {
        format!("the AAGUID {} is in the deny list", hex(aaguid))
    })
}

/// Section 8.2.
fn packed(
    evidence: &Evidence<'_>,
    statement: &Statement<'_>,
    expect: &Expectations,
) -> Result<AttestationType, Refusal> {
    let alg = need(statement.alg, "packed", "alg", expect)?;
    let sig = need(statement.sig, "packed", "sig", expect)?;
    let (Some(alg), Some(sig)) = (alg, sig) else { return Ok(AttestationType::None) };
    let signed = [evidence.auth_data, evidence.client_data_hash.as_slice()].concat();
    let scheme = Scheme::of_cose(alg);

    let Some(x5c) = &statement.x5c else {
        expect.insist(Check::AttestationAlgorithm, alg == evidence.algorithm, || {
            format!("self attestation has alg {alg}, the credential's is {}", evidence.algorithm)
        })?;
        let verified = scheme.zip(evidence.key).is_some_and(|(scheme, key)| key.verify(scheme, &signed, sig));
        expect.insist(Check::AttestationSignature, verified, || {
            format!("the self attestation's signature (alg {alg}) does not verify with the credential's key")
        })?;
        return Ok(AttestationType::SelfAttestation);
    };

    let path: Vec<Vec<u8>> = x5c.iter().map(|der| der.to_vec()).collect();
    let leaf = x5c.first().copied().unwrap_or_default();
    let Some(leaf) = expect.pass(Check::AttestationCertificate, Certificate::parse(leaf))? else {
        return Ok(AttestationType::Certified(path));
    };
    signature(&leaf, alg, &signed, sig, expect)?;
    expect.pass(Check::AttestationCertificate, leaf.meets_packed_requirements())?;
    same_aaguid(&leaf, evidence, expect)?;
    Ok(AttestationType::Certified(path))
}

/// The certificate's AAGUID, if it names one, is that of the key.
fn same_aaguid(
    leaf: &Certificate<'_>,
    evidence: &Evidence<'_>,
    expect: &Expectations,
) -> Result<(), Refusal> {
    let Some(Some(aaguid)) = expect.pass(Check::AttestationAaguid, leaf.aaguid())? else { return Ok(()) };
    expect.insist(Check::AttestationAaguid, &aaguid == evidence.attested.aaguid, || {
        format!(
            "the certificate is for AAGUID {}, the key's is {}",
            hex(&aaguid),
            hex(evidence.attested.aaguid)
        )
    })
}

/// The signature of a certified statement over `signed`, with the algorithm that the statement names.
fn signature(
    leaf: &Certificate<'_>,
    alg: i32,
    signed: &[u8],
    sig: &[u8],
    expect: &Expectations,
) -> Result<(), Refusal> {
    let key = expect.pass(Check::AttestationCertificate, leaf.public_key())?;
    let pair = Scheme::of_cose(alg).zip(key.as_ref());
    expect.insist(
        Check::AttestationAlgorithm,
        pair.is_some_and(|(scheme, key)| key.goes_with(scheme)),
        || format!("alg {alg} does not go with the certificate's key"),
    )?;
    let verified = pair.is_some_and(|(scheme, key)| key.verify(scheme, signed, sig));
    expect.insist(Check::AttestationSignature, verified, || {
        format!("the attestation signature (alg {alg}) does not verify with the certificate's key")
    })
}

/// Section 8.6.
fn fido_u2f(
    evidence: &Evidence<'_>,
    statement: &Statement<'_>,
    expect: &Expectations,
) -> Result<AttestationType, Refusal> {
    let sig = need(statement.sig, "fido-u2f", "sig", expect)?;
    let x5c = need(statement.x5c.as_ref(), "fido-u2f", "x5c", expect)?;
    let (Some(sig), Some(x5c)) = (sig, x5c) else { return Ok(AttestationType::None) };
    expect.insist(Check::AttestationStatement, x5c.len() == 1, || {
        format!("x5c has {} certificates, fido-u2f has exactly one", x5c.len())
    })?;
    let path: Vec<Vec<u8>> = x5c.iter().map(|der| der.to_vec()).collect();
    let leaf = Certificate::parse(x5c.first().copied().unwrap_or_default());
    let key = leaf.and_then(|leaf| leaf.public_key()).and_then(|key| match key {
        PublicKey::Point(Curve::P256, _) => Ok(key),
        _ => Err("the attestation certificate's key is not on P-256".to_owned()),
    });
    let Some(key) = expect.pass(Check::AttestationCertificate, key)? else {
        return Ok(AttestationType::Certified(path));
    };
    let point = match evidence.key {
        Some(PublicKey::Point(Curve::P256, point)) => Ok(point.as_slice()),
        _ => Err(format!(
            "fido-u2f attests a key on P-256, the credential's algorithm is {}",
            evidence.algorithm
        )),
    };
    let point = expect.pass(Check::AttestationAlgorithm, point)?.unwrap_or_default();
    let signed =
        [&[0][..], evidence.rp_id_hash, evidence.client_data_hash, evidence.attested.credential_id, point]
            .concat();
    expect.insist(Check::AttestationSignature, key.verify(Scheme::EcdsaSha256, &signed, sig), || {
        "the U2F attestation signature does not verify with the certificate's key".to_owned()
    })?;
    Ok(AttestationType::Certified(path))
}

fn need<T>(
    value: Option<T>,
    format: &str,
    member: &str,
    expect: &Expectations,
) -> Result<Option<T>, Refusal> {
    let value = value.ok_or_else(|| format!("the {format} statement has no {member}"));
    expect.pass(Check::AttestationStatement, value)
}

impl<'a> Statement<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, CborError> {
        let mut statement = Self::default();
        let mut reader = Reader::new(bytes);
        let mut map = reader.map()?;
        while let Some(key) = map.next()? {
            statement.entries += 1;
            match key {
                Key::Text("alg") => statement.alg = Some(map.value().int_as()?),
                Key::Text("sig") => statement.sig = Some(map.value().bytes()?),
                Key::Text("x5c") => statement.x5c = Some(byte_strings(map.value())?),
                Key::Text("ver") => statement.ver = Some(map.value().text()?),
                Key::Text("pubArea") => statement.pub_area = Some(map.value().bytes()?),
                Key::Text("certInfo") => statement.cert_info = Some(map.value().bytes()?),
                _ => {
                    map.value().raw()?;
                }
            }
        }
        Ok(statement)
    }
}

fn byte_strings<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, CborError> {
    let mut array = reader.array()?;
    let mut strings = Vec::new();
    while let Some(element) = array.next()? {
        strings.push(element.bytes()?);
    }
    Ok(strings)
}

const FORMATS: [&str; 4] = ["none", "packed", "tpm", "fido-u2f"];
