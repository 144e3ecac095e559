//! The messages of PIN, tokens and what is managed with them.

use std::format;
use std::vec::Vec;

use ciborium::Value;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::entities::{self, Credential, Rp, User, bytes, text};
use super::twin;
use crate::Protocol;
use crate::ctap2::{
    Command, List, Permissions, RawMap, client_pin, config, credential_management, extensions, split_request,
    split_response,
};
use crate::describe;

fn some_map() -> impl Strategy<Value = Value> {
    vec((any::<i64>().prop_map(Value::from), twin::canonical(1)), 0..4).prop_map(twin::sorted)
}

fn number(value: Option<u64>) -> Option<Value> {
    value.map(Value::from)
}

fn blob(value: &Option<Vec<u8>>) -> Option<Value> {
    value.as_deref().and_then(bytes)
}

fn raw(map: &[u8]) -> RawMap<'_> {
    RawMap::new(map).unwrap()
}

/// Splits a request and checks its command.
fn body(message: &[u8], expected: Command) -> &[u8] {
    let (command, parameters) = split_request(message).unwrap();
    assert_eq!(command, expected);
    parameters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn client_pin_requests(
        protocol in of(any::<u64>()),
        sub_command: u64,
        key in some_map(),
        param in of(vec(any::<u8>(), 0..40)),
        new_pin in of(vec(any::<u8>(), 0..80)),
        hash in of(vec(any::<u8>(), 0..40)),
        permissions in of(any::<u64>()),
        rp_id in twin::word(),
    ) {
        let encoded = twin::encode(&key);
        let request = client_pin::Request {
            pin_uv_auth_protocol: protocol,
            sub_command: client_pin::SubCommand(sub_command),
            key_agreement: Some(raw(&encoded)),
            pin_uv_auth_param: param.as_deref(),
            new_pin_enc: new_pin.as_deref(),
            pin_hash_enc: hash.as_deref(),
            permissions: permissions.map(Permissions),
            rp_id: Some(&rp_id),
            ..Default::default()
        };
        let expected = twin::ints([
            (1, number(protocol)), (2, number(Some(sub_command))), (3, Some(key)), (4, blob(&param)),
            (5, blob(&new_pin)), (6, blob(&hash)), (9, number(permissions)), (10, text(&rp_id)),
        ]);
        let mut out = [0; 2000];
        let len = request.message(&mut out).unwrap();
        twin::same(body(&out[..len], Command::CLIENT_PIN), &expected, |bytes| {
            client_pin::Request::decode(bytes) == Ok(request)
        });
    }

    #[test]
    fn client_pin_responses(
        key in some_map(), token in of(vec(any::<u8>(), 0..60)), retries in of(any::<u64>()),
        power in of(any::<bool>()), uv in of(any::<u64>()),
    ) {
        let encoded = twin::encode(&key);
        let response = client_pin::Response {
            key_agreement: Some(raw(&encoded)),
            pin_uv_auth_token: token.as_deref(),
            pin_retries: retries,
            power_cycle_state: power,
            uv_retries: uv,
            ..Default::default()
        };
        let expected = twin::ints([
            (1, Some(key)), (2, blob(&token)), (3, number(retries)), (4, power.map(Value::from)), (5, number(uv)),
        ]);
        let mut out = [0; 2000];
        let len = response.message(&mut out).unwrap();
        let (status, members) = split_response(&out[..len]).unwrap();
        assert!(status.is_ok());
        twin::same(members, &expected, |bytes| client_pin::Response::decode(bytes) == Ok(response));
    }

    #[test]
    fn credential_management_requests(
        sub_command: u64,
        hash in of(any::<[u8; 32]>()),
        credential in Credential::any(),
        user in User::any(),
        (protocol, param) in (of(any::<u64>()), of(vec(any::<u8>(), 0..40))),
    ) {
        entities::with_all(std::slice::from_ref(&credential), |descriptors| {
            let params = credential_management::Params {
                rp_id_hash: hash.as_ref(),
                credential_id: Some(descriptors[0]),
                user: Some(user.wire()),
                ..Default::default()
            };
            let expected = twin::ints([
                (1, hash.as_ref().and_then(|hash| bytes(hash))), (2, Some(credential.twin())), (3, Some(user.twin())),
            ]);
            let encoded = encode(&params);
            twin::same(&encoded, &expected, |bytes| credential_management::Params::decode(bytes) == Ok(params));
            let request = credential_management::Request {
                sub_command: credential_management::SubCommand(sub_command),
                sub_command_params: Some(raw(&encoded)),
                pin_uv_auth_protocol: protocol,
                pin_uv_auth_param: param.as_deref(),
                ..Default::default()
            };
            let expected =
                twin::ints([(1, number(Some(sub_command))), (2, Some(expected)), (3, number(protocol)), (4, blob(&param))]);
            let mut out = std::vec![0; 6000];
            for command in [Command::CREDENTIAL_MANAGEMENT, Command::PROTOTYPE_CREDENTIAL_MANAGEMENT] {
                let len = request.message(command, &mut out).unwrap();
                twin::same(body(&out[..len], command), &expected, |bytes| {
                    credential_management::Request::decode(bytes) == Ok(request)
                });
            }
        });
    }

    #[test]
    fn credential_management_responses(
        counts in any::<[Option<u64>; 5]>(),
        rp in Rp::any(),
        user in User::any(),
        credential in Credential::any(),
        key in some_map(),
        (hash, blob_key, payment) in (any::<[u8; 32]>(), of(vec(any::<u8>(), 0..40)), of(any::<bool>())),
    ) {
        let encoded = twin::encode(&key);
        entities::with_all(std::slice::from_ref(&credential), |descriptors| {
            let response = credential_management::Response {
                existing_resident_credentials_count: counts[0],
                max_possible_remaining_resident_credentials_count: counts[1],
                rp: Some(rp.wire()),
                rp_id_hash: Some(&hash),
                total_rps: counts[2],
                user: Some(user.wire()),
                credential_id: Some(descriptors[0]),
                public_key: Some(raw(&encoded)),
                total_credentials: counts[3],
                cred_protect: counts[4],
                large_blob_key: blob_key.as_deref(),
                third_party_payment: payment,
                ..Default::default()
            };
            let expected = twin::ints([
                (1, number(counts[0])), (2, number(counts[1])), (3, Some(rp.twin())), (4, bytes(&hash)),
                (5, number(counts[2])), (6, Some(user.twin())), (7, Some(credential.twin())), (8, Some(key.clone())),
                (9, number(counts[3])), (10, number(counts[4])), (11, blob(&blob_key)), (12, payment.map(Value::from)),
            ]);
            let mut out = std::vec![0; 6000];
            let len = response.message(&mut out).unwrap();
            twin::same(split_response(&out[..len]).unwrap().1, &expected, |bytes| {
                credential_management::Response::decode(bytes) == Ok(response)
            });
        });
    }

    #[test]
    fn config_requests(
        length in of(any::<u64>()), rp_ids in of(vec(twin::word(), 0..4)), force in of(any::<bool>()),
        policy in of(any::<bool>()), sub_command: u64, protocol in of(any::<u64>()), param in of(vec(any::<u8>(), 0..40)),
    ) {
        let texts = rp_ids.as_deref().map(entities::strs);
        let params = config::SetMinPinLength {
            new_min_pin_length: length,
            min_pin_length_rpids: texts.as_deref().map(List::from),
            force_change_pin: force,
            pin_complexity_policy: policy,
            ..Default::default()
        };
        let inner = twin::ints([
            (1, number(length)), (2, rp_ids.as_deref().map(entities::texts)), (3, force.map(Value::from)),
            (4, policy.map(Value::from)),
        ]);
        let encoded = encode(&params);
        twin::same(&encoded, &inner, |bytes| config::SetMinPinLength::decode(bytes) == Ok(params));
        let request = config::Request {
            sub_command: config::SubCommand(sub_command),
            sub_command_params: Some(raw(&encoded)),
            pin_uv_auth_protocol: protocol,
            pin_uv_auth_param: param.as_deref(),
            ..Default::default()
        };
        let expected =
            twin::ints([(1, number(Some(sub_command))), (2, Some(inner)), (3, number(protocol)), (4, blob(&param))]);
        let mut out = [0; 2000];
        let len = request.message(&mut out).unwrap();
        twin::same(body(&out[..len], Command::CONFIG), &expected, |bytes| config::Request::decode(bytes) == Ok(request));
    }

    #[test]
    fn extension_maps(
        cred_blob in of(vec(any::<u8>(), 0..40)), level in of(any::<u64>()), flags in any::<[Option<bool>; 3]>(),
        length in of(any::<u64>()), key in some_map(), salts in vec(any::<u8>(), 0..80), protocol in of(any::<u64>()),
    ) {
        let flag = |at: usize| flags[at].map(Value::from);
        let inputs = extensions::MakeInputs {
            cred_blob: cred_blob.as_deref(), cred_protect: level, hmac_secret: flags[0], min_pin_length: flags[1],
            ..Default::default()
        };
        let expected = twin::texts([
            ("credBlob", blob(&cred_blob)), ("credProtect", number(level)), ("hmac-secret", flag(0)),
            ("minPinLength", flag(1)),
        ]);
        twin::same(&encode(&inputs), &expected, |bytes| extensions::MakeInputs::decode(bytes) == Ok(inputs));
        let outputs = extensions::MakeOutputs {
            cred_blob: flags[2], cred_protect: level, hmac_secret: flags[0], min_pin_length: length,
            ..Default::default()
        };
        let expected = twin::texts([
            ("credBlob", flag(2)), ("credProtect", number(level)), ("hmac-secret", flag(0)),
            ("minPinLength", number(length)),
        ]);
        twin::same(&encode(&outputs), &expected, |bytes| extensions::MakeOutputs::decode(bytes) == Ok(outputs));
        let encoded = twin::encode(&key);
        let inputs = extensions::GetInputs {
            cred_blob: flags[0],
            hmac_secret: Some(extensions::HmacSecret {
                key_agreement: raw(&encoded), salt_enc: &salts, salt_auth: &salts, pin_uv_auth_protocol: protocol,
                ..Default::default()
            }),
            ..Default::default()
        };
        let secret =
            twin::ints([(1, Some(key)), (2, bytes(&salts)), (3, bytes(&salts)), (4, number(protocol))]);
        let expected = twin::texts([("credBlob", flag(0)), ("hmac-secret", Some(secret))]);
        twin::same(&encode(&inputs), &expected, |bytes| extensions::GetInputs::decode(bytes) == Ok(inputs));
        let outputs = extensions::GetOutputs {
            cred_blob: cred_blob.as_deref(), hmac_secret: Some(&salts), ..Default::default()
        };
        let expected = twin::texts([("credBlob", blob(&cred_blob)), ("hmac-secret", bytes(&salts))]);
        twin::same(&encode(&outputs), &expected, |bytes| extensions::GetOutputs::decode(bytes) == Ok(outputs));
    }
}

