use std::vec::Vec;

use ciborium::Value;
use proptest::collection::vec;
use proptest::prelude::*;

use super::entities::{self, bytes, strs};
use super::twin;
use crate::cbor::Key;
use crate::ctap2::get_info::{Options, Response};
use crate::ctap2::{List, RawMap};

/// The option ids, written down apart from the codec.
const OPTIONS: [&str; 20] = [
    "plat",
    "rk",
    "clientPin",
    "up",
    "uv",
    "pinUvAuthToken",
    "noMcGaPermissionsWithClientPin",
    "largeBlobs",
    "ep",
    "bioEnroll",
    "userVerificationMgmtPreview",
    "uvBioEnroll",
    "authnrCfg",
    "uvAcfg",
    "credMgmt",
    "perCredMgmtRO",
    "credentialMgmtPreview",
    "setMinPINLength",
    "makeCredUvNotRqd",
    "alwaysUv",
];

fn options(set: &[Option<bool>]) -> Options<'static> {
    let of = |id| set[OPTIONS.iter().position(|other| *other == id).unwrap()];
    Options {
        plat: of("plat"),
        rk: of("rk"),
        client_pin: of("clientPin"),
        up: of("up"),
        uv: of("uv"),
        pin_uv_auth_token: of("pinUvAuthToken"),
        no_mc_ga_permissions_with_client_pin: of("noMcGaPermissionsWithClientPin"),
        large_blobs: of("largeBlobs"),
        ep: of("ep"),
        bio_enroll: of("bioEnroll"),
        user_verification_mgmt_preview: of("userVerificationMgmtPreview"),
        uv_bio_enroll: of("uvBioEnroll"),
        authnr_cfg: of("authnrCfg"),
        uv_acfg: of("uvAcfg"),
        cred_mgmt: of("credMgmt"),
        per_cred_mgmt_ro: of("perCredMgmtRO"),
        credential_mgmt_preview: of("credentialMgmtPreview"),
        set_min_pin_length: of("setMinPINLength"),
        make_cred_uv_not_rqd: of("makeCredUvNotRqd"),
        always_uv: of("alwaysUv"),
        ..Options::EMPTY
    }
}

