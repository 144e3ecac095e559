use authenticator::profile::{Attestation, Backup, Counter};

use crate::{Override, OverrideError, Shown, find};

fn read(toml: &str) -> Override {
    toml::from_str(toml).unwrap()
}

fn fields(errors: &[OverrideError]) -> Vec<&str> {
    errors.iter().map(|error| error.field.as_str()).collect()
}

#[test]
fn nothing_changes_nothing() {
    let profile = find("passkey").unwrap().profile;
    assert!(read("").is_empty());
    assert_eq!(read("").apply(&profile), Ok(profile));
}

#[test]
fn single_settings_change() {
    let profile = find("passkey").unwrap().profile;
    let changed = read(
        r#"counter = "zero"
        backup = "backed-up"
        aaguid = "00000000-0000-0000-0000-000000000001"
        uv = "absent"
        attestation = "packed-self"
        max-credential-count-in-list = 1"#,
    );
    assert!(!changed.is_empty());
    let changed = changed.apply(&profile).unwrap();
    assert_eq!((changed.counter, changed.backup), (Counter::Zero, Backup::BackedUp));
    assert_eq!(changed.aaguid[15], 1);
    let ctap2 = changed.ctap2.unwrap();
    assert_eq!((ctap2.uv, ctap2.attestation), (None, Attestation::PackedSelf));
    assert_eq!(ctap2.max_credential_count_in_list, 1);
    assert_eq!(changed.u2f, profile.u2f);
}

#[test]
fn rk_brings_and_takes_its_room() {
    let no_uv = find("no-uv").unwrap().profile;
    let with = read("rk = true").apply(&no_uv).unwrap().ctap2.unwrap();
    assert_eq!((with.rk, with.resident_credentials), (true, 25));
    let passkey = find("passkey").unwrap().profile;
    let without = read("rk = false\ncounter = \"global\"").apply(&passkey).unwrap().ctap2.unwrap();
    assert_eq!((without.rk, without.resident_credentials), (false, 0));
}

#[test]
fn a_dropped_version_drops_its_side() {
    let passkey = find("passkey").unwrap().profile;
    let changed = read("versions = [\"FIDO_2_0\"]").apply(&passkey).unwrap();
    assert!(changed.u2f.is_none() && changed.ctap2.is_some() && !changed.versions.u2f_v2);
    let yubikey = find("yubikey-4").unwrap().profile;
    let errors = read("versions = [\"U2F_V2\", \"FIDO_2_0\"]").apply(&yubikey).unwrap_err();
    assert_eq!(fields(&errors), ["versions"]);
}

#[test]
fn what_does_not_fit_is_refused_all_at_once() {
    let yubikey = find("yubikey-4").unwrap().profile;
    let errors =
        read("uv = \"ready\"\nattestation = \"packed\"\nbackup = \"eligible\"").apply(&yubikey).unwrap_err();
    assert_eq!(fields(&errors), ["ctap2.uv", "ctap2.attestation", "backup"]);
    assert_eq!(
        errors[0].to_string(),
        "`ctap2.uv` of `yubikey-4`: the key does not speak CTAP2 (leave this key out, or the setting)"
    );
    let passkey = find("passkey").unwrap().profile;
    let errors = read("rk = false\nmax-msg-size = 100\nuv-attempts = 0").apply(&passkey).unwrap_err();
    assert_eq!(fields(&errors), ["ctap2.max-msg-size", "ctap2.uv-attempts", "counter"]);
}

#[test]
fn unknown_settings_and_words_are_refused() {
    let error = |text: &str| toml::from_str::<Override>(text).unwrap_err().message().to_owned();
    assert!(error("countr = \"zero\"").starts_with("unknown field `countr`"));
    assert_eq!(
        error("counter = \"none\""),
        "unknown counter `none`; known: `global`, `per-credential`, `zero`"
    );
    assert!(error("aaguid = \"12\"").starts_with("an AAGUID is a UUID"));
}

#[test]
fn overrides_are_written_as_they_are_read() {
    let text =
        "counter = \"zero\"\naaguid = \"00112233-4455-6677-8899-aabbccddeeff\"\nuv = \"not-enrolled\"\n";
    assert_eq!(toml::to_string(&read(text)).unwrap(), text);
}

#[test]
fn a_changed_model_can_be_shown() {
    let mut entry = find("passkey").unwrap().clone();
    entry.profile = read("transports = [\"usb\", \"ble\"]").apply(&entry.profile).unwrap();
    let shown = serde_json::to_value(Shown::from(&entry)).unwrap();
    assert_eq!(shown["transports"], serde_json::json!(["usb", "ble"]));
}
