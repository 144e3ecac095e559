use std::vec::Vec;

use ciborium::Value;
use proptest::prelude::*;

use super::twin;
use crate::cbor::{
    CborError, ErrorKind, Item, Key, MAX_DEPTH, MAX_LENIENT_DEPTH, Overflow, Reader, Writer, check,
    check_exact,
};

proptest! {
    #[test]
    fn takes_what_the_twin_writes_canonically(value in twin::canonical(4)) {
        let bytes = twin::encode(&value);
        prop_assert_eq!(check(&bytes), Ok(bytes.len()));
        prop_assert_eq!(Item::first(&bytes).unwrap().raw(), &bytes[..]);
        for len in 0..bytes.len().min(64) {
            prop_assert!(check(&bytes[..len]).is_err());
            prop_assert!(Item::first(&bytes[..len]).is_err());
        }
    }

    #[test]
    fn what_passes_the_check_is_what_the_twin_would_write(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(len) = check(&bytes) {
            prop_assert!(Item::first(&bytes).is_ok());
            let mut rest = &bytes[..len];
            // The twin shortens floating-point numbers and takes undefined for null.
            if let Ok(value) = ciborium::from_reader::<Value, _>(&mut rest)
                && !ambiguous(&value)
            {
                prop_assert_eq!(rest.len(), 0);
                prop_assert_eq!(twin::encode(&value), &bytes[..len]);
            }
        }
    }

    #[test]
    fn reads_and_writes_integers(value: i64, unsigned: u64) {
        let mut out = [0; 18];
        let mut writer = Writer::new(&mut out);
        writer.int(value).unwrap();
        writer.uint(unsigned).unwrap();
        let len = writer.len();
        let mut expected = twin::encode(&Value::from(value));
        expected.extend(twin::encode(&Value::from(unsigned)));
        prop_assert_eq!(&out[..len], &expected[..]);
        let mut reader = Reader::new(&out[..len]);
        prop_assert_eq!(reader.int(), Ok(value));
        prop_assert_eq!(reader.uint(), Ok(unsigned));
        prop_assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn a_map_of_any_size_counts_its_entries(size in 0_i64..300, short in 0_usize..2400) {
        let mut out = [0; 2400];
        let mut writer = Writer::new(&mut out);
        write_squares(&mut writer, size).unwrap();
        let bytes = writer.finish().to_vec();
        let expected = (0..size).map(|key| (Value::from(key), Value::from(key * key))).collect();
        prop_assert_eq!(twin::decode(&bytes), Value::Map(expected));
        let mut small = [0; 2400];
        let result = write_squares(&mut Writer::new(&mut small[..short]), size);
        prop_assert_eq!(result.is_err(), short < bytes.len());
    }

    #[test]
    fn reads_halves(bits: u16) {
        let [hi, lo] = bits.to_be_bytes();
        let bytes = [0xf9, hi, lo];
        let ours = Reader::new(&bytes).float().unwrap();
        let Value::Float(theirs) = twin::decode(&bytes) else { panic!() };
        prop_assert!(ours == theirs || ours.is_nan() && theirs.is_nan());
    }
}

fn write_squares(writer: &mut Writer<'_>, size: i64) -> Result<(), Overflow> {
    let mut map = writer.entries()?;
    for key in 0..size {
        map.entry(key)?.int(key * key)?;
    }
    map.end()
}

fn ambiguous(value: &Value) -> bool {
    match value {
        Value::Float(_) | Value::Null => true,
        Value::Array(items) => items.iter().any(ambiguous),
        Value::Map(entries) => entries.iter().any(|(key, value)| ambiguous(key) || ambiguous(value)),
        _ => false,
    }
}

/// Every rule of the canonical form, broken once; and where the check says so.
#[test]
fn names_each_breach_of_the_canonical_form() {
    let cases = [
        ("", ErrorKind::Truncated, 0),
        ("1800", ErrorKind::NotShortest, 0),
        ("1817", ErrorKind::NotShortest, 0),
        ("190018", ErrorKind::NotShortest, 0),
        ("1a00000100", ErrorKind::NotShortest, 0),
        ("1b00000000ffffffff", ErrorKind::NotShortest, 0),
        ("3800", ErrorKind::NotShortest, 0),
        ("3900ff", ErrorKind::NotShortest, 0),
        ("3a0000ffff", ErrorKind::NotShortest, 0),
        ("3b00000000ffffffff", ErrorKind::NotShortest, 0),
        ("580161", ErrorKind::NotShortest, 0),
        ("59000161", ErrorKind::NotShortest, 0),
        ("780161", ErrorKind::NotShortest, 0),
        ("980101", ErrorKind::NotShortest, 0),
        ("b8010101", ErrorKind::NotShortest, 0),
        ("82001800", ErrorKind::NotShortest, 2),
        ("5f4161ff", ErrorKind::Indefinite, 0),
        ("7f6161ff", ErrorKind::Indefinite, 0),
        ("9fff", ErrorKind::Indefinite, 0),
        ("bfff", ErrorKind::Indefinite, 0),
        ("81bfff", ErrorKind::Indefinite, 1),
        ("c001", ErrorKind::Tag, 0),
        ("a1c00102", ErrorKind::Tag, 1),
        ("a202000100", ErrorKind::Unsorted, 3),
        ("a2616100200101", ErrorKind::Unsorted, 4),
        ("a2626161006162 01", ErrorKind::Unsorted, 5),
        ("a220000100", ErrorKind::Unsorted, 3),
        ("a201000100", ErrorKind::Duplicate, 3),
        ("a2616100616101", ErrorKind::Duplicate, 4),
        ("61ff", ErrorKind::Utf8, 0),
        ("63c3a9", ErrorKind::Truncated, 0),
        ("8181818100", ErrorKind::TooDeep, usize::MAX),
        ("818181818100", ErrorKind::TooDeep, 4),
        ("a100a100a100a100a100a0", ErrorKind::TooDeep, 8),
        ("ff", ErrorKind::Malformed, 0),
        ("1c", ErrorKind::Malformed, 0),
        ("5d", ErrorKind::Malformed, 0),
        ("fc", ErrorKind::Malformed, 0),
        ("f818", ErrorKind::Malformed, 0),
        ("81ff", ErrorKind::Malformed, 1),
        ("f9", ErrorKind::Truncated, 0),
        ("fa000000", ErrorKind::Truncated, 0),
        ("fb00000000000000", ErrorKind::Truncated, 0),
        ("9bffffffffffffffff", ErrorKind::Truncated, 9),
        ("5bffffffffffffffff", ErrorKind::Truncated, 0),
        ("0000", ErrorKind::Trailing, 1),
    ];
    for (hex, kind, at) in cases {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let expected = if at == usize::MAX { Ok(()) } else { Err(CborError { kind, at }) };
        assert_eq!(check_exact(&bytes), expected, "{hex}");
    }
}

#[test]
fn lenient_reading_takes_what_is_only_not_canonical() {
    for hex in
        ["1800", "5f41614162ff", "7f6161ff", "9f01ff", "bf0102ff", "c001", "a202000100", "a201000100", "5fff"]
    {
        let bytes = hex::decode(hex).unwrap();
        assert_eq!(Item::first(&bytes).map(|item| item.raw()), Ok(&bytes[..]), "{hex}");
        for len in 0..bytes.len() {
            assert!(Item::first(&bytes[..len]).is_err(), "{hex} cut to {len}");
        }
    }
    // Chunks must be definite strings of the same kind; a break ends nothing but an indefinite length.
    for hex in ["5f6161ff", "7f4161ff", "5f5f4161ffff", "8201ff", "bf01ff", "a101ff", "f800", "f81f", "1c"] {
        let bytes = hex::decode(hex).unwrap();
        assert!(Item::first(&bytes).is_err(), "{hex}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: u8, head: u8| -> Vec<u8> {
        let mut bytes = std::vec![head; usize::from(levels)];
        bytes.push(0);
        bytes
    };
    assert!(check(&nested(MAX_DEPTH, 0x81)).is_ok());
    assert_eq!(check(&nested(MAX_DEPTH + 1, 0x81)).unwrap_err().kind, ErrorKind::TooDeep);
    for head in [0x81, 0xc1] {
        assert!(Item::first(&nested(MAX_LENIENT_DEPTH, head)).is_ok());
        assert_eq!(Item::first(&nested(MAX_LENIENT_DEPTH + 1, head)).unwrap_err().kind, ErrorKind::TooDeep);
        assert!(Item::first(&std::vec![head; 100_000]).is_err());
    }
}

#[test]
fn reads_entries_of_any_map() {
    for hex in [
        "a4 01 02 6161 03 4161 04 1bffffffffffffffff 05",
        "bf 01 02 6161 03 4161 04 1bffffffffffffffff 05 ff",
    ] {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let mut reader = Reader::new(&bytes);
        let mut map = reader.map().unwrap();
        let mut keys = Vec::new();
        while let Some(key) = map.next().unwrap() {
            keys.push((key, map.value().uint().unwrap()));
        }
        reader.end().unwrap();
        let other = |bytes| Key::Other(Item::first(bytes).unwrap());
        let expected = [
            (Key::Int(1), 2),
            (Key::Text("a"), 3),
            (other(&[0x41, 0x61]), 4),
            (other(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 5),
        ];
        assert_eq!(keys, expected);
    }
}

#[test]
fn typed_reads_name_the_fault() {
    assert_eq!(Reader::new(&[0x20]).uint().unwrap_err().kind, ErrorKind::Type);
    assert_eq!(Reader::new(&[0x19, 1, 0]).uint_as::<u8>().unwrap_err().kind, ErrorKind::Range);
    assert_eq!(Reader::new(&[0x39, 1, 0]).int_as::<i8>().unwrap_err().kind, ErrorKind::Range);
    assert_eq!(
        Reader::new(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).int().unwrap_err().kind,
        ErrorKind::Range
    );
    assert_eq!(Reader::new(&[0x61, 0xff]).text().unwrap_err().kind, ErrorKind::Utf8);
    assert_eq!(Reader::new(&[0x42, 0]).bytes().unwrap_err().kind, ErrorKind::Truncated);
    assert_eq!(Reader::new(&[0x61, 0x61]).bytes().unwrap_err().kind, ErrorKind::Type);
    assert_eq!(Reader::new(&[0x81, 0]).raw_map().unwrap_err().kind, ErrorKind::Type);
    assert_eq!(Reader::new(&[0xf6]).bool().unwrap_err().kind, ErrorKind::Type);
}

#[test]
#[should_panic(expected = "map keys")]
fn a_map_out_of_order_is_caught_in_debug_builds() {
    let mut out = [0; 16];
    let mut writer = Writer::new(&mut out);
    let mut map = writer.entries().unwrap();
    map.entry(-1).unwrap().null().unwrap();
    let _ = map.entry(1).map(|writer| writer.null());
}
