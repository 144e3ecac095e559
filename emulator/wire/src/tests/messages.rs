use std::string::String;
use std::vec::Vec;

use ciborium::Value;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::entities::{self, Credential, Rp, Switches, User, bytes};
use super::twin;
use crate::Status;
use crate::cbor::{Key, Writer};
use crate::cose::Alg;
use crate::ctap2::{
    AttestationObject, Command, Descriptor, List, Parameter, RawMap, Statement, Value as _, get_assertion,
    get_info, make_credential, split_request, split_response,
};
use crate::error::DecodeError;

type Tail = (Option<Vec<u8>>, Option<u64>, Option<u64>, Option<Vec<String>>);

fn tail() -> impl Strategy<Value = Tail> {
    (of(vec(any::<u8>(), 0..40)), of(any::<u64>()), of(any::<u64>()), of(vec(twin::word(), 0..4)))
}

fn extensions() -> impl Strategy<Value = Option<Value>> {
    of(vec((twin::word().prop_map(Value::Text), twin::canonical(1)), 0..4).prop_map(twin::sorted))
}

fn raw(map: &Option<Vec<u8>>) -> Option<RawMap<'_>> {
    map.as_deref().map(|map| RawMap::new(map).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn make_credential_requests(
        client_data_hash: [u8; 32],
        rp in Rp::any(),
        user in User::any(),
        algorithms in vec((any::<i32>(), twin::word()), 0..5),
        exclude in of(vec(Credential::any(), 0..5)),
        extensions in extensions(),
        switches in any::<Option<Switches>>(),
        (param, protocol, enterprise, formats) in tail(),
    ) {
        let (parameters, parameters_twin) = entities::parameters(&algorithms);
        let options = switches.map(entities::options);
        let encoded_extensions = extensions.as_ref().map(twin::encode);
        let formats_wire = formats.as_deref().map(entities::strs);
        let expected = twin::ints([
            (1, bytes(&client_data_hash)),
            (2, Some(rp.twin())),
            (3, Some(user.twin())),
            (4, Some(parameters_twin)),
            (5, exclude.as_ref().map(|list| Value::Array(list.iter().map(Credential::twin).collect()))),
            (6, extensions.clone()),
            (7, options.as_ref().map(|(_, twin)| twin.clone())),
            (8, param.as_deref().and_then(bytes)),
            (9, protocol.map(Value::from)),
            (10, enterprise.map(Value::from)),
            (11, formats.as_deref().map(entities::texts)),
        ]);
        entities::with_all(exclude.as_deref().unwrap_or_default(), |descriptors| {
            let request = make_credential::Request {
                client_data_hash: &client_data_hash,
                rp: rp.wire(),
                user: user.wire(),
                pub_key_cred_params: List::from(&parameters[..]),
                exclude_list: exclude.as_ref().map(|_| List::from(descriptors)),
                extensions: raw(&encoded_extensions),
                options: options.as_ref().map(|(wire, _)| *wire),
                pin_uv_auth_param: param.as_deref(),
                pin_uv_auth_protocol: protocol,
                enterprise_attestation: enterprise,
                attestation_formats_preference: formats_wire.as_deref().map(List::from),
                ..Default::default()
            };
            let mut out = std::vec![0; 16_000];
            let len = request.message(&mut out).unwrap();
            let (command, parameters) = split_request(&out[..len]).unwrap();
            assert_eq!(command, Command::MAKE_CREDENTIAL);
            twin::same(
                parameters,
                &expected,
                |bytes| make_credential::Request::decode(bytes) == Ok(request),
            );
        });
    }

    #[test]
    fn get_assertion_requests(
        rp_id in twin::word(),
        client_data_hash: [u8; 32],
        allow in of(vec(Credential::any(), 0..5)),
        extensions in extensions(),
        switches in any::<Option<Switches>>(),
        (param, protocol, enterprise, formats) in tail(),
    ) {
        let options = switches.map(entities::options);
        let encoded_extensions = extensions.as_ref().map(twin::encode);
        let formats_wire = formats.as_deref().map(entities::strs);
        let expected = twin::ints([
            (1, entities::text(&rp_id)),
            (2, bytes(&client_data_hash)),
            (3, allow.as_ref().map(|list| Value::Array(list.iter().map(Credential::twin).collect()))),
            (4, extensions.clone()),
            (5, options.as_ref().map(|(_, twin)| twin.clone())),
            (6, param.as_deref().and_then(bytes)),
            (7, protocol.map(Value::from)),
            (8, enterprise.map(Value::from)),
            (9, formats.as_deref().map(entities::texts)),
        ]);
        entities::with_all(allow.as_deref().unwrap_or_default(), |descriptors| {
            let request = get_assertion::Request {
                rp_id: &rp_id,
                client_data_hash: &client_data_hash,
                allow_list: allow.as_ref().map(|_| List::from(descriptors)),
                extensions: raw(&encoded_extensions),
                options: options.as_ref().map(|(wire, _)| *wire),
                pin_uv_auth_param: param.as_deref(),
                pin_uv_auth_protocol: protocol,
                enterprise_attestation: enterprise,
                attestation_formats_preference: formats_wire.as_deref().map(List::from),
                ..Default::default()
            };
            let mut out = std::vec![0; 16_000];
            let len = request.message(&mut out).unwrap();
            let (command, parameters) = split_request(&out[..len]).unwrap();
            assert_eq!(command, Command::GET_ASSERTION);
            twin::same(parameters, &expected, |bytes| get_assertion::Request::decode(bytes) == Ok(request));
        });
    }

    #[test]
    fn get_assertion_responses(
        credential in of(Credential::any()),
        auth_data in vec(any::<u8>(), 0..300),
        signature in vec(any::<u8>(), 0..80),
        user in of(User::any()),
        number in any::<Option<u64>>(),
        selected in any::<Option<bool>>(),
        key in of(vec(any::<u8>(), 0..40)),
        outputs in extensions(),
        ep_att in any::<Option<bool>>(),
    ) {
        let encoded_outputs = outputs.as_ref().map(twin::encode);
        let expected = twin::ints([
            (1, credential.as_ref().map(Credential::twin)),
            (2, bytes(&auth_data)),
            (3, bytes(&signature)),
            (4, user.as_ref().map(User::twin)),
            (5, number.map(Value::from)),
            (6, selected.map(Value::from)),
            (7, key.as_deref().and_then(bytes)),
            (8, outputs.clone()),
            (9, ep_att.map(Value::from)),
            (10, outputs.clone()),
        ]);
        let check = |descriptor: Option<Descriptor<'_>>| {
            let response = get_assertion::Response {
                credential: descriptor,
                auth_data: &auth_data,
                signature: &signature,
                user: user.as_ref().map(User::wire),
                number_of_credentials: number,
                user_selected: selected,
                large_blob_key: key.as_deref(),
                unsigned_extension_outputs: raw(&encoded_outputs),
                ep_att,
                att_stmt: raw(&encoded_outputs),
                ..Default::default()
            };
            let mut out = std::vec![0; 8_000];
            let len = response.message(&mut out).unwrap();
            let (status, members) = split_response(&out[..len]).unwrap();
            assert_eq!(status, Status::OK);
            twin::same(members, &expected, |bytes| get_assertion::Response::decode(bytes) == Ok(response));
        };
        match &credential {
            Some(credential) => credential.with(|descriptor| check(Some(descriptor))),
            None => check(None),
        }
    }

    #[test]
    fn attestations(
        auth_data in vec(any::<u8>(), 0..300),
        alg: i32,
        sig in vec(any::<u8>(), 0..80),
        chain in vec(vec(any::<u8>(), 0..300), 0..3),
        ep_att in any::<Option<bool>>(),
    ) {
        let certificates: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let x5c = List::from(&certificates[..]);
        let x5c_twin = Some(Value::Array(chain.iter().cloned().map(Value::Bytes).collect()));
        let alg_twin = Some(Value::from(alg));
        let other = [0xa1, 0x61, 0x61, 0x01];
        let cases = [
            (Statement::None, "none", twin::texts([])),
            (
                Statement::Packed { alg: Alg(alg), sig: &sig, x5c: None },
                "packed",
                twin::texts([("alg", alg_twin.clone()), ("sig", bytes(&sig))]),
            ),
            (
                Statement::Packed { alg: Alg(alg), sig: &sig, x5c: Some(x5c) },
                "packed",
                twin::texts([("alg", alg_twin.clone()), ("sig", bytes(&sig)), ("x5c", x5c_twin.clone())]),
            ),
            (
                Statement::FidoU2f { sig: &sig, x5c },
                "fido-u2f",
                twin::texts([("sig", bytes(&sig)), ("x5c", x5c_twin.clone())]),
            ),
            (
                Statement::Tpm { ver: "2.0", alg: Alg(alg), sig: &sig, x5c, pub_area: &auth_data, cert_info: &sig },
                "tpm",
                twin::texts([
                    ("alg", alg_twin),
                    ("sig", bytes(&sig)),
                    ("ver", entities::text("2.0")),
                    ("x5c", x5c_twin),
                    ("pubArea", bytes(&auth_data)),
                    ("certInfo", bytes(&sig)),
                ]),
            ),
            (
                Statement::Raw { fmt: "apple", att_stmt: RawMap::new(&other).unwrap() },
                "apple",
                twin::texts([("a", Some(Value::from(1)))]),
            ),
        ];
        let mut out = std::vec![0; 4_000];
        for (statement, fmt, statement_twin) in cases {
            let response = make_credential::Response { ep_att, ..make_credential::Response::new(statement, &auth_data) };
            let len = response.message(&mut out).unwrap();
            let (status, members) = split_response(&out[..len]).unwrap();
            prop_assert_eq!(status, Status::OK);
            let expected = twin::ints([
                (1, entities::text(fmt)),
                (2, bytes(&auth_data)),
                (3, Some(statement_twin.clone())),
                (4, ep_att.map(Value::from)),
            ]);
            twin::same(members, &expected, |bytes| {
                make_credential::Response::decode(bytes).is_ok_and(|read| {
                    let att_stmt = read.att_stmt.parse().unwrap();
                    make_credential::Response { att_stmt, ..read } == response
                })
            });

            let object = AttestationObject::new(statement, &auth_data);
            let len = object.encode(&mut out).unwrap();
            let expected = twin::texts([
                ("fmt", entities::text(fmt)),
                ("attStmt", Some(statement_twin)),
                ("authData", bytes(&auth_data)),
            ]);
            twin::same(&out[..len], &expected, |bytes| {
                AttestationObject::decode(bytes).is_ok_and(|read| {
                    AttestationObject { att_stmt: read.att_stmt.parse().unwrap(), ..read } == object
                })
            });
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200)) {
        let _ = make_credential::Request::decode(&bytes);
        let _ = make_credential::Response::decode(&bytes).map(|response| response.att_stmt.parse());
        let _ = get_assertion::Request::decode(&bytes);
        let _ = get_assertion::Response::decode(&bytes);
        let _ = get_info::Response::decode(&bytes);
        let _ = AttestationObject::decode(&bytes);
    }

    #[test]
    fn a_mutated_request_does_no_harm(at: prop::sample::Index, to: u8, cut: prop::sample::Index) {
        let mut bytes = twin::encode(&sample_make_credential());
        let index = at.index(bytes.len());
        bytes[index] = to;
        let bytes = &bytes[..=cut.index(bytes.len())];
        if let Ok(request) = make_credential::Request::decode(bytes) {
            // What was decoded can be encoded, and reads back the same.
            let mut out = [0; 2000];
            let mut writer = Writer::new(&mut out);
            request.write(&mut writer).unwrap();
            prop_assert_eq!(make_credential::Request::decode(writer.written()), Ok(request));
        }
    }
}

