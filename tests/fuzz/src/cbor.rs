//! The CBOR layer against its twin.

use arbitrary::{Result as Taken, Unstructured};
use ciborium::Value;
use wire::cbor::{self, CborError, ErrorKind, Item, Key, Kind, Overflow, Reader, Writer};

use super::twin;

/// What is accepted means the same to the twin, what is written again is what was read, and what is refused is refused
/// by the twin too where that is not a matter of CTAP2's own rules.
pub fn read(data: &[u8]) {
    let theirs = twin::first(data);
    let refused = |CborError { kind, at }| {
        assert!(at <= data.len(), "{kind:?} at {at} of {}", data.len());
        if matches!(kind, ErrorKind::Truncated | ErrorKind::Utf8) {
            assert!(theirs.is_none(), "{kind:?} at {at}, and the twin reads {theirs:?}");
        }
    };
    match Item::first(data) {
        Ok(item) => {
            assert!(data.starts_with(item.raw()));
            let mut seen = Seen::default();
            look(&mut item.reader(), &mut seen).expect("an item can be read");
            let _ = (item.kind(), format!("{item:?}"));
            if !seen.strange {
                let their_len = theirs.as_ref().map(|(_, len)| *len);
                assert_eq!(their_len, Some(item.raw().len()), "taken as {item:?}, not so by the twin");
            }
        }
        Err(error) => refused(error),
    }
    match cbor::check(data) {
        Ok(len) => canonical(&data[..len], theirs.as_ref()),
        Err(error) => refused(error),
    }
    calls(data);
}

/// An item that the check took.
fn canonical(item: &[u8], theirs: Option<&(Value, usize)>) {
    assert_eq!(cbor::check_exact(item), Ok(()));
    assert_eq!(Item::first(item).map(|item| item.raw()), Ok(item), "strict takes what lenient does not");
    let mut room = vec![0; item.len()];
    let mut writer = Writer::new(&mut room);
    let mut reader = Reader::new(item);
    let ours = copy(&mut reader, &mut writer);
    assert!(reader.rest().is_empty());
    assert_eq!(twin::hex(writer.written()), twin::hex(item), "written again");

    let mut seen = Seen::default();
    look(&mut Reader::new(item), &mut seen).expect("what the check took can be read");
    if seen.strange {
        return;
    }
    let Some((theirs, their_len)) = theirs else { panic!("the twin refuses {}", twin::hex(item)) };
    assert_eq!(*their_len, item.len());
    assert!(twin::same(&ours, theirs), "{ours:?} here, {theirs:?} there");
    if !seen.wide {
        assert_eq!(twin::hex(&twin::encode(theirs)), twin::hex(item), "the twin writes other bytes");
    }
}

/// What of an item the twin treats in its own way.
#[derive(Default)]
struct Seen {
    /// A simple value, or a tag for big numbers: the twin has no value for them, or takes them apart.
    strange: bool,
    /// A floating-point number or `undefined`: the twin writes another form.
    wide: bool,
}

/// Walks over an item, canonical or not.
fn look(reader: &mut Reader<'_>, seen: &mut Seen) -> Result<(), CborError> {
    match reader.peek()? {
        Kind::Array => {
            let mut array = reader.array()?;
            while let Some(element) = array.next()? {
                look(element, seen)?;
            }
        }
        Kind::Map => {
            let mut map = reader.map()?;
            while let Some(key) = map.next()? {
                if let Key::Other(key) = key {
                    look(&mut key.reader(), seen)?;
                }
                look(map.value(), seen)?;
            }
        }
        Kind::Tag => {
            seen.strange |= matches!(reader.tag()?, 2 | 3);
            look(reader, seen)?;
        }
        Kind::Simple => {
            seen.strange = true;
            reader.simple()?;
        }
        Kind::Float | Kind::Undefined => {
            seen.wide = true;
            reader.item()?;
        }
        _ => drop(reader.item()?),
    }
    Ok(())
}