fn encode<'a>(value: &impl crate::ctap2::Value<'a>) -> Vec<u8> {
    let mut out = std::vec![0; 6000];
    let mut writer = crate::cbor::Writer::new(&mut out);
    value.write(&mut writer).unwrap();
    let len = writer.len();
    out.truncate(len);
    out
}

#[test]
fn numbers_have_their_names() {
    for (number, name) in client_pin::SubCommand::NAMED.iter().zip([
        "getPINRetries (0x01)",
        "getKeyAgreement (0x02)",
        "setPIN (0x03)",
        "changePIN (0x04)",
        "getPinToken (0x05)",
        "getPinUvAuthTokenUsingUvWithPermissions (0x06)",
        "getUVRetries (0x07)",
        "getPinUvAuthTokenUsingPinWithPermissions (0x09)",
    ]) {
        assert_eq!(format!("{number:?}"), name);
    }
    assert_eq!(format!("{}", client_pin::SubCommand(8)), "0x08");
    assert_eq!(format!("{}", config::SubCommand::TOGGLE_ALWAYS_UV), "toggleAlwaysUv (0x02)");
}

#[test]
fn permissions_are_a_set() {
    let set = Permissions::MC.with(Permissions::ACFG);
    assert!(set.contains(Permissions::MC) && !set.contains(Permissions::GA) && !set.is_empty());
    assert_eq!(set.without(Permissions::MC), Permissions::ACFG);
    assert_eq!(set.intersection(Permissions(0x0f)), Permissions::MC);
    assert_eq!(format!("{set}"), "0x21 mc acfg");
    assert_eq!(format!("{:?}", Permissions(0x181)), "0x181 mc +0x180");
    assert_eq!(format!("{}", Permissions::NONE), "0x00");
}

