//! The responses and what their signatures cover.

use super::status_word::StatusWord;
use crate::cbor::{CborError, ErrorKind, Overflow, Writer};
use crate::error::{DecodeError, Named, exact};

/// What U2F_VERSION answers.
pub const VERSION: &str = "U2F_V2";

/// The response of a registration, without its status word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered<'a> {
    /// The uncompressed P-256 point.
    pub public_key: &'a [u8; 65],
    /// The key handle, at most 255 bytes.
    pub key_handle: &'a [u8],
    /// The DER attestation certificate.
    pub certificate: &'a [u8],
    /// The DER signature over [`register_signed_data`].
    pub signature: &'a [u8],
}

/// The response of an authentication, without its status word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated<'a> {
    /// The user presence byte; bit 0 says that the user was there.
    pub user_presence: u8,
    /// The signature counter.
    pub counter: u32,
    /// The DER signature over [`authenticate_signed_data`].
    pub signature: &'a [u8],
}

/// Splits a response into its data and its status word; `None` if it is shorter than that.
#[must_use]
pub fn split_response(bytes: &[u8]) -> Option<(&[u8], StatusWord)> {
    let (data, word) = bytes.split_last_chunk()?;
    Some((data, StatusWord(u16::from_be_bytes(*word))))
}

/// Writes the response to U2F_VERSION with its status word into `out` and returns its length in bytes.
pub fn version_message(out: &mut [u8]) -> Result<usize, Overflow> {
    let mut writer = Writer::new(out);
    writer.raw(VERSION.as_bytes())?;
    writer.raw(&StatusWord::NO_ERROR.bytes())?;
    Ok(writer.len())
}

impl<'a> Registered<'a> {
    /// Decodes the data before the status word. The certificate's own DER length says where it ends.
    pub fn decode(data: &'a [u8]) -> Result<Self, DecodeError> {
        let truncated = |member, rest: &[u8]| DecodeError::length(member, rest.len());
        let rest = match data {
            [RESERVED, rest @ ..] => rest,
            [] => return Err(DecodeError::missing("reserved byte")),
            _ => return Err(CborError::new(ErrorKind::Malformed, 0)).named("reserved byte"),
        };
        let (public_key, rest) = rest.split_first_chunk().ok_or_else(|| truncated("public key", rest))?;
        let (len, rest) = rest.split_first().ok_or(DecodeError::missing("key handle length"))?;
        let (key_handle, rest) =
            rest.split_at_checked(usize::from(*len)).ok_or_else(|| truncated("key handle", rest))?;
        let (certificate, signature) = der_len(rest)
            .and_then(|len| rest.split_at_checked(len))
            .ok_or_else(|| truncated("attestation certificate", rest))?;
        Ok(Self { public_key, key_handle, certificate, signature })
    }

    /// Writes the response with its status word into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let len = u8::try_from(self.key_handle.len()).map_err(|_| Overflow)?;
        let mut writer = Writer::new(out);
        writer.raw(&[RESERVED])?;
        writer.raw(self.public_key)?;
        writer.raw(&[len])?;
        writer.raw(self.key_handle)?;
        writer.raw(self.certificate)?;
        writer.raw(self.signature)?;
        writer.raw(&StatusWord::NO_ERROR.bytes())?;
        Ok(writer.len())
    }
}

impl<'a> Authenticated<'a> {
    /// Decodes the data before the status word.
    pub fn decode(data: &'a [u8]) -> Result<Self, DecodeError> {
        let (user_presence, rest) = data.split_first().ok_or(DecodeError::missing("user presence"))?;
        let (counter, signature) =
            rest.split_at_checked(4).ok_or(DecodeError::length("counter", rest.len()))?;
        let counter = u32::from_be_bytes(*exact(counter, "counter")?);
        Ok(Self { user_presence: *user_presence, counter, signature })
    }

    /// Writes the response with its status word into `out` and returns its length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        writer.raw(&[self.user_presence])?;
        writer.raw(&self.counter.to_be_bytes())?;
        writer.raw(self.signature)?;
        writer.raw(&StatusWord::NO_ERROR.bytes())?;
        Ok(writer.len())
    }
}

/// Writes what the signature of a registration covers into `out` and returns its length in bytes, which is
/// 130 and the length of the key handle. Also what a `fido-u2f` attestation signs.
pub fn register_signed_data(
    application: &[u8; 32],
    challenge: &[u8; 32],
    key_handle: &[u8],
    public_key: &[u8; 65],
    out: &mut [u8],
) -> Result<usize, Overflow> {
    let mut writer = Writer::new(out);
    writer.raw(&[0])?;
    writer.raw(application)?;
    writer.raw(challenge)?;
    writer.raw(key_handle)?;
    writer.raw(public_key)?;
    Ok(writer.len())
}

/// What the signature of an authentication covers.
#[must_use]
pub fn authenticate_signed_data(
    application: &[u8; 32],
    user_presence: u8,
    counter: u32,
    challenge: &[u8; 32],
) -> [u8; 69] {
    let mut data = [0; 69];
    let (head, tail) = data.split_at_mut(32);
    head.copy_from_slice(application);
    let (middle, tail) = tail.split_at_mut(5);
    let [c0, c1, c2, c3] = counter.to_be_bytes();
    middle.copy_from_slice(&[user_presence, c0, c1, c2, c3]);
    tail.copy_from_slice(challenge);
    data
}

/// The length of the DER SEQUENCE at the beginning of `bytes`, its head included.
fn der_len(bytes: &[u8]) -> Option<usize> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    if tag != SEQUENCE {
        return None;
    }
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    // X.509 certificates that fit a message need at most two bytes of length; four cost nothing.
    let count = usize::from(first & 0x7f);
    let digits = rest.get(..count)?;
    if !(1..=4).contains(&count) {
        return None;
    }
    let len = digits
        .iter()
        .try_fold(0_usize, |len, digit| len.checked_mul(256)?.checked_add(usize::from(*digit)))?;
    len.checked_add(2 + count)
}

const RESERVED: u8 = 0x05;
const SEQUENCE: u8 = 0x30;
