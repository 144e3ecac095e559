//! What a TPM says of a key that it holds: the structures of the attestation format `tpm`
//! (<https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation>).

use wire::Status;
use wire::cose::PublicKey;
use wire::tpm::{AlgId, Attest, Attested, CERTIFY, ClockInfo, CurveId, GENERATED, Key, PublicArea};

use super::Context;
use super::statement::Subject;
use crate::platform::Platform;

/// TPMA_OBJECT of a key that is made in the TPM, stays there, and signs: fixedTPM, fixedParent, sensitiveDataOrigin,
/// userWithAuth, noDA, sign.
const ATTRIBUTES: u32 = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 10 | 1 << 18;

/// TPM_RH_OWNER: the hierarchy that the keys belong to.
const OWNER: [u8; 4] = [0x40, 0, 0, 1];

/// The exponent of RSA keys, for which a TPM writes 0.
const F4: &[u8] = &[1, 0, 1];

/// A name: the digest's TPM_ALG_ID and the digest.
type Name = [u8; 34];

/// The structures of one statement.
pub(super) struct Certified {
    pub_area: [u8; PUB_AREA_MAX],
    pub_area_length: usize,
    cert_info: [u8; CERT_INFO_MAX],
    cert_info_length: usize,
}

impl Certified {
    /// Signing procedure, up to the signature over [`cert_info`](Self::cert_info). `x5c` stands for the key that signs.
    pub(super) fn make(
        context: &mut Context<'_>,
        subject: &Subject<'_>,
        x5c: &[&[u8]],
    ) -> Result<Self, Status> {
        let mut made = Self {
            pub_area: [0; PUB_AREA_MAX],
            pub_area_length: 0,
            cert_info: [0; CERT_INFO_MAX],
            cert_info_length: 0,
        };
        made.pub_area_length = public_area(subject.public_key)?.encode(&mut made.pub_area)?;
        let platform = &mut *context.platform;
        // Part 1, section 16: the name of the key, and its place in the hierarchy.
        let name = name(platform, &[made.pub_area()]);
        let qualified_name = self::name(platform, &[&OWNER, &name]);
        // The real one would need the attestation key's public area; nobody but its TPM can check it.
        let signer = self::name(platform, x5c.get(..1).unwrap_or_default());
        let clock = u64::try_from(context.now.as_millis()).unwrap_or(u64::MAX);
        let attest = Attest {
            magic: GENERATED,
            kind: CERTIFY,
            qualified_signer: &signer,
            extra_data: &platform.sha256(&[subject.signed]),
            clock_info: ClockInfo { clock, reset_count: 0, restart_count: 0, safe: 1 },
            firmware_version: u64::from(context.profile.ctap2.map_or(0, |ctap2| ctap2.firmware_version)),
            attested: Attested::Certify { name: &name, qualified_name: &qualified_name },
        };
        made.cert_info_length = attest.encode(&mut made.cert_info)?;
        Ok(made)
    }

    /// `pubArea`.
    pub(super) fn pub_area(&self) -> &[u8] {
        self.pub_area.get(..self.pub_area_length).unwrap_or_default()
    }

    /// `certInfo`.
    pub(super) fn cert_info(&self) -> &[u8] {
        self.cert_info.get(..self.cert_info_length).unwrap_or_default()
    }
}

/// The public area of a COSE_Key. A TPM has no Ed25519.
fn public_area(public_key: &[u8]) -> Result<PublicArea<'_>, Status> {
    let key = match PublicKey::decode(public_key)? {
        PublicKey::P256 { x, y, .. } => Key::Ecc { scheme: None, curve: CurveId::NIST_P256, x, y },
        PublicKey::Rsa { n, e: F4, .. } => {
            let key_bits = n.len().checked_mul(8).and_then(|bits| u16::try_from(bits).ok());
            Key::Rsa { scheme: None, key_bits: key_bits.ok_or(Status::OTHER)?, exponent: 0, modulus: n }
        }
        _ => return Err(Status::UNSUPPORTED_ALGORITHM),
    };
    Ok(PublicArea { name_alg: AlgId::SHA256, object_attributes: ATTRIBUTES, auth_policy: &[], key })
}

fn name(platform: &mut dyn Platform, parts: &[&[u8]]) -> Name {
    let mut name = [0; 34];
    let (alg, digest) = name.split_at_mut(2);
    alg.copy_from_slice(&AlgId::SHA256.0.to_be_bytes());
    digest.copy_from_slice(&platform.sha256(parts));
    name
}

/// Room for the public area of an RSA-2048 key.
const PUB_AREA_MAX: usize = 22 + 256;

/// Room for a certification with names of 34 bytes and a digest of 32.
const CERT_INFO_MAX: usize = 173;
