use std::collections::BTreeSet;
use std::format;

use crate::Status;
use crate::cbor::{CborError, ErrorKind, Overflow};
use crate::error::{DecodeError, Named};

#[test]
fn every_byte_is_a_status_and_named_ones_are_unique() {
    let mut names = BTreeSet::new();
    let mut named = 0;
    for value in 0..=255 {
        let status = Status(value);
        assert_eq!(status.name().is_some(), Status::NAMED.contains(&status));
        assert!(
            format!("{status}")
                .ends_with(&format!("0x{value:02x}{}", if status.name().is_some() { ")" } else { "" }))
        );
        if let Some(name) = status.name() {
            named += 1;
            assert!(name.starts_with("CTAP1_ERR_") || name.starts_with("CTAP2_"));
            assert!(names.insert(name));
        }
    }
    assert_eq!(named, Status::NAMED.len());
    assert!(Status::NAMED.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(Status::OK.is_ok() && !Status::OTHER.is_ok());
}

#[test]
fn each_fault_of_a_request_has_the_status_of_the_specification() {
    let cbor = |kind| Err::<(), _>(CborError::new(kind, 3)).named("rp").unwrap_err();
    assert_eq!(Status::from(cbor(ErrorKind::Type)), Status::CBOR_UNEXPECTED_TYPE);
    for kind in
        [ErrorKind::Truncated, ErrorKind::Range, ErrorKind::Utf8, ErrorKind::Unsorted, ErrorKind::Trailing]
    {
        assert_eq!(cbor(kind).status(), Status::INVALID_CBOR);
        assert_eq!(Status::from(CborError::new(kind, 0)), Status::INVALID_CBOR);
    }
    assert_eq!(DecodeError::missing("rp").status(), Status::MISSING_PARAMETER);
    assert_eq!(DecodeError::length("clientDataHash", 31).status(), Status::INVALID_LENGTH);
    assert_eq!(Status::from(Overflow), Status::OTHER);
    assert_eq!(format!("{}", cbor(ErrorKind::Type)), "rp: unexpected type at byte 3");
    assert_eq!(format!("{}", DecodeError::missing("rp.id")), "rp.id is missing");
    assert_eq!(format!("{}", DecodeError::length("x", 31)), "x has a length of 31 bytes");
}
