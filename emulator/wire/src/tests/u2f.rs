use std::vec::Vec;

use proptest::prelude::*;

use crate::Status;
use crate::cbor::Overflow;
use crate::u2f::{
    Apdu, Authenticated, Control, Form, Registered, Request, StatusWord, VERSION, authenticate_signed_data,
    ins, register_signed_data, split_response, version_message,
};

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Short), Just(Form::Extended)]
}

proptest! {
    #[test]
    fn apdus_round_trip(
        head: [u8; 4],
        form in form(),
        data in proptest::collection::vec(any::<u8>(), 0..600),
        le in proptest::option::of(1_u32..=0x1_0000),
    ) {
        let data = if form == Form::Short { &data[..data.len().min(255)] } else { &data[..] };
        let le = if form == Form::Short { le.map(|le| le.min(256)) } else { le };
        let apdu = Apdu { cla: head[0], ins: head[1], p1: head[2], p2: head[3], data, le };
        let mut out = [0; 700];
        let len = apdu.encode(form, &mut out).unwrap();
        prop_assert_eq!(Apdu::parse(&out[..len]), Ok(apdu));
        prop_assert_eq!(apdu.encode(form, &mut out[..len - 1]), Err(Overflow));
    }

    #[test]
    fn requests_round_trip(
        form in form(),
        challenge: [u8; 32],
        application: [u8; 32],
        control: u8,
        key_handle in proptest::collection::vec(any::<u8>(), 0..=190),
    ) {
        let cases = [
            Request::Register { challenge: &challenge, application: &application },
            Request::Authenticate {
                control: Control(control),
                challenge: &challenge,
                application: &application,
                key_handle: &key_handle,
            },
            Request::Version,
        ];
        for request in cases {
            let mut out = [0; 400];
            let len = request.encode(form, &mut out).unwrap();
            prop_assert_eq!(Request::decode(&out[..len]), Ok(request));
            for cut in 0..len {
                // Without its last field, the expected length, a request still stands.
                let whole = match form {
                    Form::Short => cut == len - 1,
                    Form::Extended => cut == len - 2 && request != Request::Version,
                };
                // A version request may also end after its head.
                let whole = whole || request == Request::Version && (cut == 4 || cut == 5);
                prop_assert_eq!(Request::decode(&out[..cut]).is_ok(), whole, "cut to {}", cut);
            }
        }
    }

    #[test]
    fn registrations_round_trip(
        key: [u8; 64],
        key_handle in proptest::collection::vec(any::<u8>(), 0..=255),
        certificate in proptest::collection::vec(any::<u8>(), 0..1200),
        signature in proptest::collection::vec(any::<u8>(), 0..73),
    ) {
        let mut public_key = [4; 65];
        public_key[1..].copy_from_slice(&key);
        let certificate = der_sequence(&certificate);
        let registered = Registered {
            public_key: &public_key,
            key_handle: &key_handle,
            certificate: &certificate,
            signature: &signature,
        };
        let mut out = [0; 1700];
        let len = registered.message(&mut out).unwrap();
        let (data, word) = split_response(&out[..len]).unwrap();
        prop_assert_eq!(word, StatusWord::NO_ERROR);
        prop_assert_eq!(Registered::decode(data), Ok(registered));
        for cut in 0..data.len() - signature.len() {
            prop_assert!(Registered::decode(&data[..cut]).is_err());
        }
        prop_assert_eq!(registered.message(&mut out[..len - 1]), Err(Overflow));
    }

    #[test]
    fn authentications_round_trip(
        user_presence: u8,
        counter: u32,
        signature in proptest::collection::vec(any::<u8>(), 0..73),
    ) {
        let authenticated = Authenticated { user_presence, counter, signature: &signature };
        let mut out = [0; 100];
        let len = authenticated.message(&mut out).unwrap();
        let (data, word) = split_response(&out[..len]).unwrap();
        prop_assert_eq!(word, StatusWord::NO_ERROR);
        prop_assert_eq!(Authenticated::decode(data), Ok(authenticated));
        for cut in 0..5 {
            prop_assert!(Authenticated::decode(&data[..cut]).is_err());
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Request::decode(&bytes);
        let _ = Registered::decode(&bytes);
        let _ = Authenticated::decode(&bytes);
    }
}

fn der_sequence(content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut out = match len {
        0..=0x7f => std::vec![0x30, len as u8],
        0x80..=0xff => std::vec![0x30, 0x81, len as u8],
        _ => std::vec![0x30, 0x82, (len >> 8) as u8, len as u8],
    };
    out.extend(content);
    out
}

#[test]
fn requests_that_are_none_get_their_status_word() {
    let word = |bytes: &[u8]| Request::decode(bytes).unwrap_err();
    assert_eq!(word(&[]), StatusWord::WRONG_LENGTH);
    assert_eq!(word(&[0, 3, 0]), StatusWord::WRONG_LENGTH);
    assert_eq!(word(&[0x80, 3, 0, 0]), StatusWord::CLA_NOT_SUPPORTED);
    assert_eq!(word(&[0, 0x40, 0, 0]), StatusWord::INS_NOT_SUPPORTED);
    assert_eq!(word(&[0, ins::REGISTER, 0, 0]), StatusWord::WRONG_LENGTH);
    assert_eq!(word(&[0, ins::VERSION, 0, 0, 1, 9]), StatusWord::WRONG_LENGTH);
    let mut authenticate = [0; 5 + 65];
    authenticate[..5].copy_from_slice(&[0, ins::AUTHENTICATE, 7, 0, 65]);
    assert!(Request::decode(&authenticate).is_ok());
    authenticate[69] = 1;
    assert_eq!(word(&authenticate), StatusWord::WRONG_LENGTH);
}

#[test]
fn all_forms_of_a_version_request_are_taken() {
    for bytes in [
        &[0, 3, 0, 0][..],
        &[0, 3, 0, 0, 0],
        &[0, 3, 0, 0, 0, 0, 0],
        &[0, 3, 0, 0, 0, 0, 0, 0, 0],
        &[0, 3, 0, 0, 8],
    ] {
        assert_eq!(Request::decode(bytes), Ok(Request::Version), "{bytes:?}");
    }
    let mut out = [0; 8];
    assert_eq!(version_message(&mut out), Ok(8));
    assert_eq!(split_response(&out), Some((VERSION.as_bytes(), StatusWord::NO_ERROR)));
}

#[test]
fn signed_data_has_the_order_of_the_specification() {
    let mut out = [0xee; 140];
    let len = register_signed_data(&[1; 32], &[2; 32], &[3; 10], &[4; 65], &mut out).unwrap();
    let mut expected = std::vec![0];
    expected.extend([1; 32]);
    expected.extend([2; 32]);
    expected.extend([3; 10]);
    expected.extend([4; 65]);
    assert_eq!(&out[..len], expected);
    let mut expected = std::vec![1; 32];
    expected.extend([5, 0, 0, 1, 2]);
    expected.extend([2; 32]);
    assert_eq!(authenticate_signed_data(&[1; 32], 5, 0x102, &[2; 32])[..], expected);
}

#[test]
fn a_certificate_with_an_absurd_length_is_refused() {
    let mut data = std::vec![5];
    data.extend([4; 65]);
    data.push(0);
    for head in
        [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x80], &[0x30, 0x89], &[0x31, 0x00], &[0x30]]
    {
        let mut data = data.clone();
        data.extend(head);
        assert_eq!(Registered::decode(&data).unwrap_err().member, "attestation certificate");
    }
    assert_eq!(Registered::decode(&[4]).unwrap_err().status(), Status::INVALID_CBOR);
}
