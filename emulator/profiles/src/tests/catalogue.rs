use authenticator::platform::Alg;
use authenticator::profile::{Attachment, Attestation, Backup, Counter, Features, Profile};

use crate::{Kind, LoadError, Shown, all, find, load_file, names};

#[test]
fn the_catalogue_has_nine_keys() {
    let usual = ["passkey", "yubikey-4", "no-uv"];
    let further =
        ["yubikey-neo", "yubikey-5-nfc", "epass-fido-nfc", "titan", "windows-hello", "synced-passkey"];
    assert_eq!(names().collect::<Vec<_>>(), [&usual[..], &further].concat());
    assert!(crate::usual().iter().map(|entry| entry.name()).eq(usual));
    for entry in all() {
        assert!(!entry.summary.is_empty() && !entry.source.note.is_empty());
        assert_eq!(entry.profile.usb.vendor != 0, entry.profile.transports.usb, "{}", entry.name());
        assert_eq!(find(entry.name()).unwrap(), entry);
    }
}

/// What each version makes mandatory, as far as a profile can say it.
#[test]
fn claimed_versions_have_their_mandatory_features() {
    for Profile { name, versions, ctap2, u2f, aaguid, .. } in all().iter().map(|entry| entry.profile) {
        let name = name.as_str();
        let fido2 = versions.fido_2_0 || versions.fido_2_1;
        assert_eq!(fido2, ctap2.is_some(), "{name}: FIDO versions need the CTAP2 commands");
        assert_eq!(versions.u2f_v2, u2f.is_some(), "{name}: U2F_V2 needs CTAP1");
        assert!(!versions.fido_2_3, "{name}: what it makes mandatory is not built");
        if versions.fido_2_1 {
            let ctap2 = ctap2.unwrap();
            let features = ctap2.features;
            if ctap2.uv.is_some() || features.client_pin {
                assert!(features.pin_uv_auth_token, "{name}: FIDO_2_1 needs pinUvAuthToken");
                assert!(features.protocols().any(|number| number == 2), "{name}: and protocol 2");
            }
            if ctap2.rk {
                assert!(features.cred_mgmt, "{name}: and credMgmt");
                assert!(features.extensions.cred_protect && features.extensions.hmac_secret, "{name}");
            }
        }
        if let Some(ctap2) = ctap2 {
            // What a client asks for that a page gives no list (WebAuthn L3, 5.1.3 step 10).
            let usual = [Alg::ES256, Alg::RS256];
            assert!(ctap2.algorithms().iter().any(|alg| usual.contains(alg)), "{name}: ES256 or RS256");
            assert!(ctap2.max_msg_size >= 1024, "{name}: CTAP's least message size");
            assert_ne!(aaguid, [0; 16], "{name}: a CTAP2 model has an AAGUID");
        }
        if let Some(u2f) = u2f {
            assert!(u2f.key_handle >= 64, "{name}: a wrapped key and its MAC fit the handle");
        }
    }
}

