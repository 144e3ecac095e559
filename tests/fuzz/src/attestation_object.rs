//! Attestation objects, by the two readers that the project has of them.

use webauthn::AttestationObject;
use wire::cbor;
use wire::ctap2::{AttestationObject as Other, Statement};

use super::twin;

/// Both readers say the same, and what is read is the same when it is written.
pub fn parse(data: &[u8]) {
    let other = Other::decode(data);
    let object = match AttestationObject::parse(data) {
        Ok(object) => object,
        Err(error) => {
            assert!(!error.is_empty());
            assert!(other.is_err(), "{error}, and {other:?}");
            return;
        }
    };
    if object.rest.is_empty() {
        let other = other.expect("the other reader takes it too");
        let Statement::Raw { fmt, att_stmt } = other.att_stmt else { panic!("it is taken apart") };
        let members = (fmt, att_stmt.bytes(), other.auth_data);
        assert_eq!((object.fmt, object.att_stmt, object.auth_data), members);
    } else {
        assert!(other.is_err());
    }
    let written = object.to_bytes();
    assert_eq!(AttestationObject::parse(&written), Ok(object));
    let whole = &data[..data.len() - object.rest.len()];
    if cbor::check_exact(whole).is_ok() && written.len() == data.len() {
        assert_eq!(twin::hex(&written), twin::hex(data), "nothing was unknown");
    }
}
