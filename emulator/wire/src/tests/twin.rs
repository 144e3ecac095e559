//! The twin: values of `ciborium`, which shares no code with this crate.

use std::string::String;
use std::vec::Vec;

use ciborium::Value;
use proptest::prelude::*;

/// Encodes with the twin.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).unwrap();
    out
}

/// Decodes one item that fills `bytes` with the twin.
pub fn decode(bytes: &[u8]) -> Value {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).unwrap();
    assert!(rest.is_empty(), "the twin left {} bytes", rest.len());
    value
}

/// A map with text keys of the members that are there; sorted as CTAP2 wants.
pub fn texts(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    map(members.into_iter().map(|(key, value)| (Value::from(key), value)))
}

/// A map with integer keys of the members that are there; sorted as CTAP2 wants.
pub fn ints(members: impl IntoIterator<Item = (i64, Option<Value>)>) -> Value {
    map(members.into_iter().map(|(key, value)| (Value::from(key), value)))
}

fn map(members: impl Iterator<Item = (Value, Option<Value>)>) -> Value {
    sorted(members.filter_map(|(key, value)| Some((key, value?))).collect())
}

/// Sorts by major type, length and bytes of the encoded key, and drops keys that repeat.
pub fn sorted(mut entries: Vec<(Value, Value)>) -> Value {
    let order = |key: &Value| {
        let bytes = encode(key);
        (bytes[0] >> 5, bytes.len(), bytes)
    };
    entries.sort_by_key(|(key, _)| order(key));
    entries.dedup_by_key(|(key, _)| order(key));
    Value::Map(entries)
}

/// A short text.
pub fn word() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect())
}

/// Any value in canonical form with at most `depth` levels of maps and arrays, without tags.
pub fn canonical(depth: u32) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..300).prop_map(Value::from),
        (-300_i64..0).prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..60).prop_map(Value::Bytes),
        word().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Float),
        Just(Value::Null),
    ]
    .boxed();
    if depth == 0 {
        return leaf;
    }
    let inner = canonical(depth - 1);
    let key = prop_oneof![any::<i64>().prop_map(Value::from), word().prop_map(Value::Text)];
    prop_oneof![
        2 => leaf,
        1 => proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
        1 => proptest::collection::vec((key, inner), 0..5).prop_map(sorted),
    ]
    .boxed()
}

/// Checks a codec of one message against the twin.
///
/// `bytes` is what this crate wrote, `expected` the same content as the twin sees it, `decodes` whether this
/// crate reads it back.
pub fn same(bytes: &[u8], expected: &Value, decodes: impl Fn(&[u8]) -> bool) {
    assert_eq!(crate::cbor::check_exact(bytes), Ok(()));
    assert_eq!(decode(bytes), *expected);
    assert_eq!(encode(expected), bytes, "the twin writes other bytes");
    assert!(decodes(bytes));
    for len in 0..bytes.len() {
        assert!(!decodes(&bytes[..len]), "decodes when cut to {len} bytes");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(!decodes(&longer), "decodes with a trailing byte");
}
