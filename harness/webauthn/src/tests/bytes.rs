use proptest::prelude::*;

use crate::{AttestationObject, Base64Url};

#[test]
fn reading_is_strict() {
    let cases = [
        ("AA==", "padding"),
        ("ab+/", "not base64url"),
        ("a", "not base64url"),
        ("AB", "not base64url"), // stray bits
        ("A A", "not base64url"),
        ("AA\n", "not base64url"),
    ];
    for (text, word) in cases {
        let error = Base64Url::decode(text).unwrap_err();
        assert!(error.contains(word), "{text:?}: {error}");
    }
    assert_eq!(Base64Url::decode("").unwrap().0, b"");
    assert_eq!(Base64Url::decode("-_8").unwrap().0, [0xfb, 0xff]);
}

proptest! {
    #[test]
    fn bytes_survive(bytes: Vec<u8>) {
        let text = Base64Url(bytes.clone()).encode();
        prop_assert_eq!(Base64Url::decode(&text).unwrap().0, bytes.clone());
        let json = serde_json::to_string(&Base64Url(bytes.clone())).unwrap();
        prop_assert_eq!(serde_json::from_str::<Base64Url>(&json).unwrap().0, bytes);
    }

    #[test]
    fn attestation_objects_survive(fmt in "[a-z0-9-]{0,300}", auth_data: Vec<u8>, rest: Vec<u8>) {
        let object = AttestationObject { fmt: &fmt, auth_data: &auth_data, att_stmt: &[0xa0], rest: &rest };
        let bytes = object.to_bytes();
        prop_assert_eq!(AttestationObject::parse(&bytes).unwrap(), object);
        // The twin decoder sees the same.
        let value: ciborium::Value = ciborium::from_reader(bytes.as_slice()).unwrap();
        let entries = value.as_map().unwrap();
        prop_assert_eq!(entries[0].1.as_text().unwrap(), fmt);
        prop_assert_eq!(entries[2].1.as_bytes().unwrap(), &auth_data);
    }

    #[test]
    fn nonsense_is_no_attestation_object(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        // It must not panic; random bytes that have the three members do not come up.
        prop_assert!(AttestationObject::parse(&bytes).is_err());
    }
}

#[test]
fn what_is_missing_is_named() {
    let error = AttestationObject::parse(&[0xa0]).unwrap_err();
    assert!(error.contains("no fmt"), "{error}");
    let error = AttestationObject::parse(&[0xa1, 0x63, b'f', b'm', b't', 0x01]).unwrap_err();
    assert!(error.contains("fmt"), "{error}");
}
