//! TPM 2.0 structures as far as the attestation format `tpm` carries them: TPMS_ATTEST of a certification and TPMT_PUBLIC.
//!
//! Names and numbers are those of the TPM 2.0 Library, Part 2 (Structures):
//! <https://trustedcomputinggroup.org/resource/tpm-library-specification/>. All numbers are big endian; TPM2B_ structures
//! have two bytes of length in front.

mod attest;
mod public;

pub use attest::{Attest, Attested, CERTIFY, ClockInfo, GENERATED};
pub use public::{Key, PublicArea};

use crate::cbor::{Overflow, Writer};
use crate::error::DecodeError;

/// TPM_ALG_ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlgId(pub u16);

impl AlgId {
    /// TPM_ALG_RSA.
    pub const RSA: Self = Self(0x0001);
    /// TPM_ALG_SHA1.
    pub const SHA1: Self = Self(0x0004);
    /// TPM_ALG_SHA256.
    pub const SHA256: Self = Self(0x000b);
    /// TPM_ALG_SHA384.
    pub const SHA384: Self = Self(0x000c);
    /// TPM_ALG_SHA512.
    pub const SHA512: Self = Self(0x000d);
    /// TPM_ALG_NULL.
    pub const NULL: Self = Self(0x0010);
    /// TPM_ALG_ECC.
    pub const ECC: Self = Self(0x0023);
}

/// TPM_ECC_CURVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurveId(pub u16);

impl CurveId {
    /// TPM_ECC_NIST_P256.
    pub const NIST_P256: Self = Self(0x0003);
    /// TPM_ECC_NIST_P384.
    pub const NIST_P384: Self = Self(0x0004);
    /// TPM_ECC_NIST_P521.
    pub const NIST_P521: Self = Self(0x0005);
}

/// What is left of a structure that is being read.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    const fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, length: usize, member: &'static str) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(DecodeError::missing(member))?;
        self.rest = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self, member: &'static str) -> Result<[u8; N], DecodeError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(DecodeError::missing(member))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u8(&mut self, member: &'static str) -> Result<u8, DecodeError> {
        self.fixed(member).map(u8::from_be_bytes)
    }

    fn u16(&mut self, member: &'static str) -> Result<u16, DecodeError> {
        self.fixed(member).map(u16::from_be_bytes)
    }

    fn u32(&mut self, member: &'static str) -> Result<u32, DecodeError> {
        self.fixed(member).map(u32::from_be_bytes)
    }

    fn u64(&mut self, member: &'static str) -> Result<u64, DecodeError> {
        self.fixed(member).map(u64::from_be_bytes)
    }

    /// A TPM2B_ structure's content.
    fn sized(&mut self, member: &'static str) -> Result<&'a [u8], DecodeError> {
        let length = self.u16(member)?;
        self.take(usize::from(length), member)
    }

    /// Nothing may follow.
    const fn end(self, whole: &'static str) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::length(whole, self.rest.len())) }
    }
}

/// Writes a TPM2B_ structure.
fn sized(writer: &mut Writer<'_>, content: &[u8]) -> Result<(), Overflow> {
    let length = u16::try_from(content.len()).map_err(|_| Overflow)?;
    writer.raw(&length.to_be_bytes())?;
    writer.raw(content)
}