fn sample_make_credential() -> Value {
    twin::ints([
        (1, bytes(&[7; 32])),
        (2, Some(twin::texts([("id", entities::text("example.org"))]))),
        (3, Some(twin::texts([("id", bytes(&[1, 2])), ("name", entities::text("ann"))]))),
        (
            4,
            Some(Value::Array(std::vec![twin::texts([
                ("alg", Some(Value::from(-7))),
                ("type", entities::text("public-key"))
            ])])),
        ),
        (
            5,
            Some(Value::Array(std::vec![twin::texts([
                ("id", bytes(&[9; 16])),
                ("type", entities::text("public-key"))
            ])])),
        ),
        (6, Some(twin::texts([("credProtect", Some(Value::from(2)))]))),
        (7, Some(twin::texts([("rk", Some(Value::from(true)))]))),
        (8, bytes(&[3; 16])),
        (9, Some(Value::from(2))),
        (10, Some(Value::from(1))),
        (11, Some(Value::Array(std::vec![Value::from("packed")]))),
    ])
}

fn sample_get_assertion() -> Value {
    twin::ints([
        (1, entities::text("example.org")),
        (2, bytes(&[7; 32])),
        (
            3,
            Some(Value::Array(std::vec![twin::texts([
                ("id", bytes(&[9; 16])),
                ("type", entities::text("public-key"))
            ])])),
        ),
        (5, Some(twin::texts([("up", Some(Value::from(false)))]))),
        (7, Some(Value::from(2))),
    ])
}

