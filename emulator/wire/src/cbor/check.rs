//! The canonical-form check of CTAP2, and the skipping of one item, which is the same walk with the
//! canonical rules left out.

use core::cmp::Ordering;

use minicbor::Decoder;
use minicbor::data::Type;

use super::error::{CborError, ErrorKind};

/// Nesting levels of maps and arrays that a CTAP2 message may use.
pub const MAX_DEPTH: u8 = 4;

/// Nesting levels that lenient reading follows, so that hostile input cannot exhaust the stack.
pub const MAX_LENIENT_DEPTH: u8 = 16;

/// Checks that the first item of `bytes` is in CTAP2 canonical CBOR form and returns its length in bytes.
///
/// Definite lengths, shortest heads, sorted and unique map keys, no tags, valid UTF-8, at most
/// [`MAX_DEPTH`] levels of maps and arrays.
pub fn check(bytes: &[u8]) -> Result<usize, CborError> {
    let mut decoder = Decoder::new(bytes);
    walk(&mut decoder, Rules::Canonical, MAX_DEPTH)?;
    Ok(decoder.position())
}

/// As [`check`], and nothing may follow the item.
pub fn check_exact(bytes: &[u8]) -> Result<(), CborError> {
    let len = check(bytes)?;
    if len == bytes.len() { Ok(()) } else { Err(CborError::new(ErrorKind::Trailing, len)) }
}

/// Moves the decoder over one well-formed item, canonical or not.
pub(super) fn skip(decoder: &mut Decoder<'_>) -> Result<(), CborError> {
    walk(decoder, Rules::WellFormed, MAX_LENIENT_DEPTH)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    Canonical,
    WellFormed,
}

fn walk(decoder: &mut Decoder<'_>, rules: Rules, depth: u8) -> Result<(), CborError> {
    let at = decoder.position();
    if let Some(end) = end_of_short(decoder.input(), at) {
        decoder.set_position(end);
        return Ok(());
    }
    let fail = |kind| Err(CborError::new(kind, at));
    let lift = |error: minicbor::decode::Error| CborError::from_minicbor(&error, at);
    let canonical = rules == Rules::Canonical;
    match decoder.datatype().map_err(lift)? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            let value = decoder.u64().map_err(lift)?;
            shortest(rules, value, decoder.position(), at, 0)
        }
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            // The encoded argument of a negative integer n is -1 - n.
            let value = i128::from(decoder.int().map_err(lift)?);
            let argument = u64::try_from(-1 - value).map_err(|_| CborError::new(ErrorKind::Range, at))?;
            shortest(rules, argument, decoder.position(), at, 0)
        }
        Type::Bytes => {
            let len = decoder.bytes().map_err(lift)?.len();
            shortest(rules, wide(len), decoder.position(), at, len)
        }
        Type::String => {
            let len = text(decoder, at)?.len();
            shortest(rules, wide(len), decoder.position(), at, len)
        }
        Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef if canonical => {
            fail(ErrorKind::Indefinite)
        }
        Type::BytesIndef | Type::StringIndef => chunks(decoder, at),
        Type::Array | Type::ArrayIndef => {
            let len = decoder.array().map_err(lift)?;
            shortest(rules, len.unwrap_or(0), decoder.position(), at, 0)?;
            elements(decoder, rules, len, deeper(depth, at)?)
        }
        Type::Map | Type::MapIndef => {
            let len = decoder.map().map_err(lift)?;
            shortest(rules, len.unwrap_or(0), decoder.position(), at, 0)?;
            entries(decoder, rules, len, deeper(depth, at)?)
        }
        Type::Tag if canonical => fail(ErrorKind::Tag),
        Type::Tag => {
            decoder.tag().map_err(lift)?;
            walk(decoder, rules, deeper(depth, at)?)
        }
        Type::Bool => decoder.bool().map(drop).map_err(lift),
        Type::Null => decoder.null().map_err(lift),
        Type::Undefined => decoder.undefined().map_err(lift),
        Type::Simple => {
            let value = decoder.simple().map_err(lift)?;
            // A simple value below 32 has no two-byte form.
            if decoder.position() - at == 2 && value < 32 { fail(ErrorKind::Malformed) } else { Ok(()) }
        }
        Type::F16 => advance(decoder, at, 3),
        Type::F32 => advance(decoder, at, 5),
        Type::F64 => advance(decoder, at, 9),
        Type::Break | Type::Unknown(_) => fail(ErrorKind::Malformed),
    }
}

