//! Authenticator data: <https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data>.

use core::fmt;

use crate::cbor::{CborError, Overflow, Reader, Writer};

/// The flags byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// User present.
    pub const UP: Self = Self(0x01);
    /// User verified.
    pub const UV: Self = Self(0x04);
    /// Backup eligible.
    pub const BE: Self = Self(0x08);
    /// Backed up.
    pub const BS: Self = Self(0x10);
    /// Attested credential data included.
    pub const AT: Self = Self(0x40);
    /// Extension data included.
    pub const ED: Self = Self(0x80);

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These flags, and those of `other` if `set`.
    #[must_use]
    pub const fn with_if(self, other: Self, set: bool) -> Self {
        if set { self.with(other) } else { self }
    }

    /// These flags without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// User present.
    #[must_use]
    pub const fn up(self) -> bool {
        self.contains(Self::UP)
    }

    /// User verified.
    #[must_use]
    pub const fn uv(self) -> bool {
        self.contains(Self::UV)
    }

    /// Backup eligible.
    #[must_use]
    pub const fn be(self) -> bool {
        self.contains(Self::BE)
    }

    /// Backed up.
    #[must_use]
    pub const fn bs(self) -> bool {
        self.contains(Self::BS)
    }

    /// Attested credential data included.
    #[must_use]
    pub const fn at(self) -> bool {
        self.contains(Self::AT)
    }

    /// Extension data included.
    #[must_use]
    pub const fn ed(self) -> bool {
        self.contains(Self::ED)
    }
}

impl core::ops::BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = ["UP", "RFU1", "UV", "BE", "BS", "RFU2", "AT", "ED"];
        write!(f, "0x{:02x}", self.0)?;
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 >> bit & 1 == 1 {
                write!(f, " {name}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Authenticator data, borrowed from its encoded form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthData<'a> {
    /// SHA-256 of the RP id.
    pub rp_id_hash: &'a [u8; 32],
    /// The flags. AT and ED say whether the two optional parts are there; [`write`](Self::write) sets them.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// The new credential, in a registration.
    pub attested: Option<AttestedCredentialData<'a>>,
    /// The encoded map of extension outputs.
    pub extensions: Option<&'a [u8]>,
}

/// The credential that a registration made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttestedCredentialData<'a> {
    /// The model of the authenticator.
    pub aaguid: &'a [u8; 16],
    /// The credential id, at most 65,535 bytes.
    pub credential_id: &'a [u8],
    /// The encoded COSE key.
    pub public_key: &'a [u8],
}

/// Why authenticator data could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthDataError {
    /// It ends inside the named part.
    Truncated(&'static str),
    /// The named part is not CBOR of the expected type; offsets count from the part's beginning.
    Cbor(&'static str, CborError),
    /// This many bytes follow the last part that the flags announce.
    Trailing(usize),
}

impl fmt::Display for AuthDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(part) => write!(f, "authenticator data ends inside {part}"),
            Self::Cbor(part, error) => write!(f, "{part} of the authenticator data: {error}"),
            Self::Trailing(len) => write!(f, "{len} bytes follow the authenticator data"),
        }
    }
}

impl core::error::Error for AuthDataError {}

impl<'a> AuthData<'a> {
    /// Takes authenticator data from the beginning of `bytes`; returns it and what follows.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), AuthDataError> {
        let (rp_id_hash, rest) = part::<32>(bytes, "rpIdHash")?;
        let (&[flags], rest) = part::<1>(rest, "flags")?;
        let (&sign_count, mut rest) = part::<4>(rest, "signCount")?;
        let flags = Flags(flags);
        let mut attested = None;
        if flags.at() {
            let (data, after) = AttestedCredentialData::parse(rest)?;
            (attested, rest) = (Some(data), after);
        }
        let mut extensions = None;
        if flags.ed() {
            let (map, after) = cbor_map(rest, "extensions")?;
            (extensions, rest) = (Some(map), after);
        }
        let data =
            Self { rp_id_hash, flags, sign_count: u32::from_be_bytes(sign_count), attested, extensions };
        Ok((data, rest))
    }

    /// As [`parse`](Self::parse), and nothing may follow.
    pub fn parse_exact(bytes: &'a [u8]) -> Result<Self, AuthDataError> {
        match Self::parse(bytes)? {
            (data, []) => Ok(data),
            (_, rest) => Err(AuthDataError::Trailing(rest.len())),
        }
    }

    /// The flags with AT and ED as the optional parts are there.
    #[must_use]
    pub const fn actual_flags(&self) -> Flags {
        self.flags
            .without(Flags(Flags::AT.0 | Flags::ED.0))
            .with_if(Flags::AT, self.attested.is_some())
            .with_if(Flags::ED, self.extensions.is_some())
    }

    /// Length in bytes of the encoded form.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let attested = self.attested.map_or(0, |data| 18 + data.credential_id.len() + data.public_key.len());
        HEAD_LEN + attested + self.extensions.map_or(0, <[u8]>::len)
    }

    /// Writes the encoded form, without a CBOR head; AT and ED are set as the parts are there.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        writer.raw(self.rp_id_hash)?;
        writer.raw(&[self.actual_flags().0])?;
        writer.raw(&self.sign_count.to_be_bytes())?;
        if let Some(data) = &self.attested {
            data.write(writer)?;
        }
        writer.raw(self.extensions.unwrap_or_default())
    }

    /// Writes the encoded form into `out` and returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        self.write(&mut writer)?;
        Ok(writer.len())
    }
}

impl<'a> AttestedCredentialData<'a> {
    /// Takes attested credential data from the beginning of `bytes`; returns it and what follows.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), AuthDataError> {
        let (aaguid, rest) = part::<16>(bytes, "aaguid")?;
        let (&len, rest) = part::<2>(rest, "credentialIdLength")?;
        let (credential_id, rest) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(len)))
            .ok_or(AuthDataError::Truncated("credentialId"))?;
        let (public_key, rest) = cbor_map(rest, "credentialPublicKey")?;
        Ok((Self { aaguid, credential_id, public_key }, rest))
    }

    /// Writes the encoded form; a credential id longer than 65,535 bytes does not fit.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), Overflow> {
        let len = u16::try_from(self.credential_id.len()).map_err(|_| Overflow)?;
        writer.raw(self.aaguid)?;
        writer.raw(&len.to_be_bytes())?;
        writer.raw(self.credential_id)?;
        writer.raw(self.public_key)
    }
}

fn part<'a, const N: usize>(
    bytes: &'a [u8],
    name: &'static str,
) -> Result<(&'a [u8; N], &'a [u8]), AuthDataError> {
    bytes.split_first_chunk().ok_or(AuthDataError::Truncated(name))
}

fn cbor_map<'a>(bytes: &'a [u8], name: &'static str) -> Result<(&'a [u8], &'a [u8]), AuthDataError> {
    let mut reader = Reader::new(bytes);
    let map = reader.raw_map().map_err(|error| AuthDataError::Cbor(name, error))?;
    Ok((map, reader.rest()))
}

/// Length in bytes of the parts that are always there; also the offset of the attested credential data.
pub const HEAD_LEN: usize = 37;
