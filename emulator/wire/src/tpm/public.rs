//! TPMT_PUBLIC: the public area of a key (Part 2, 12.2.4).

use super::{AlgId, CurveId, Fields, sized};
use crate::cbor::{Overflow, Writer};
use crate::error::DecodeError;

/// TPMT_PUBLIC of a signing key, the `pubArea` of an attestation statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicArea<'a> {
    /// `nameAlg`: the digest that makes the key's name.
    pub name_alg: AlgId,
    /// `objectAttributes`, a TPMA_OBJECT.
    pub object_attributes: u32,
    /// `authPolicy`.
    pub auth_policy: &'a [u8],
    /// `parameters` and `unique`.
    pub key: Key<'a>,
}

/// `parameters` and `unique` of a signing key: no symmetric algorithm, and no key derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA.
    Rsa {
        /// `scheme` with its digest, if it is bound to one.
        scheme: Option<(AlgId, AlgId)>,
        /// `keyBits`.
        key_bits: u16,
        /// `exponent`; 0 stands for 65537.
        exponent: u32,
        /// The modulus.
        modulus: &'a [u8],
    },
    /// TPMS_ECC_PARMS and TPMS_ECC_POINT.
    Ecc {
        /// `scheme` with its digest, if it is bound to one.
        scheme: Option<(AlgId, AlgId)>,
        /// `curveID`.
        curve: CurveId,
        /// The x coordinate.
        x: &'a [u8],
        /// The y coordinate.
        y: &'a [u8],
    },
}

impl<'a> PublicArea<'a> {
    /// Decodes a public area that fills `bytes`: of an RSA or ECC key, for signing.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::of(bytes);
        let kind = AlgId(fields.u16("pubArea.type")?);
        let name_alg = AlgId(fields.u16("pubArea.nameAlg")?);
        let object_attributes = fields.u32("pubArea.objectAttributes")?;
        let auth_policy = fields.sized("pubArea.authPolicy")?;
        let key = match kind {
            AlgId::RSA => rsa(&mut fields)?,
            AlgId::ECC => ecc(&mut fields)?,
            AlgId(other) => return Err(DecodeError::value("pubArea.type", other)),
        };
        fields.end("pubArea")?;
        Ok(Self { name_alg, object_attributes, auth_policy, key })
    }

    /// Writes the public area.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        let kind = match self.key {
            Key::Rsa { .. } => AlgId::RSA,
            Key::Ecc { .. } => AlgId::ECC,
        };
        for number in [kind.0, self.name_alg.0] {
            writer.raw(&number.to_be_bytes())?;
        }
        writer.raw(&self.object_attributes.to_be_bytes())?;
        sized(writer, self.auth_policy)?;
        null(writer)?;
        match self.key {
            Key::Rsa { scheme, key_bits, exponent, modulus } => {
                write_scheme(writer, scheme)?;
                writer.raw(&key_bits.to_be_bytes())?;
                writer.raw(&exponent.to_be_bytes())?;
                sized(writer, modulus)
            }
            Key::Ecc { scheme, curve, x, y } => {
                write_scheme(writer, scheme)?;
                writer.raw(&curve.0.to_be_bytes())?;
                null(writer)?;
                sized(writer, x)?;
                sized(writer, y)
            }
        }
    }

    /// Writes the public area into `out` and returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        self.write(&mut writer)?;
        Ok(writer.len())
    }
}

fn rsa<'a>(fields: &mut Fields<'a>) -> Result<Key<'a>, DecodeError> {
    absent(fields, "pubArea.parameters.symmetric")?;
    Ok(Key::Rsa {
        scheme: scheme(fields)?,
        key_bits: fields.u16("pubArea.parameters.keyBits")?,
        exponent: fields.u32("pubArea.parameters.exponent")?,
        modulus: fields.sized("pubArea.unique")?,
    })
}

fn ecc<'a>(fields: &mut Fields<'a>) -> Result<Key<'a>, DecodeError> {
    absent(fields, "pubArea.parameters.symmetric")?;
    let scheme = scheme(fields)?;
    let curve = CurveId(fields.u16("pubArea.parameters.curveID")?);
    absent(fields, "pubArea.parameters.kdf")?;
    Ok(Key::Ecc { scheme, curve, x: fields.sized("pubArea.unique.x")?, y: fields.sized("pubArea.unique.y")? })
}

/// An algorithm that a signing key has not: TPM_ALG_NULL.
fn absent(fields: &mut Fields<'_>, member: &'static str) -> Result<(), DecodeError> {
    match AlgId(fields.u16(member)?) {
        AlgId::NULL => Ok(()),
        AlgId(other) => Err(DecodeError::value(member, other)),
    }
}

/// TPMT_RSA_SCHEME or TPMT_ECC_SCHEME of a signature: a digest goes with each but TPM_ALG_NULL.
fn scheme(fields: &mut Fields<'_>) -> Result<Option<(AlgId, AlgId)>, DecodeError> {
    match AlgId(fields.u16("pubArea.parameters.scheme")?) {
        AlgId::NULL => Ok(None),
        scheme => Ok(Some((scheme, AlgId(fields.u16("pubArea.parameters.scheme.hashAlg")?)))),
    }
}

fn write_scheme(writer: &mut Writer<'_>, scheme: Option<(AlgId, AlgId)>) -> Result<(), Overflow> {
    match scheme {
        None => null(writer),
        Some((scheme, digest)) => {
            writer.raw(&scheme.0.to_be_bytes())?;
            writer.raw(&digest.0.to_be_bytes())
        }
    }
}

fn null(writer: &mut Writer<'_>) -> Result<(), Overflow> {
    writer.raw(&AlgId::NULL.0.to_be_bytes())
}