fn numbers(values: &[u64]) -> Option<Value> {
    Some(Value::Array(values.iter().copied().map(Value::from).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn responses_with_every_member(
        texts in vec(twin::word(), 0..5),
        aaguid: [u8; 16],
        set in vec(any::<Option<bool>>(), OPTIONS.len()),
        number: u64,
        list in vec(any::<u64>(), 0..5),
        flag: bool,
        algorithms in vec((any::<i32>(), twin::word()), 0..5),
        blob in vec(any::<u8>(), 0..40),
    ) {
        let strings = strs(&texts);
        let strings = List::from(&strings[..]);
        let list_wire = List::from(&list[..]);
        let (algorithms_wire, algorithms_twin) = entities::parameters(&algorithms);
        let certifications = [0xa1, 0x64, b'F', b'I', b'D', b'O', 0x01];
        let expected = twin::ints([
            (0x01, Some(entities::texts(&texts))),
            (0x02, Some(entities::texts(&texts))),
            (0x03, bytes(&aaguid)),
            (0x04, Some(twin::texts(OPTIONS.into_iter().zip(set.iter().map(|set| set.map(Value::from)))))),
            (0x05, Some(Value::from(number))),
            (0x06, numbers(&list)),
            (0x07, Some(Value::from(number))),
            (0x08, Some(Value::from(number))),
            (0x09, Some(entities::texts(&texts))),
            (0x0a, Some(algorithms_twin)),
            (0x0b, Some(Value::from(number))),
            (0x0c, Some(Value::from(flag))),
            (0x0d, Some(Value::from(number))),
            (0x0e, Some(Value::from(number))),
            (0x0f, Some(Value::from(number))),
            (0x10, Some(Value::from(number))),
            (0x11, Some(Value::from(number))),
            (0x12, Some(Value::from(number))),
            (0x13, Some(twin::texts([("FIDO", Some(Value::from(1)))]))),
            (0x14, Some(Value::from(number))),
            (0x15, numbers(&list)),
            (0x16, Some(entities::texts(&texts))),
            (0x17, Some(Value::from(number))),
            (0x18, Some(Value::from(flag))),
            (0x19, bytes(&blob)),
            (0x1a, Some(entities::texts(&texts))),
            (0x1b, Some(Value::from(flag))),
            (0x1c, bytes(&blob)),
            (0x1d, Some(Value::from(number))),
            (0x1e, bytes(&blob)),
            (0x1f, numbers(&list)),
        ]);
        let response = Response {
            versions: strings,
            extensions: Some(strings),
            aaguid: &aaguid,
            options: Some(options(&set)),
            max_msg_size: Some(number),
            pin_uv_auth_protocols: Some(list_wire),
            max_credential_count_in_list: Some(number),
            max_credential_id_length: Some(number),
            transports: Some(strings),
            algorithms: Some(List::from(&algorithms_wire[..])),
            max_serialized_large_blob_array: Some(number),
            force_pin_change: Some(flag),
            min_pin_length: Some(number),
            firmware_version: Some(number),
            max_cred_blob_length: Some(number),
            max_rpids_for_set_min_pin_length: Some(number),
            preferred_platform_uv_attempts: Some(number),
            uv_modality: Some(number),
            certifications: Some(RawMap::new(&certifications).unwrap()),
            remaining_discoverable_credentials: Some(number),
            vendor_prototype_config_commands: Some(list_wire),
            attestation_formats: Some(strings),
            uv_count_since_last_pin_entry: Some(number),
            long_touch_for_reset: Some(flag),
            enc_identifier: Some(&blob),
            transports_for_reset: Some(strings),
            pin_complexity_policy: Some(flag),
            pin_complexity_policy_url: Some(&blob),
            max_pin_length: Some(number),
            enc_cred_store_state: Some(&blob),
            authenticator_config_commands: Some(list_wire),
            unknown: Default::default(),
        };
        let mut out = std::vec![0; 16_000];
        let len = response.message(&mut out).unwrap();
        prop_assert_eq!(out[0], 0);
        twin::same(&out[1..len], &expected, |bytes| Response::decode(bytes) == Ok(response));
    }

    #[test]
    fn responses_of_a_ctap_2_0_key(aaguid: [u8; 16], rk in any::<Option<bool>>()) {
        let response = Response {
            versions: List::from(&["FIDO_2_0", "U2F_V2"]),
            aaguid: &aaguid,
            options: rk.map(|rk| Options { rk: Some(rk), ..Options::EMPTY }),
            ..Response::EMPTY
        };
        let expected = twin::ints([
            (1, Some(Value::Array(std::vec![Value::from("FIDO_2_0"), Value::from("U2F_V2")]))),
            (3, bytes(&aaguid)),
            (4, rk.map(|rk| twin::texts([("rk", Some(Value::from(rk)))]))),
        ]);
        let mut out = [0; 100];
        let len = response.message(&mut out).unwrap();
        twin::same(&out[1..len], &expected, |bytes| Response::decode(bytes) == Ok(response));
    }
}

#[test]
fn options_and_members_of_the_future_survive() {
    let bytes = twin::encode(&twin::ints([
        (1, Some(Value::Array(std::vec![]))),
        (3, bytes(&[0; 16])),
        (4, Some(twin::texts([("rk", Some(Value::from(true))), ("someday", Some(Value::from(false)))]))),
        (0x7f, Some(Value::from(5))),
    ]));
    let response = Response::decode(&bytes).unwrap();
    let unknown: Vec<_> =
        response.options.unwrap().unknown.iter().map(|(key, value)| (key, value.raw())).collect();
    assert_eq!(unknown, [(Key::Text("someday"), &[0xf4][..])]);
    let unknown: Vec<_> = response.unknown.iter().map(|(key, value)| (key, value.raw())).collect();
    assert_eq!(unknown, [(Key::Int(0x7f), &[5][..])]);
}
