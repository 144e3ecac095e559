use std::format;

use proptest::prelude::*;

use crate::authdata::{AttestedCredentialData, AuthData, AuthDataError, Flags, HEAD_LEN};
use crate::cbor::Overflow;
use crate::cose::PublicKey;

proptest! {
    #[test]
    fn round_trips_and_fails_when_cut(
        rp_id_hash: [u8; 32],
        flags: u8,
        sign_count: u32,
        aaguid: [u8; 16],
        credential_id in proptest::collection::vec(any::<u8>(), 0..1100),
        attested: bool,
        extensions in proptest::option::of(Just([0xa1, 0x61, 0x61, 0xf5])),
    ) {
        let mut key = [0; 77];
        PublicKey::es256(&[3; 32], &[4; 32]).encode(&mut key).unwrap();
        let data = AuthData {
            rp_id_hash: &rp_id_hash,
            flags: Flags(flags),
            sign_count,
            attested: attested.then_some(AttestedCredentialData {
                aaguid: &aaguid,
                credential_id: &credential_id,
                public_key: &key,
            }),
            extensions: extensions.as_ref().map(|map| &map[..]),
        };
        let mut out = [0; 1300];
        let len = data.encode(&mut out).unwrap();
        prop_assert_eq!(len, data.encoded_len());
        prop_assert_eq!(data.encode(&mut out[..len - 1]), Err(Overflow));
        data.encode(&mut out).unwrap();

        let read = AuthData::parse_exact(&out[..len]).unwrap();
        prop_assert_eq!(read, AuthData { flags: data.actual_flags(), ..data });
        prop_assert_eq!(read.flags.at(), attested);
        prop_assert_eq!(read.flags.ed(), extensions.is_some());
        prop_assert_eq!(read.flags.without(Flags::AT | Flags::ED), Flags(flags).without(Flags::AT | Flags::ED));
        for cut in 0..len {
            prop_assert!(AuthData::parse(&out[..cut]).is_err(), "parses when cut to {} bytes", cut);
        }
        out[len] = 7;
        prop_assert_eq!(AuthData::parse(&out[..=len]).unwrap().1, &[7]);
        prop_assert_eq!(AuthData::parse_exact(&out[..=len]), Err(AuthDataError::Trailing(1)));
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(data) = AuthData::parse_exact(&bytes) {
            let mut out = std::vec![0; bytes.len()];
            prop_assert_eq!(data.encode(&mut out), Ok(bytes.len()));
            prop_assert_eq!(out, bytes);
        }
    }
}

#[test]
fn errors_name_the_part() {
    let mut bytes = [0; 60];
    bytes[32] = Flags::ED.0;
    assert!(matches!(AuthData::parse(&bytes), Err(AuthDataError::Cbor("extensions", _))));
    assert!(matches!(AuthData::parse(&bytes[..HEAD_LEN]), Err(AuthDataError::Cbor("extensions", _))));
    bytes[32] = Flags::AT.0;
    assert!(matches!(AuthData::parse(&bytes), Err(AuthDataError::Cbor("credentialPublicKey", _))));
    assert_eq!(AuthData::parse(&bytes[..50]), Err(AuthDataError::Truncated("aaguid")));
    bytes[HEAD_LEN + 17] = 6;
    assert_eq!(AuthData::parse(&bytes), Err(AuthDataError::Truncated("credentialId")));
    assert_eq!(AuthData::parse(&bytes[..36]), Err(AuthDataError::Truncated("signCount")));
}

#[test]
fn a_credential_id_longer_than_its_length_field_does_not_fit() {
    let id = std::vec![0; 65_536];
    let data = AttestedCredentialData { aaguid: &[0; 16], credential_id: &id, public_key: &[] };
    let mut out = std::vec![0; 70_000];
    assert_eq!(data.write(&mut crate::cbor::Writer::new(&mut out)), Err(Overflow));
}

#[test]
fn flags_name_themselves() {
    let flags = Flags::UP | Flags::UV | Flags::BE | Flags::BS | Flags::AT | Flags::ED;
    assert!(flags.up() && flags.uv() && flags.be() && flags.bs() && flags.at() && flags.ed());
    assert_eq!(format!("{flags}"), "0xdd UP UV BE BS AT ED");
    assert_eq!(format!("{}", Flags(0x22)), "0x22 RFU1 RFU2");
    assert_eq!(Flags::UP.with_if(Flags::UV, false), Flags::UP);
}