/// Each member left out in turn: what is required is missed by name, what is optional is not.
#[test]
fn missing_members_are_named() {
    sweep_missing(&sample_make_credential(), &[1, 2, 3, 4], |bytes| {
        make_credential::Request::decode(bytes).map(drop)
    });
    sweep_missing(&sample_get_assertion(), &[1, 2], |bytes| get_assertion::Request::decode(bytes).map(drop));
}

fn sweep_missing(sample: &Value, required: &[i64], decode: impl Fn(&[u8]) -> Result<(), DecodeError>) {
    let Value::Map(entries) = sample else { panic!() };
    for (key, _) in entries {
        let without = entries.iter().filter(|(other, _)| other != key).cloned().collect();
        let result = decode(&twin::encode(&Value::Map(without)));
        let missing = required.iter().any(|required| Value::from(*required) == *key);
        let expected = missing.then_some(Status::MISSING_PARAMETER);
        assert_eq!(result.err().map(|error| error.status()), expected, "without {key:?}");
    }
}

/// Each item of a message replaced in turn by one of another type.
#[test]
fn wrong_types_are_unexpected() {
    let mut seen = 0;
    for path in 1..=11 {
        let Value::Map(mut entries) = sample_make_credential() else { panic!() };
        for (key, value) in &mut entries {
            if *key == Value::from(path) {
                *value = Value::Null;
                seen += 1;
            }
        }
        let error = make_credential::Request::decode(&twin::encode(&Value::Map(entries))).unwrap_err();
        assert_eq!(error.status(), Status::CBOR_UNEXPECTED_TYPE, "{error}");
    }
    assert_eq!(seen, 11);
    assert_eq!(make_credential::Request::decode(&[0x80]).unwrap_err().status(), Status::CBOR_UNEXPECTED_TYPE);
    assert_eq!(make_credential::Request::decode(&[]).unwrap_err().status(), Status::INVALID_CBOR);
}

