//! TPMS_ATTEST: what a TPM says of itself and of a key, and signs (Part 2, 10.12).

use super::{Fields, sized};
use crate::cbor::{Overflow, Writer};
use crate::error::DecodeError;

/// TPM_GENERATED_VALUE: the TPM made the structure itself.
pub const GENERATED: u32 = 0xff54_4347;

/// TPM_ST_ATTEST_CERTIFY: it certifies a key that is loaded in the TPM.
pub const CERTIFY: u16 = 0x8017;

/// TPMS_ATTEST, the `certInfo` of an attestation statement. Every magic and type is representable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attest<'a> {
    /// `magic`; [`GENERATED`] if a TPM made it.
    pub magic: u32,
    /// `type`, a TPMI_ST_ATTEST.
    pub kind: u16,
    /// `qualifiedSigner`: the qualified name of the key that signs.
    pub qualified_signer: &'a [u8],
    /// `extraData`: what the caller gave to be signed too.
    pub extra_data: &'a [u8],
    /// `clockInfo`.
    pub clock_info: ClockInfo,
    /// `firmwareVersion`.
    pub firmware_version: u64,
    /// `attested`.
    pub attested: Attested<'a>,
}

/// TPMS_CLOCK_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockInfo {
    /// Milliseconds.
    pub clock: u64,
    /// How often the TPM was reset.
    pub reset_count: u32,
    /// How often it was restarted since then.
    pub restart_count: u32,
    /// No higher clock was ever told; a TPMI_YES_NO.
    pub safe: u8,
}

/// TPMU_ATTEST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attested<'a> {
    /// TPMS_CERTIFY_INFO, where the type is [`CERTIFY`].
    Certify {
        /// `name` of the certified key.
        name: &'a [u8],
        /// `qualifiedName` of the certified key.
        qualified_name: &'a [u8],
    },
    /// The content of another type.
    Other(&'a [u8]),
}

impl<'a> Attest<'a> {
    /// Decodes a structure that fills `bytes`.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::of(bytes);
        let (magic, kind) = (fields.u32("certInfo.magic")?, fields.u16("certInfo.type")?);
        let attest = Self {
            magic,
            kind,
            qualified_signer: fields.sized("certInfo.qualifiedSigner")?,
            extra_data: fields.sized("certInfo.extraData")?,
            clock_info: ClockInfo {
                clock: fields.u64("certInfo.clockInfo.clock")?,
                reset_count: fields.u32("certInfo.clockInfo.resetCount")?,
                restart_count: fields.u32("certInfo.clockInfo.restartCount")?,
                safe: fields.u8("certInfo.clockInfo.safe")?,
            },
            firmware_version: fields.u64("certInfo.firmwareVersion")?,
            attested: match kind {
                CERTIFY => Attested::Certify {
                    name: fields.sized("certInfo.attested.name")?,
                    qualified_name: fields.sized("certInfo.attested.qualifiedName")?,
                },
                _ => Attested::Other(core::mem::take(&mut fields.rest)),
            },
        };
        fields.end("certInfo")?;
        Ok(attest)
    }

    /// Writes the structure.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.raw(&self.magic.to_be_bytes())?;
        writer.raw(&self.kind.to_be_bytes())?;
        sized(writer, self.qualified_signer)?;
        sized(writer, self.extra_data)?;
        let ClockInfo { clock, reset_count, restart_count, safe } = self.clock_info;
        writer.raw(&clock.to_be_bytes())?;
        writer.raw(&reset_count.to_be_bytes())?;
        writer.raw(&restart_count.to_be_bytes())?;
        writer.raw(&[safe])?;
        writer.raw(&self.firmware_version.to_be_bytes())?;
        match self.attested {
            Attested::Certify { name, qualified_name } => {
                sized(writer, name)?;
                sized(writer, qualified_name)
            }
            Attested::Other(raw) => writer.raw(raw),
        }
    }

    /// Writes the structure into `out` and returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        self.write(&mut writer)?;
        Ok(writer.len())
    }
}
