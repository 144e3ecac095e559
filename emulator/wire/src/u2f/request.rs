//! The three requests.

use super::apdu::{Apdu, Form, ins};
use super::status_word::StatusWord;
use crate::cbor::{Overflow, Writer};

/// The control byte (P1) of an authentication request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control(pub u8);

impl Control {
    /// Sign only with a user present.
    pub const ENFORCE: Self = Self(0x03);
    /// Only say whether the key handle is known.
    pub const CHECK_ONLY: Self = Self(0x07);
    /// Sign with or without a user.
    pub const DONT_ENFORCE: Self = Self(0x08);
}

/// A U2F request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// U2F_REGISTER.
    Register {
        /// The challenge parameter: SHA-256 of the client data.
        challenge: &'a [u8; 32],
        /// The application parameter: SHA-256 of the AppID or RP id.
        application: &'a [u8; 32],
    },
    /// U2F_AUTHENTICATE.
    Authenticate {
        /// What to do about user presence.
        control: Control,
        /// The challenge parameter: SHA-256 of the client data.
        challenge: &'a [u8; 32],
        /// The application parameter: SHA-256 of the AppID or RP id.
        application: &'a [u8; 32],
        /// The key handle, at most 255 bytes.
        key_handle: &'a [u8],
    },
    /// U2F_VERSION.
    Version,
}

impl<'a> Request<'a> {
    /// Decodes a request in an APDU of either form. P1 of a registration is not looked at: clients set it
    /// differently.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        Self::from_apdu(&Apdu::parse(bytes)?)
    }

    /// Takes a request from an APDU.
    pub fn from_apdu(apdu: &Apdu<'a>) -> Result<Self, StatusWord> {
        if apdu.cla != 0 {
            return Err(StatusWord::CLA_NOT_SUPPORTED);
        }
        match apdu.ins {
            ins::REGISTER => {
                let (challenge, rest) = hash(apdu.data)?;
                match hash(rest)? {
                    (application, []) => Ok(Self::Register { challenge, application }),
                    _ => Err(StatusWord::WRONG_LENGTH),
                }
            }
            ins::AUTHENTICATE => {
                let (challenge, rest) = hash(apdu.data)?;
                let (application, rest) = hash(rest)?;
                match rest {
                    [len, key_handle @ ..] if usize::from(*len) == key_handle.len() => {
                        Ok(Self::Authenticate {
                            control: Control(apdu.p1),
                            challenge,
                            application,
                            key_handle,
                        })
                    }
                    _ => Err(StatusWord::WRONG_LENGTH),
                }
            }
            ins::VERSION if apdu.data.is_empty() => Ok(Self::Version),
            ins::VERSION => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }

    /// Writes the request as an extended APDU that takes a response of any length into `out` and returns its
    /// length in bytes.
    pub fn message(&self, out: &mut [u8]) -> Result<usize, Overflow> {
        self.encode(Form::Extended, out)
    }

    /// As [`message`](Self::message), in the given form.
    pub fn encode(&self, form: Form, out: &mut [u8]) -> Result<usize, Overflow> {
        // Two hashes, a length byte and the longest key handle.
        let mut data = [0; 64 + 1 + 255];
        let mut writer = Writer::new(&mut data);
        let (ins, p1) = match self {
            Self::Register { challenge, application } => {
                writer.raw(*challenge)?;
                writer.raw(*application)?;
                (ins::REGISTER, 0)
            }
            Self::Authenticate { control, challenge, application, key_handle } => {
                let len = u8::try_from(key_handle.len()).map_err(|_| Overflow)?;
                writer.raw(*challenge)?;
                writer.raw(*application)?;
                writer.raw(&[len])?;
                writer.raw(key_handle)?;
                (ins::AUTHENTICATE, control.0)
            }
            Self::Version => (ins::VERSION, 0),
        };
        let le = match form {
            Form::Short => 256,
            Form::Extended => 0x1_0000,
        };
        Apdu { cla: 0, ins, p1, p2: 0, data: writer.finish(), le: Some(le) }.encode(form, out)
    }
}

fn hash(bytes: &[u8]) -> Result<(&[u8; 32], &[u8]), StatusWord> {
    bytes.split_first_chunk().ok_or(StatusWord::WRONG_LENGTH)
}
