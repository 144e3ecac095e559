//! The twin: `ciborium`, which shares no code with the project.

use std::io;

use ciborium::Value;

/// Decodes the first item; the value and its length in bytes, `None` if the twin refuses it.
pub fn first(bytes: &[u8]) -> Option<(Value, usize)> {
    let mut rest = bytes;
    let value: Value = ciborium::from_reader(&mut rest).ok()?;
    Some((value, bytes.len() - rest.len()))
}

/// Decodes an item that fills `bytes`.
///
/// # Panics
/// The twin refuses it, or something follows it.
pub fn whole(bytes: &[u8]) -> Value {
    match first(bytes) {
        Some((value, len)) if len == bytes.len() => value,
        Some((_, len)) => panic!("the twin reads {len} of {} bytes of {}", bytes.len(), hex(bytes)),
        None => panic!("the twin refuses {}", hex(bytes)),
    }
}

/// Encodes.
///
/// # Panics
/// Never: memory does not fail to be written.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let written: Result<(), ciborium::ser::Error<io::Error>> = ciborium::into_writer(value, &mut out);
    written.expect("the twin writes any value");
    out
}

/// Equal, where a number that is none equals itself.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => {
            left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Map(left), Value::Map(right)) => {
            let entry =
                |((lk, lv), (rk, rv)): (&(Value, Value), &(Value, Value))| same(lk, rk) && same(lv, rv);
            left.len() == right.len() && left.iter().zip(right).all(entry)
        }
        _ => left == right,
    }
}

/// Bytes as hexadecimal digits, for messages.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