#[test]
fn inner_members_are_named_too() {
    let replace = |key: i64, value: Value| {
        let Value::Map(mut entries) = sample_make_credential() else { panic!() };
        entries.iter_mut().find(|(other, _)| *other == Value::from(key)).unwrap().1 = value;
        let error = make_credential::Request::decode(&twin::encode(&Value::Map(entries))).unwrap_err();
        (error.member, error.status())
    };
    assert_eq!(replace(1, Value::Bytes(std::vec![0; 31])), ("clientDataHash", Status::INVALID_LENGTH));
    assert_eq!(replace(2, twin::texts([])), ("rp.id", Status::MISSING_PARAMETER));
    assert_eq!(replace(3, twin::texts([])), ("user.id", Status::MISSING_PARAMETER));
    assert_eq!(
        replace(4, Value::Array(std::vec![twin::texts([("alg", Some(Value::from(-7)))])])),
        ("pubKeyCredParams.type", Status::MISSING_PARAMETER)
    );
    assert_eq!(
        replace(5, Value::Array(std::vec![twin::texts([("id", Some(Value::from(-7)))])])),
        ("credential.id", Status::CBOR_UNEXPECTED_TYPE)
    );
    assert_eq!(
        replace(7, twin::texts([("rk", Some(Value::from(1)))])),
        ("options.rk", Status::CBOR_UNEXPECTED_TYPE)
    );
}

