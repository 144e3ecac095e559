//! Command APDUs in short and extended form (ISO 7816-4 section 5.1).

use super::status_word::StatusWord;
use crate::cbor::{Overflow, Writer};

/// A command APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apdu<'a> {
    /// Class; 0 for U2F.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// The request data, possibly empty.
    pub data: &'a [u8],
    /// The longest response that the sender takes, without the status word: 1 to 256 in the short form, 1 to
    /// 65,536 in the extended one. `None` where the field is missing.
    pub le: Option<u32>,
}

/// How lengths are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One byte each; at most 255 bytes of data.
    Short,
    /// Two bytes each after a zero byte; the form that U2F over HID prescribes.
    Extended,
}

/// Instructions of U2F.
pub mod ins {
    /// U2F_REGISTER.
    pub const REGISTER: u8 = 0x01;
    /// U2F_AUTHENTICATE.
    pub const AUTHENTICATE: u8 = 0x02;
    /// U2F_VERSION.
    pub const VERSION: u8 = 0x03;
    /// The first instruction of the vendors' range.
    pub const VENDOR_FIRST: u8 = 0x40;
    /// The last instruction of the vendors' range.
    pub const VENDOR_LAST: u8 = 0xbf;
}

impl<'a> Apdu<'a> {
    /// Takes a command APDU of either form; lengths that do not add up are
    /// [`WRONG_LENGTH`](StatusWord::WRONG_LENGTH).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk().ok_or(StatusWord::WRONG_LENGTH)?;
        let (data, le) = match *body {
            [] => (body, None),
            [le] => (&[][..], Some(short_le(le))),
            [0, hi, lo] => (&[][..], Some(extended_le([hi, lo]))),
            [0, hi, lo, ref rest @ ..] if body.len() > 3 => {
                extended_body(usize::from(u16::from_be_bytes([hi, lo])), rest)?
            }
            [lc, ref rest @ ..] => short_body(usize::from(lc), rest)?,
        };
        Ok(Self { cla, ins, p1, p2, data, le })
    }

    /// Writes the APDU into `out` and returns its length in bytes.
    pub fn encode(&self, form: Form, out: &mut [u8]) -> Result<usize, Overflow> {
        let mut writer = Writer::new(out);
        writer.raw(&[self.cla, self.ins, self.p1, self.p2])?;
        match form {
            Form::Short => {
                let lc = u8::try_from(self.data.len()).map_err(|_| Overflow)?;
                if lc > 0 {
                    writer.raw(&[lc])?;
                    writer.raw(self.data)?;
                }
                if let Some(le) = self.le {
                    // 256 is written as 0.
                    writer.raw(&[le.min(256).to_be_bytes()[3]])?;
                }
            }
            Form::Extended => {
                let lc = u16::try_from(self.data.len()).map_err(|_| Overflow)?;
                if lc > 0 || self.le.is_some() {
                    writer.raw(&[0])?;
                }
                if lc > 0 {
                    writer.raw(&lc.to_be_bytes())?;
                    writer.raw(self.data)?;
                }
                if let Some(le) = self.le {
                    // 65,536 is written as 0.
                    let [_, _, hi, lo] = le.min(0x1_0000).to_be_bytes();
                    writer.raw(&[hi, lo])?;
                }
            }
        }
        Ok(writer.len())
    }
}

fn short_body(lc: usize, rest: &[u8]) -> Result<(&[u8], Option<u32>), StatusWord> {
    match rest.split_at_checked(lc) {
        Some((data, [])) if lc > 0 => Ok((data, None)),
        Some((data, [le])) if lc > 0 => Ok((data, Some(short_le(*le)))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn extended_body(lc: usize, rest: &[u8]) -> Result<(&[u8], Option<u32>), StatusWord> {
    match rest.split_at_checked(lc) {
        Some((data, [])) => Ok((data, None)),
        Some((data, [hi, lo])) => Ok((data, Some(extended_le([*hi, *lo])))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn short_le(le: u8) -> u32 {
    if le == 0 { 256 } else { u32::from(le) }
}

fn extended_le(le: [u8; 2]) -> u32 {
    match u16::from_be_bytes(le) {
        0 => 0x1_0000,
        le => u32::from(le),
    }
}
