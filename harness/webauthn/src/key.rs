//! Public keys: out of COSE keys and certificates, into SubjectPublicKeyInfo, and what they verify.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use thiserror::Error;
use wire::cose;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// The key is none that can be used here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct KeyError(pub String);

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// An elliptic curve's point, uncompressed (0x04, x, y).
    Point(Curve, Vec<u8>),
    /// Ed25519.
    Ed25519(Vec<u8>),
    /// RSA, as PKCS #1 RSAPublicKey in DER.
    Rsa(Vec<u8>),
}

/// A curve for ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

/// A signature scheme without its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// ECDSA with SHA-256 (COSE ES256, -7).
    EcdsaSha256,
    /// ECDSA with SHA-384 (COSE ES384, -35).
    EcdsaSha384,
    /// ECDSA with SHA-512 (COSE ES512, -36).
    EcdsaSha512,
    /// Ed25519 (COSE EdDSA, -8).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (COSE RS256, -257).
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (COSE RS384, -258).
    RsaSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (COSE RS512, -259).
    RsaSha512,
}

impl Scheme {
    /// The scheme of a COSEAlgorithmIdentifier.
    pub fn of_cose(alg: i32) -> Option<Self> {
        match alg {
            -7 | -9 => Some(Self::EcdsaSha256),
            -8 | -19 => Some(Self::Ed25519),
            -35 | -51 => Some(Self::EcdsaSha384),
            -36 | -52 => Some(Self::EcdsaSha512),
            -257 => Some(Self::RsaSha256),
            -258 => Some(Self::RsaSha384),
            -259 => Some(Self::RsaSha512),
            _ => None,
        }
    }

    /// The scheme of a certificate's signatureAlgorithm.
    pub fn of_oid(oid: ObjectIdentifier) -> Option<Self> {
        OIDS.iter().find(|(known, _)| *known == oid).map(|(_, scheme)| *scheme)
    }
}