/// The end of an integer or a byte string whose head is one byte, as most are: there is nothing to be checked but that it is
/// all there.
fn end_of_short(input: &[u8], at: usize) -> Option<usize> {
    let head = *input.get(at)?;
    let argument = usize::from(head & 0x1f);
    let end = match head >> 5 {
        0 | 1 if argument < 24 => at + 1,
        2 if argument < 24 => at + 1 + argument,
        _ => return None,
    };
    (end <= input.len()).then_some(end)
}

fn elements(decoder: &mut Decoder<'_>, rules: Rules, len: Option<u64>, depth: u8) -> Result<(), CborError> {
    let mut seen = 0;
    while more(decoder, len, seen)? {
        walk(decoder, rules, depth)?;
        seen += 1;
    }
    Ok(())
}

fn entries(decoder: &mut Decoder<'_>, rules: Rules, len: Option<u64>, depth: u8) -> Result<(), CborError> {
    let mut seen = 0;
    let mut last: &[u8] = &[];
    while more(decoder, len, seen)? {
        let at = decoder.position();
        walk(decoder, rules, depth)?;
        let key = decoder.input().get(at..decoder.position()).unwrap_or_default();
        if rules == Rules::Canonical && seen > 0 {
            match order(last, key) {
                Ordering::Less => {}
                Ordering::Equal => return Err(CborError::new(ErrorKind::Duplicate, at)),
                Ordering::Greater => return Err(CborError::new(ErrorKind::Unsorted, at)),
            }
        }
        last = key;
        walk(decoder, rules, depth)?;
        seen += 1;
    }
    Ok(())
}

/// Whether an array or map goes on; takes the `break` of an indefinite-length one.
pub(super) fn more(decoder: &mut Decoder<'_>, len: Option<u64>, seen: u64) -> Result<bool, CborError> {
    if let Some(len) = len {
        return Ok(seen < len);
    }
    let at = decoder.position();
    match decoder.datatype() {
        Ok(Type::Break) => {
            decoder.set_position(at + 1);
            Ok(false)
        }
        Ok(_) => Ok(true),
        Err(error) => Err(CborError::from_minicbor(&error, at)),
    }
}

/// The order of two encoded map keys: major type, then length, then bytes.
pub(super) fn order(left: &[u8], right: &[u8]) -> Ordering {
    let major = |key: &[u8]| key.first().map(|head| head >> 5);
    (major(left), left.len(), left).cmp(&(major(right), right.len(), right))
}

/// Reads a definite text string; an invalid one has its own error, which `minicbor` does not tell apart.
pub(super) fn text<'a>(decoder: &mut Decoder<'a>, at: usize) -> Result<&'a str, CborError> {
    decoder.str().map_err(|error| match CborError::from_minicbor(&error, at) {
        // The decoder takes the whole string before it looks at its characters.
        CborError { kind: ErrorKind::Range, .. } => CborError::new(ErrorKind::Utf8, at),
        other => other,
    })
}

fn shortest(rules: Rules, argument: u64, end: usize, at: usize, content: usize) -> Result<(), CborError> {
    let head = match argument {
        0..=0x17 => 1,
        0x18..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    };
    if rules == Rules::WellFormed || end - at == head + content {
        Ok(())
    } else {
        Err(CborError::new(ErrorKind::NotShortest, at))
    }
}

fn chunks(decoder: &mut Decoder<'_>, at: usize) -> Result<(), CborError> {
    let want = match decoder.input().get(at) {
        Some(0x5f) => Type::Bytes,
        _ => Type::String,
    };
    decoder.set_position(at + 1);
    while more(decoder, None, 0)? {
        let at = decoder.position();
        match decoder.datatype() {
            Ok(found) if found == want => walk(decoder, Rules::WellFormed, 0)?,
            Ok(_) => return Err(CborError::new(ErrorKind::Malformed, at)),
            Err(error) => return Err(CborError::from_minicbor(&error, at)),
        }
    }
    Ok(())
}

fn deeper(depth: u8, at: usize) -> Result<u8, CborError> {
    depth.checked_sub(1).ok_or(CborError::new(ErrorKind::TooDeep, at))
}

fn advance(decoder: &mut Decoder<'_>, at: usize, by: usize) -> Result<(), CborError> {
    let end = at + by;
    if end > decoder.input().len() {
        return Err(CborError::new(ErrorKind::Truncated, at));
    }
    decoder.set_position(end);
    Ok(())
}

fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