#[test]
fn requests_are_described_with_the_names_of_their_numbers() {
    let request = client_pin::Request {
        pin_uv_auth_protocol: Some(2),
        sub_command: client_pin::SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_PIN_WITH_PERMISSIONS,
        permissions: Some(Permissions::GA),
        ..Default::default()
    };
    let mut out = [0; 100];
    let len = request.message(&mut out).unwrap();
    assert_eq!(
        format!("{}", describe::request(Protocol::Ctap2, &out[..len])),
        "authenticatorClientPIN (0x06) {pinUvAuthProtocol: 2, \
         subCommand: 9 / getPinUvAuthTokenUsingPinWithPermissions /, permissions: 2 / 0x02 ga /}"
    );
    assert_eq!(
        format!("{}", describe::response(Protocol::Ctap2, &out[..len], &[0, 0xa1, 3, 8])),
        "CTAP2_OK (0x00) {pinRetries: 8}"
    );
    let request = config::Request { sub_command: config::SubCommand(9), ..Default::default() };
    let len = request.message(&mut out).unwrap();
    assert_eq!(
        format!("{}", describe::request(Protocol::Ctap2, &out[..len])),
        "authenticatorConfig (0x0d) {subCommand: 9}"
    );
    let request = credential_management::Request {
        sub_command: credential_management::SubCommand::DELETE_CREDENTIAL,
        ..Default::default()
    };
    let len = request.message(Command::CREDENTIAL_MANAGEMENT, &mut out).unwrap();
    assert_eq!(
        format!("{}", describe::request(Protocol::Ctap2, &out[..len])),
        "authenticatorCredentialManagement (0x0a) {subCommand: 6 / deleteCredential /}"
    );
}
