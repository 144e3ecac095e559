//! Attestation statements and the attestation object:
//! <https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats>.

use super::list::List;
use super::message::{RawMap, Value, members};
use crate::cbor::{Overflow, Writer};
use crate::cose::Alg;
use crate::error::{DecodeError, required};

/// An attestation statement with its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement<'a> {
    /// `none`: an empty statement.
    None,
    /// `packed`.
    Packed {
        /// The algorithm of the signature.
        alg: Alg,
        /// The signature over authenticator data and client data hash.
        sig: &'a [u8],
        /// The DER certificates, the attestation certificate first; `None` is self attestation.
        x5c: Option<List<'a, &'a [u8]>>,
    },
    /// `fido-u2f`.
    FidoU2f {
        /// The signature over the U2F registration's verification data.
        sig: &'a [u8],
        /// The DER certificates; the specification wants exactly one.
        x5c: List<'a, &'a [u8]>,
    },
    /// `tpm`.
    Tpm {
        /// The version of the TPM library; [`TPM_VERSION`] is the only one in use.
        ver: &'a str,
        /// The algorithm of the signature.
        alg: Alg,
        /// The signature over `certInfo`.
        sig: &'a [u8],
        /// The DER certificates, that of the attestation key first.
        x5c: List<'a, &'a [u8]>,
        /// A TPMT_PUBLIC: [`PublicArea`](crate::tpm::PublicArea).
        pub_area: &'a [u8],
        /// A TPMS_ATTEST: [`Attest`](crate::tpm::Attest).
        cert_info: &'a [u8],
    },
    /// Any format, not taken apart; what decoding a response gives.
    Raw {
        /// The format's identifier.
        fmt: &'a str,
        /// The encoded statement.
        att_stmt: RawMap<'a>,
    },
}

members! {
    /// The members that the formats known here have in common.
    struct Parts "attStmt" by texts {
        /// `alg`.
        optional "alg" alg: Alg = "attStmt.alg";
        /// `sig`.
        optional "sig" sig: &'a [u8] = "attStmt.sig";
        /// `ver`.
        optional "ver" ver: &'a str = "attStmt.ver";
        /// `x5c`.
        optional "x5c" x5c: List<'a, &'a [u8]> = "attStmt.x5c";
        /// `pubArea`.
        optional "pubArea" pub_area: &'a [u8] = "attStmt.pubArea";
        /// `certInfo`.
        optional "certInfo" cert_info: &'a [u8] = "attStmt.certInfo";
    }
}

impl<'a> Statement<'a> {
    /// The identifier of the format.
    #[must_use]
    pub const fn fmt(&self) -> &'a str {
        match self {
            Self::None => NONE,
            Self::Packed { .. } => PACKED,
            Self::FidoU2f { .. } => FIDO_U2F,
            Self::Tpm { .. } => TPM,
            Self::Raw { fmt, .. } => fmt,
        }
    }

    /// Takes a [`Raw`](Self::Raw) statement of a format known here apart; others stay as they are.
    /// Members beyond those of the format are passed over.
    pub fn parse(self) -> Result<Self, DecodeError> {
        let Self::Raw { fmt, att_stmt } = self else { return Ok(self) };
        match fmt {
            NONE if att_stmt.is_empty() => Ok(Self::None),
            PACKED => {
                let parts = Parts::decode(att_stmt.bytes())?;
                Ok(Self::Packed {
                    alg: required(parts.alg, "attStmt.alg")?,
                    sig: required(parts.sig, "attStmt.sig")?,
                    x5c: parts.x5c,
                })
            }
            FIDO_U2F => {
                let parts = Parts::decode(att_stmt.bytes())?;
                Ok(Self::FidoU2f {
                    sig: required(parts.sig, "attStmt.sig")?,
                    x5c: required(parts.x5c, "attStmt.x5c")?,
                })
            }
            TPM => {
                let parts = Parts::decode(att_stmt.bytes())?;
                Ok(Self::Tpm {
                    ver: required(parts.ver, "attStmt.ver")?,
                    alg: required(parts.alg, "attStmt.alg")?,
                    sig: required(parts.sig, "attStmt.sig")?,
                    x5c: required(parts.x5c, "attStmt.x5c")?,
                    pub_area: required(parts.pub_area, "attStmt.pubArea")?,
                    cert_info: required(parts.cert_info, "attStmt.certInfo")?,
                })
            }
            _ => Ok(self),
        }
    }

    /// Writes the statement without its format.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        match *self {
            Self::None => RawMap::EMPTY.write(writer),
            Self::Packed { alg, sig, x5c } => {
                Parts { alg: Some(alg), sig: Some(sig), x5c, ..Parts::EMPTY }.write(writer)
            }
            Self::FidoU2f { sig, x5c } => {
                Parts { sig: Some(sig), x5c: Some(x5c), ..Parts::EMPTY }.write(writer)
            }
            Self::Tpm { ver, alg, sig, x5c, pub_area, cert_info } => Parts {
                ver: Some(ver),
                alg: Some(alg),
                sig: Some(sig),
                x5c: Some(x5c),
                pub_area: Some(pub_area),
                cert_info: Some(cert_info),
                ..Parts::EMPTY
            }
            .write(writer),
            Self::Raw { att_stmt, .. } => att_stmt.write(writer),
        }
    }
}

members! {
    /// The attestation object as WebAuthn encodes it, with text keys.
    struct Object "attestationObject" by texts {
        /// `fmt`.
        required "fmt" fmt: &'a str = "fmt";
        /// `attStmt`.
        required "attStmt" att_stmt: RawMap<'a> = "attStmt";
        /// `authData`.
        required "authData" auth_data: &'a [u8] = "authData";
    }
}

/// The attestation object of WebAuthn, which a client makes from the members of a
/// [`make_credential::Response`](super::make_credential::Response).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    /// `fmt` and `attStmt`.
    pub att_stmt: Statement<'a>,
    /// The encoded authenticator data.
    pub auth_data: &'a [u8],
    /// Members that WebAuthn does not define; kept by decoding, not written by encoding.
    pub unknown: crate::cbor::Unknown<'a>,
}

impl<'a> AttestationObject<'a> {
    /// An object of a statement and authenticator data.
    #[must_use]
    pub const fn new(att_stmt: Statement<'a>, auth_data: &'a [u8]) -> Self {
        Self { att_stmt, auth_data, unknown: crate::cbor::Unknown::NONE }
    }

    /// Decodes an object that fills `bytes`; the statement is [`Raw`](Statement::Raw).
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let Object { fmt, att_stmt, auth_data, unknown } = Object::decode(bytes)?;
        Ok(Self { att_stmt: Statement::Raw { fmt, att_stmt }, auth_data, unknown })
    }

    /// Writes the object in canonical form.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        let mut map = writer.entries()?;
        map.entry("fmt")?.text(self.att_stmt.fmt())?;
        self.att_stmt.write(map.entry("attStmt")?)?;
        map.entry("authData")?.bytes(self.auth_data)?;
        map.end()
    }

    /// Writes the object into `out` and returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        self.write(&mut writer)?;
        Ok(writer.len())
    }
}

pub(super) const NONE: &str = "none";
const PACKED: &str = "packed";
const FIDO_U2F: &str = "fido-u2f";
const TPM: &str = "tpm";

/// `ver` of a [`Statement::Tpm`].
pub const TPM_VERSION: &str = "2.0";