#[test]
fn the_keys_are_what_their_names_say() {
    let passkey = find("passkey").unwrap().profile;
    let ctap2 = passkey.ctap2.unwrap();
    assert!(ctap2.rk && ctap2.uv == Some(true) && ctap2.attestation == Attestation::Packed);

    let yubikey = find("yubikey-4").unwrap();
    assert_eq!(yubikey.source.kind, Kind::VendorDocumentation);
    assert_eq!((yubikey.profile.ctap2, yubikey.profile.aaguid), (None, [0; 16]));
    assert_eq!((yubikey.profile.usb.vendor, yubikey.profile.usb.product), (0x1050, 0x0407));
    assert_eq!((yubikey.profile.u2f.unwrap().key_handle, yubikey.profile.counter), (64, Counter::Global));

    let neo = find("yubikey-neo").unwrap().profile;
    assert_eq!((neo.ctap2, neo.usb.product, neo.transports.nfc), (None, 0x0116, true));

    let yubikey = find("yubikey-5-nfc").unwrap().profile;
    let ctap2 = yubikey.ctap2.unwrap();
    assert_eq!(ctap2.algorithms(), [Alg::ES256, Alg::EDDSA]);
    assert!(yubikey.versions.u2f_v2 && ctap2.rk && ctap2.uv.is_none());

    // Tokens of before permissions, and of these three two with the credential management of that time.
    for (name, preview) in [("yubikey-5-nfc", true), ("epass-fido-nfc", true), ("titan", false)] {
        let Profile { versions, ctap2, .. } = find(name).unwrap().profile;
        let features = ctap2.unwrap().features;
        assert!(features.client_pin && !features.pin_uv_auth_token && !versions.newer(), "{name}");
        assert_eq!((versions.fido_2_1_pre, features.credential_mgmt_preview), (preview, preview), "{name}");
    }

    let hello = find("windows-hello").unwrap().profile;
    assert_eq!((hello.attachment, hello.u2f), (Attachment::Platform, None));
    assert_eq!(hello.ctap2.unwrap().algorithms(), [Alg::RS256]);

    let synced = find("synced-passkey").unwrap().profile;
    assert_eq!((synced.backup, synced.counter), (Backup::BackedUp, Counter::Zero));
    let ctap2 = synced.ctap2.unwrap();
    assert_eq!((ctap2.attestation, ctap2.uv), (Attestation::None, Some(true)));
    assert!(ctap2.features.extensions.hmac_secret && !ctap2.features.client_pin && !synced.versions.newer());

    let no_uv = find("no-uv").unwrap().profile.ctap2;
    assert_eq!(no_uv.map(|ctap2| (ctap2.rk, ctap2.uv)), Some((false, None)));
    assert_eq!(no_uv.unwrap().features, Features::NONE, "touch only");
}

#[test]
fn models_do_not_share_aaguids() {
    let mut aaguids: Vec<[u8; 16]> =
        all().iter().filter(|e| e.profile.ctap2.is_some()).map(|e| e.profile.aaguid).collect();
    let count = aaguids.len();
    aaguids.sort_unstable();
    aaguids.dedup();
    assert_eq!(aaguids.len(), count);
}

#[test]
fn an_unknown_name_names_the_nearest() {
    let near = |name| find(name).unwrap_err().nearest;
    assert_eq!(near("yubikey4"), Some("yubikey-4"));
    assert_eq!(near("pass-key"), Some("passkey"));
    assert_eq!(near("no_uv"), Some("no-uv"));
    assert_eq!(near("quux"), None);
    assert_eq!(find("Passkey").unwrap_err().to_string(), "unknown key `Passkey`; did you mean `passkey`?");
    let unlike = find("quux").unwrap_err().to_string();
    assert!(unlike.starts_with("unknown key `quux`; known keys: passkey, yubikey-4, no-uv, "), "{unlike}");
}

#[test]
fn files_are_read_like_the_catalogue() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.toml");
    for entry in all() {
        std::fs::write(&path, entry.text.as_bytes()).unwrap();
        assert_eq!(&load_file(&path).unwrap(), entry);
    }
    let absent = dir.path().join("absent.toml");
    let error = load_file(&absent).unwrap_err();
    assert!(matches!(error, LoadError::Unreadable { .. }));
    assert!(error.to_string().starts_with(&format!("{}: ", absent.display())));
}

#[test]
fn models_are_shown_in_the_words_of_their_files() {
    let shown = serde_json::to_value(Shown::from(find("passkey").unwrap())).unwrap();
    assert_eq!(shown["aaguid"], "431e649b-e40e-42ec-85af-0eb75881b845");
    assert_eq!(shown["versions"], serde_json::json!(["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"]));
    assert_eq!(shown["counter"], "per-credential");
    assert_eq!(shown["ctap2"]["uv"], "ready");
    assert_eq!(shown["ctap2"]["max-credential-count-in-list"], 8);
    assert_eq!(shown["ctap2"]["uv-modality"], 2);
    assert_eq!(shown["ctap2"]["get-info"][0], "attestationFormats");
    assert_eq!(shown["ctap2"]["features"]["pin-uv-auth-protocols"], serde_json::json!([2, 1]));
    assert_eq!(shown["ctap2"]["features"]["extensions"][1], "credProtect");
    assert_eq!(shown["usb"]["vendor"], "1209");
    let shown = serde_json::to_value(Shown::from(find("yubikey-4").unwrap())).unwrap();
    assert_eq!(
        (&shown["ctap2"], &shown["u2f"]["key-handle"]),
        (&serde_json::Value::Null, &serde_json::json!(64))
    );
}