#[test]
fn unknown_members_survive() {
    let Value::Map(mut entries) = sample_make_credential() else { panic!() };
    entries.push((Value::from(99), Value::from("new")));
    entries.push((Value::from("text"), Value::Null));
    for (key, value) in &mut entries {
        if *key == Value::from(7) {
            *value = twin::texts([("rk", Some(Value::from(true))), ("zz", Some(Value::from(1)))]);
        }
    }
    let bytes = twin::encode(&Value::Map(entries));
    let request = make_credential::Request::decode(&bytes).unwrap();
    let unknown: Vec<_> = request.unknown.iter().map(|(key, value)| (key, value.raw().to_vec())).collect();
    assert_eq!(
        unknown,
        [(Key::Int(99), twin::encode(&Value::from("new"))), (Key::Text("text"), std::vec![0xf6])]
    );
    let options = request.options.unwrap();
    assert_eq!(options.rk, Some(true));
    assert_eq!(options.unknown.iter().map(|(key, _)| key).collect::<Vec<_>>(), [Key::Text("zz")]);
    assert_eq!(request.unknown.map(), bytes);
}

#[test]
fn requests_that_are_not_canonical_are_still_read() {
    // Keys in reverse order, an indefinite map, and a length that is too long.
    let mut bytes = std::vec![0xbf, 0x02, 0x58, 0x20];
    bytes.extend([7; 32]);
    bytes.extend([0x01, 0x78, 0x01, b'a', 0x03, 0x9f, 0xff, 0xff]);
    let request = get_assertion::Request::decode(&bytes).unwrap();
    assert_eq!((request.rp_id, request.client_data_hash), ("a", &[7; 32]));
    assert_eq!(request.allow_list.unwrap().len(), 0);
}

#[test]
fn only_a_none_attestation_may_lack_its_statement() {
    let members = |fmt| twin::encode(&twin::ints([(1, entities::text(fmt)), (2, bytes(&[1]))]));
    assert_eq!(make_credential::Response::decode(&members("none")).unwrap().att_stmt, Statement::None);
    assert_eq!(
        make_credential::Response::decode(&members("packed")).unwrap_err(),
        DecodeError::missing("attStmt")
    );
}

#[test]
fn descriptors_and_parameters_know_their_kind() {
    assert!(Descriptor::public_key(&[1]).is_public_key());
    assert!(!Descriptor { kind: "other", ..Descriptor::EMPTY }.is_public_key());
    assert!(Parameter::public_key(Alg::ES256).is_public_key());
    assert!(!entities::parameter(-7, "other").is_public_key());
}
