//! authenticatorGetInfo.

use std::vec;

use ciborium::Value;

use super::key::{Key, full, with};
use super::message::{GET_INFO, Make, int, member, members, named, text};
use crate::profile::{Attachment, Attestation, Tells, Versions};

#[test]
fn says_what_the_profile_says() {
    let mut key = Key::new(full());
    let info = members(&key.send(GET_INFO));
    assert_eq!(member(&info, 1), Some(Value::Array(vec![text("U2F_V2"), text("FIDO_2_0")])));
    assert_eq!(member(&info, 2), None, "no extensions");
    assert_eq!(member(&info, 3), Some(Value::Bytes(vec![0xaa; 16])));
    let options = member(&info, 4).unwrap();
    for (name, value) in [("rk", true), ("up", true), ("uv", true), ("plat", false)] {
        assert_eq!(named(&options, name), Some(Value::Bool(value)), "{name}");
    }
    assert_eq!(named(&options, "clientPin"), None);
    assert_eq!(member(&info, 5), Some(int(1200)));
    assert_eq!((member(&info, 7), member(&info, 8)), (Some(int(8)), Some(int(128))));
    assert_eq!(member(&info, 9), Some(Value::Array(vec![text("usb")])));
    assert_eq!((member(&info, 10), member(&info, 0x14)), (None, None));
}

#[test]
fn leaves_out_what_the_profile_has_not() {
    let mut profile = with(|ctap2| {
        ctap2.uv = None;
        ctap2.max_credential_count_in_list = 0;
        ctap2.max_credential_id_length = 0;
    });
    profile.transports = crate::profile::Transports::default();
    let mut key = Key::new(profile);
    let info = members(&key.send(GET_INFO));
    assert_eq!(named(&member(&info, 4).unwrap(), "uv"), None);
    for absent in [7, 8, 9, 14] {
        assert_eq!(member(&info, absent), None, "{absent}");
    }
}

#[test]
fn a_key_of_the_first_version_tells_what_its_profile_says() {
    for (transports, algorithms) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut key =
            Key::new(with(|ctap2| ctap2.tells = Tells { transports, algorithms, ..Tells::default() }));
        let info = members(&key.send(GET_INFO));
        let told = (member(&info, 9).is_some(), member(&info, 10).is_some());
        assert_eq!(told, (transports, algorithms));
    }
}

/// The members that came with CTAP 2.2 and 2.3: each as the profile says, with what follows from the rest of it.
#[test]
fn tells_newer_members_where_the_profile_says_so() {
    let all = Tells {
        attestation_formats: true,
        long_touch_for_reset: true,
        transports_for_reset: true,
        pin_complexity_policy: true,
        max_pin_length: true,
        authenticator_config_commands: true,
        ..Tells::default()
    };
    let told = |tells: Tells, features: bool, attestation: Attestation| {
        let key = &mut Key::new(with(|ctap2| {
            (ctap2.tells, ctap2.attestation) = (tells, attestation);
            ctap2.uv_modality = u32::from(features) * 2;
            ctap2.features.client_pin = features;
            ctap2.features.authnr_cfg = features;
            ctap2.features.always_uv = features.then_some(false);
            ctap2.features.set_min_pin_length = features;
        }));
        let info = members(&key.send(GET_INFO));
        [0x12, 0x16, 0x18, 0x1a, 0x1b, 0x1d, 0x1f].map(|number| member(&info, number))
    };
    let list = |items: &[Value]| Some(Value::Array(items.to_vec()));
    let no = Some(Value::Bool(false));
    assert_eq!(told(Tells::default(), false, Attestation::Packed), [const { None }; 7]);
    let usb = list(&[text("usb")]);
    let bare = told(all, false, Attestation::None);
    assert_eq!(bare, [None, list(&[]), no.clone(), usb.clone(), None, None, None], "`none` is no format");
    let commands = list(&[int(2), int(3)]);
    for (attestation, format) in [
        (Attestation::Packed, "packed"),
        (Attestation::PackedSelf, "packed"),
        (Attestation::FidoU2f, "fido-u2f"),
        (Attestation::Tpm, "tpm"),
    ] {
        let full = told(all, true, attestation);
        let formats = list(&[text(format)]);
        let wanted =
            [Some(int(2)), formats, no.clone(), usb.clone(), no.clone(), Some(int(63)), commands.clone()];
        assert_eq!(full, wanted);
    }
}

/// Between the versions: FIDO_2_1_PRE brings no member by itself, and minPINLength comes where the key takes a PIN.
#[test]
fn a_key_from_before_the_standard_tells_what_its_profile_says() {
    for (client_pin, told) in [(false, true), (true, false), (true, true)] {
        let mut profile = with(|ctap2| {
            ctap2.tells.min_pin_length = told;
            ctap2.features.client_pin = client_pin;
            ctap2.features.credential_mgmt_preview = client_pin;
            ctap2.features.pin_uv_auth_protocols = [2, 1];
        });
        profile.versions.fido_2_1_pre = true;
        assert!(!profile.versions.newer());
        let info = members(&Key::new(profile).send(GET_INFO));
        let versions = ["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE"].map(text);
        assert_eq!(member(&info, 1), Some(Value::Array(versions.into())));
        assert_eq!(member(&info, 6), Some(Value::Array(vec![int(2), int(1)])));
        assert_eq!(member(&info, 13), (client_pin && told).then(|| int(4)));
        assert_eq!(member(&info, 0x14), None);
        let options = member(&info, 4).unwrap();
        assert_eq!(named(&options, "clientPin"), client_pin.then_some(Value::Bool(false)));
        assert_eq!(named(&options, "credentialMgmtPreview"), client_pin.then_some(Value::Bool(true)));
    }
}

#[test]
fn newer_members_come_with_their_version() {
    let mut profile = with(|ctap2| {
        ctap2.uv = Some(false);
        ctap2.firmware_version = 5;
    });
    profile.versions = Versions { fido_2_1: true, ..profile.versions };
    profile.attachment = Attachment::Platform;
    let mut key = Key::new(profile);
    key.send(&Make::resident("example.org", b"a").bytes()).clear();
    let info = members(&key.send(GET_INFO));
    let alg = Value::Map(vec![(text("alg"), int(-7)), (text("type"), text("public-key"))]);
    assert_eq!(member(&info, 10), Some(Value::Array(vec![alg])));
    assert_eq!((member(&info, 14), member(&info, 0x14)), (Some(int(5)), Some(int(24))));
    assert_eq!(named(&member(&info, 4).unwrap(), "plat"), Some(Value::Bool(true)));
    assert_eq!(named(&member(&info, 4).unwrap(), "uv"), Some(Value::Bool(false)));
}