/// Reads a canonical item as the twin's value and writes it.
fn copy(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Value {
    const READ: &str = "what the check took can be read";
    const WRITTEN: &str = "what was read fits where it was";
    match reader.peek().expect(READ) {
        Kind::Unsigned | Kind::Negative => {
            let value = reader.any_int().expect(READ);
            match (u64::try_from(value), i64::try_from(value)) {
                (Ok(value), _) => writer.uint(value).expect(WRITTEN),
                (_, Ok(value)) => writer.int(value).expect(WRITTEN),
                // Below the integers of 64 bits with sign there is no writer.
                _ => {
                    let argument =
                        u64::try_from(-1 - value).expect("CBOR's integers have 64 bits and a sign");
                    writer.raw(&[0x3b]).expect(WRITTEN);
                    writer.raw(&argument.to_be_bytes()).expect(WRITTEN);
                }
            }
            Value::Integer(value.try_into().expect("CBOR's integers have 64 bits and a sign"))
        }
        Kind::Bytes => {
            let value = reader.bytes().expect(READ);
            writer.bytes(value).expect(WRITTEN);
            Value::Bytes(value.to_vec())
        }
        Kind::Text => {
            let value = reader.text().expect(READ);
            writer.text(value).expect(WRITTEN);
            Value::Text(value.to_owned())
        }
        Kind::Array => {
            let mut array = reader.array().expect(READ);
            writer.array(usize::try_from(array.size().expect(READ)).expect(READ)).expect(WRITTEN);
            let mut values = Vec::new();
            while let Some(element) = array.next().expect(READ) {
                values.push(copy(element, writer));
            }
            Value::Array(values)
        }
        Kind::Map => {
            let mut map = reader.map().expect(READ);
            writer.map(usize::try_from(map.size().expect(READ)).expect(READ)).expect(WRITTEN);
            let mut values = Vec::new();
            while let Some(key) = map.next().expect(READ) {
                let key = match key {
                    Key::Int(value) => {
                        writer.key(value).expect(WRITTEN);
                        Value::Integer(value.into())
                    }
                    Key::Text(value) => {
                        writer.key(value).expect(WRITTEN);
                        Value::Text(value.to_owned())
                    }
                    Key::Other(item) => copy(&mut item.reader(), writer),
                };
                values.push((key, copy(map.value(), writer)));
            }
            Value::Map(values)
        }
        Kind::Bool => {
            let value = reader.bool().expect(READ);
            writer.bool(value).expect(WRITTEN);
            Value::Bool(value)
        }
        Kind::Null => {
            reader.null().expect(READ);
            writer.null().expect(WRITTEN);
            Value::Null
        }
        Kind::Float => {
            writer.raw(reader.clone().raw().expect(READ)).expect(WRITTEN);
            Value::Float(reader.float().expect(READ))
        }
        // No value of its own at the twin.
        Kind::Undefined | Kind::Simple => {
            writer.raw(reader.raw().expect(READ)).expect(WRITTEN);
            Value::Null
        }
        Kind::Tag => panic!("the check took a tag"),
    }
}

/// Any order of calls of the reader: it never leaves its bytes.
fn calls(data: &[u8]) {
    let (calls, bytes) = data.split_at(data.len().min(6));
    let mut reader = Reader::new(bytes);
    for call in calls {
        let result = match call % 16 {
            0 => reader.uint().map(drop),
            1 => reader.int().map(drop),
            2 => reader.int_as::<i8>().map(drop),
            3 => reader.uint_as::<u16>().map(drop),
            4 => reader.bool().map(drop),
            5 => reader.bytes().map(drop),
            6 => reader.text().map(drop),
            7 => reader.null(),
            8 => reader.simple().map(drop),
            9 => reader.tag().map(drop),
            10 => reader.float().map(drop),
            11 => reader.raw_map().map(drop),
            12 => reader.map().and_then(|mut map| map.next().map(drop)),
            13 => reader.array().and_then(|mut array| array.next().map(drop)),
            14 => reader.any_int().map(drop),
            _ => reader.peek().map(drop),
        };
        assert!(reader.position() <= bytes.len());
        assert_eq!(reader.rest().len(), bytes.len() - reader.position());
        if let Err(error) = result {
            assert!(error.at <= bytes.len(), "{error}");
        }
    }
}

/// Any value that is written is what the twin writes, is canonical, and does not fit fewer bytes.
pub fn write(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let Ok(value) = value(&mut from, cbor::MAX_DEPTH) else { return };
    let expected = twin::encode(&value);
    let mut room = vec![0; expected.len()];
    let mut writer = Writer::new(&mut room);
    assert_eq!(put(&value, &mut writer), Ok(()), "{value:?}");
    assert_eq!(twin::hex(writer.finish()), twin::hex(&expected), "{value:?}");
    assert_eq!(cbor::check_exact(&expected), Ok(()), "{value:?}");

    let short = from.choose_index(expected.len()).unwrap_or(0);
    assert_eq!(
        put(&value, &mut Writer::new(&mut room[..short])),
        Err(Overflow),
        "{value:?} in {short} bytes"
    );
}

/// A value with keys in canonical order.
fn value(from: &mut Unstructured<'_>, depth: u8) -> Taken<Value> {
    let kinds = if depth == 0 { 6 } else { 9 };
    Ok(match from.int_in_range(0..=kinds - 1)? {
        0 => Value::from(from.arbitrary::<u64>()?),
        1 => Value::from(from.arbitrary::<i64>()?),
        2 => Value::from(i64::from(from.arbitrary::<i8>()?)),
        3 => Value::Bytes(from.arbitrary()?),
        4 => Value::Text(from.arbitrary()?),
        5 => from.arbitrary::<Option<bool>>()?.map_or(Value::Null, Value::Bool),
        6 => {
            let mut elements = Vec::new();
            while elements.len() < 300 && from.ratio(3, 4)? {
                elements.push(value(from, depth - 1)?);
            }
            Value::Array(elements)
        }
        kind => {
            let mut entries = Vec::new();
            // Long maps need a longer head.
            while entries.len() < 300 && from.ratio(7, 8)? {
                let key = match kind {
                    7 => Value::from(i64::from(from.arbitrary::<i16>()?)),
                    _ => Value::Text(from.arbitrary()?),
                };
                entries.push((key, value(from, depth - 1)?));
            }
            let order = |key: &Value| {
                let bytes = twin::encode(key);
                (bytes[0] >> 5, bytes.len(), bytes)
            };
            entries.sort_by_cached_key(|(key, _)| order(key));
            entries.dedup_by(|(left, _), (right, _)| left == right);
            Value::Map(entries)
        }
    })
}

fn put(value: &Value, writer: &mut Writer<'_>) -> Result<(), Overflow> {
    match value {
        Value::Integer(value) => match (u64::try_from(*value), i64::try_from(*value)) {
            (Ok(value), _) => writer.uint(value),
            (_, Ok(value)) => writer.int(value),
            _ => panic!("no such value is made"),
        },
        Value::Bytes(value) => {
            writer.bytes_head(value.len())?;
            writer.raw(value)
        }
        Value::Text(value) => writer.text(value),
        Value::Bool(value) => writer.bool(*value),
        Value::Null => writer.null(),
        Value::Array(elements) => {
            writer.array(elements.len())?;
            elements.iter().try_for_each(|element| put(element, writer))
        }
        Value::Map(entries) => {
            let mut map = writer.entries()?;
            for (key, value) in entries {
                let place = match key {
                    Value::Text(key) => map.entry(key.as_str()),
                    key => map.entry(i64::try_from(key.as_integer().expect("a key")).expect("a short key")),
                };
                put(value, place?)?;
            }
            map.end()
        }
        _ => panic!("no such value is made"),
    }
}