impl PublicKey {
    /// The key of a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// Another kind of key, or another curve.
    pub fn from_spki(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        let bits = spki
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| KeyError("the key's bits are not whole bytes".into()))?;
        match spki.algorithm.oid {
            ID_EC_PUBLIC_KEY => {
                let parameters =
                    spki.algorithm.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
                let curve = parameters
                    .and_then(Curve::of_oid)
                    .ok_or_else(|| KeyError("the key is on no known named curve".into()))?;
                Self::point(curve, bits)
            }
            ID_ED25519 if bits.len() == 32 => Ok(Self::Ed25519(bits.to_vec())),
            ID_RSA_ENCRYPTION => Ok(Self::Rsa(bits.to_vec())),
            oid => Err(KeyError(format!("the key's type {oid} is not known"))),
        }
    }

    /// The key of a COSE key: P-256, Ed25519 and RSA, with an algorithm that goes with it.
    ///
    /// # Errors
    /// Another kind of key, an algorithm for another kind of key, or an RSA modulus of a size that is not taken. Whether a point is
    /// on its curve says [`PublicKey::is_usable`].
    pub fn from_cose(key: &cose::PublicKey<'_>) -> Result<Self, KeyError> {
        let alg = key.alg();
        let made = match key {
            cose::PublicKey::P256 { x, y, .. } => Self::coordinates(Curve::P256, *x, *y)?,
            cose::PublicKey::Ed25519 { x, .. } => Self::Ed25519(x.to_vec()),
            cose::PublicKey::Rsa { n, e, .. } => {
                // Whole bytes: what is verified with takes 2048 to 8192 bits.
                let size = n.iter().skip_while(|byte| **byte == 0).count();
                if !(256..=1024).contains(&size) {
                    return Err(KeyError(format!(
                        "the RSA modulus has {size} bytes, 256 to 1024 are expected"
                    )));
                }
                Self::rsa(n, e)
            }
            _ => return Err(KeyError(format!("a key for {alg} is of no kind that is known here"))),
        };
        if !Scheme::of_cose(alg.0).is_some_and(|scheme| made.goes_with(scheme)) {
            return Err(KeyError(format!("the key's kind does not go with its algorithm, {alg}")));
        }
        Ok(made)
    }

    /// A key on a curve, of its uncompressed point.
    ///
    /// # Errors
    /// The length or the first byte is wrong. Whether the point is on the curve shows when it verifies.
    pub fn point(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        if point.len() != 1 + 2 * curve.size() || point.first() != Some(&4) {
            return Err(KeyError(format!("the point is not an uncompressed point of {curve:?}")));
        }
        Ok(Self::Point(curve, point.to_vec()))
    }

    /// A key on a curve, of its coordinates.
    ///
    /// # Errors
    /// A coordinate's length is wrong.
    pub fn coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        let size = curve.size();
        if x.len() != size || y.len() != size {
            let (x, y) = (x.len(), y.len());
            return Err(KeyError(format!("x has {x} bytes and y has {y}; {curve:?} has {size}")));
        }
        Self::point(curve, &[&[4], x, y].concat())
    }

    /// An RSA key of its modulus and exponent, both big-endian.
    pub fn rsa(n: &[u8], e: &[u8]) -> Self {
        Self::Rsa(der(0x30, &[der(0x02, &[unsigned(n)]), der(0x02, &[unsigned(e)])]))
    }

    /// The SubjectPublicKeyInfo, DER.
    pub fn to_spki(&self) -> Vec<u8> {
        let (algorithm, bits) = match self {
            Self::Point(curve, point) => {
                (der(0x30, &[der_oid(ID_EC_PUBLIC_KEY), der_oid(curve.oid())]), point)
            }
            Self::Ed25519(key) => (der(0x30, &[der_oid(ID_ED25519)]), key),
            Self::Rsa(key) => (der(0x30, &[der_oid(ID_RSA_ENCRYPTION), der(0x05, &[])]), key),
        };
        der(0x30, &[algorithm, der(0x03, &[vec![0], bits.clone()])])
    }

    /// Whether this kind of key can make signatures of the scheme.
    pub fn goes_with(&self, scheme: Scheme) -> bool {
        self.algorithm(scheme).is_some()
    }

    /// Verifies a signature (ECDSA: DER). False as well when the scheme is for another kind of key.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let Some(algorithm) = self.algorithm(scheme) else { return false };
        UnparsedPublicKey::new(algorithm, self.bits()).verify(message, signature).is_ok()
    }

    /// Whether it is a key that a signature could be verified with: on its curve, well-formed.
    pub fn is_usable(&self) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match self {
            Self::Point(Curve::P256, _) => &signature::ECDSA_P256_SHA256_ASN1,
            Self::Point(Curve::P384, _) => &signature::ECDSA_P384_SHA384_ASN1,
            Self::Point(Curve::P521, _) => &signature::ECDSA_P521_SHA512_ASN1,
            Self::Ed25519(_) => &signature::ED25519,
            Self::Rsa(_) => &signature::RSA_PKCS1_2048_8192_SHA256,
        };
        signature::ParsedPublicKey::new(algorithm, self.bits()).is_ok()
    }

    fn bits(&self) -> &[u8] {
        match self {
            Self::Point(_, bits) | Self::Ed25519(bits) | Self::Rsa(bits) => bits,
        }
    }

    fn algorithm(&self, scheme: Scheme) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match (self, scheme) {
            (Self::Point(Curve::P256, _), Scheme::EcdsaSha256) => &signature::ECDSA_P256_SHA256_ASN1,
            (Self::Point(Curve::P256, _), Scheme::EcdsaSha384) => &signature::ECDSA_P256_SHA384_ASN1,
            (Self::Point(Curve::P256, _), Scheme::EcdsaSha512) => &signature::ECDSA_P256_SHA512_ASN1,
            (Self::Point(Curve::P384, _), Scheme::EcdsaSha256) => &signature::ECDSA_P384_SHA256_ASN1,
            (Self::Point(Curve::P384, _), Scheme::EcdsaSha384) => &signature::ECDSA_P384_SHA384_ASN1,
            (Self::Point(Curve::P384, _), Scheme::EcdsaSha512) => &signature::ECDSA_P384_SHA512_ASN1,
            (Self::Point(Curve::P521, _), Scheme::EcdsaSha256) => &signature::ECDSA_P521_SHA256_ASN1,
            (Self::Point(Curve::P521, _), Scheme::EcdsaSha384) => &signature::ECDSA_P521_SHA384_ASN1,
            (Self::Point(Curve::P521, _), Scheme::EcdsaSha512) => &signature::ECDSA_P521_SHA512_ASN1,
            (Self::Ed25519(_), Scheme::Ed25519) => &signature::ED25519,
            (Self::Rsa(_), Scheme::RsaSha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (Self::Rsa(_), Scheme::RsaSha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (Self::Rsa(_), Scheme::RsaSha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
            _ => return None,
        })
    }
}

impl Curve {
    /// Bytes of a coordinate.
    pub fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::P256 => SECP256R1,
            Self::P384 => SECP384R1,
            Self::P521 => SECP521R1,
        }
    }

    fn of_oid(oid: ObjectIdentifier) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521].into_iter().find(|curve| curve.oid() == oid)
    }
}

/// One DER element.
fn der(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut out = vec![tag];
    if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
        out.push(short);
    } else {
        let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
        out.push(0x80 | u8::try_from(bytes.len()).unwrap_or_default());
        out.extend(bytes);
    }
    out.extend(content);
    out
}

fn der_oid(oid: ObjectIdentifier) -> Vec<u8> {
    der(0x06, &[oid.as_bytes().to_vec()])
}

/// The content of a DER INTEGER that is not negative.
fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    match significant.first() {
        Some(0..=0x7f) => significant,
        _ => [vec![0], significant].concat(),
    }
}

const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ID_RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

const OIDS: [(ObjectIdentifier, Scheme); 7] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), Scheme::EcdsaSha256),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), Scheme::EcdsaSha384),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), Scheme::EcdsaSha512),
    (ID_ED25519, Scheme::Ed25519),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), Scheme::RsaSha256),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), Scheme::RsaSha384),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), Scheme::RsaSha512),
];
