//! `[ctap2.features]`: reading, rules, overrides.

use authenticator::profile::Features;

use super::{problems, with};
use crate::{Override, find, parse};

/// All that FIDO_2_1 makes mandatory.
const MODERN: &str = "\
client-pin = true
pin-uv-auth-protocols = [2, 1]
pin-uv-auth-token = true
uv-retries = 5
cred-mgmt = true
extensions = [\"credProtect\", \"hmac-secret\"]
";

/// The whole file with these features, which begin on line 20, claiming FIDO_2_1 or not.
fn file(newer: bool, features: &str) -> String {
    let text = with("[u2f]\n", &format!("[ctap2.features]\n{features}[u2f]\n"));
    if newer { text.replace("\"FIDO_2_0\"", "\"FIDO_2_0\", \"FIDO_2_1\"") } else { text }
}

fn features(text: String) -> Features {
    parse("f", text).unwrap().profile.ctap2.unwrap().features
}

#[test]
fn without_the_table_there_are_none() {
    assert_eq!(features(super::WHOLE.to_owned()), Features::NONE);
    assert_eq!(features(file(false, "")), Features::NONE);
}

#[test]
fn every_field_is_read() {
    let text = file(
        true,
        "client-pin = true\npin-uv-auth-protocols = [1, 2]\npin-uv-auth-token = true\npin-retries = 3\n\
         uv-retries = 4\nmin-pin-length = 6\nmake-cred-uv-not-rqd = true\n\
         no-mc-ga-permissions-with-client-pin = true\nalways-uv = true\ncred-mgmt = true\n\
         credential-mgmt-preview = true\nper-cred-mgmt-ro = true\nauthnr-cfg = true\nuv-acfg = true\n\
         set-min-pin-length = true\nmax-rpids-for-set-min-pin-length = 7\npreferred-platform-uv-attempts = 2\n\
         extensions = [\"hmac-secret\", \"credBlob\", \"minPinLength\", \"credProtect\"]\nmax-cred-blob-length = 40\n",
    );
    let read = features(text);
    assert_eq!(read.pin_uv_auth_protocols, [1, 2]);
    assert_eq!((read.pin_retries, read.uv_retries, read.min_pin_length), (3, 4, 6));
    assert!(read.client_pin && read.pin_uv_auth_token && read.make_cred_uv_not_rqd);
    assert!(read.no_mc_ga_permissions_with_client_pin && read.always_uv == Some(true));
    assert!(read.cred_mgmt && read.credential_mgmt_preview && read.per_cred_mgmt_ro);
    assert!(read.authnr_cfg && read.uv_acfg && read.set_min_pin_length);
    assert_eq!((read.max_rpids_for_set_min_pin_length, read.preferred_platform_uv_attempts), (7, 2));
    let extensions = read.extensions;
    assert!(extensions.cred_blob && extensions.cred_protect && extensions.hmac_secret);
    assert!(extensions.min_pin_length && read.max_cred_blob_length == 40);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (line, beginning) in [
        ("client-pin = 1", "20:14: `ctap2.features.client-pin` is `true` or `false`"),
        ("client-pim = true", "20:1: unknown field `ctap2.features.client-pim` (did you mean `client-pin`?)"),
        (
            "pin-uv-auth-protocols = 2",
            "20:25: `ctap2.features.pin-uv-auth-protocols` is a list of whole numbers",
        ),
        ("pin-uv-auth-protocols = [2, \"1\"]", "20:29: `ctap2.features.pin-uv-auth-protocols` is a list of"),
        (
            "pin-uv-auth-protocols = [2, 3]",
            "20:29: `ctap2.features.pin-uv-auth-protocols` lists 1 to 2, found 3",
        ),
        ("pin-uv-auth-protocols = [2, 2]", "20:29: 2 is listed twice"),
        ("pin-retries = 9", "20:15: `ctap2.features.pin-retries` is 1 to 8, found 9"),
        ("min-pin-length = 3", "20:18: `ctap2.features.min-pin-length` is 4 to 63, found 3"),
        (
            "extensions = [\"credprotect\"]",
            "20:15: unknown extension `credprotect` (did you mean `credProtect`?",
        ),
    ] {
        let found = problems(&file(false, &format!("{line}\n")));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with(beginning), "{found:#?}");
    }
}

#[test]
fn features_need_each_other() {
    for (lines, beginning) in [
        ("client-pin = true\n", "19:8: PIN, token and hmac-secret need a PIN/UV auth protocol"),
        ("extensions = [\"hmac-secret\"]\n", "19:8: PIN, token and hmac-secret need"),
        ("cred-mgmt = true\n", "20:13: a token is needed"),
        ("max-cred-blob-length = 32\n", "20:24: the length goes with the extension"),
        ("extensions = [\"credBlob\"]\n", "19:8: the length goes with the extension"),
        ("extensions = [\"minPinLength\"]\n", "20:14: minPinLength tells what"),
        ("uv-acfg = true\n", "19:8: setMinPINLength and uvAcfg"),
        ("per-cred-mgmt-ro = true\n", "20:20: a token for reading"),
    ] {
        let found = problems(&file(false, lines));
        let beginning = beginning.replace("20:13: a token is needed", "19:8: credential management and");
        assert!(found.iter().any(|one| one.starts_with(&beginning)), "{lines}: {found:#?}");
    }
}

/// What came before the standard obliges to nothing of it, and is no version of its own.
#[test]
fn fido_2_1_pre_goes_with_fido_2_0() {
    let older = "client-pin = true\npin-uv-auth-protocols = [1]\ncredential-mgmt-preview = true\n";
    let text = file(false, older);
    let both = text.replace("\"FIDO_2_0\"", "\"FIDO_2_0\", \"FIDO_2_1_PRE\"");
    let versions = parse("f", both).unwrap().profile.versions;
    assert!(versions.fido_2_0 && versions.fido_2_1_pre && !versions.fido_2_1);
    let alone = problems(&text.replace("\"FIDO_2_0\"", "\"FIDO_2_1_PRE\", \"FIDO_2_1\""));
    assert!(alone.iter().any(|one| one.contains("FIDO_2_1_PRE is no version of its own")), "{alone:#?}");
}

/// Each feature that the version makes mandatory, taken away.
#[test]
fn fido_2_1_has_its_mandatory_features() {
    assert_eq!(problems(&file(true, MODERN)), [""; 0]);
    for (from, to, beginning) in [
        ("pin-uv-auth-token = true\n", "", "FIDO_2_1 obliges a key that verifies its user to pinUvAuthToken"),
        ("[2, 1]", "[1]", "FIDO_2_1 obliges a key that verifies its user to PIN/UV auth protocol 2"),
        (
            "cred-mgmt = true\n",
            "",
            "FIDO_2_1 obliges a key with resident credentials to credential management",
        ),
        ("\"credProtect\", ", "", "FIDO_2_1 obliges a key with resident credentials to credProtect"),
        (", \"hmac-secret\"", "", "FIDO_2_1 obliges a key with resident credentials to credProtect"),
        ("uv-retries = 5\n", "", "FIDO_2_1 counts the attempts"),
    ] {
        let without = MODERN.replace(from, to);
        assert_ne!(without, MODERN);
        let found = problems(&file(true, &without));
        assert!(found.len() == 1 && found[0].contains(beginning), "{found:#?}");
        assert_eq!(problems(&file(false, &without)), [""; 0], "an older version does not mind");
    }
}

#[test]
fn a_scenario_changes_features_under_the_same_rules() {
    let passkey = find("passkey").unwrap().profile;
    let read = |toml: &str| toml::from_str::<Override>(toml).unwrap();
    let changed = read("[features]\nalways-uv = true\nmin-pin-length = 8").apply(&passkey).unwrap();
    let features = changed.ctap2.unwrap().features;
    assert_eq!((features.always_uv, features.min_pin_length), (Some(true), 8));
    assert_eq!(features.extensions, passkey.ctap2.unwrap().features.extensions);
    let errors =
        read("[features]\npin-uv-auth-token = false\nmin-pin-length = 3").apply(&passkey).unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["ctap2.features.min-pin-length", "ctap2.features.pin-uv-auth-token"]);
    let yubikey = find("yubikey-4").unwrap().profile;
    let errors = read("[features]\nclient-pin = true").apply(&yubikey).unwrap_err();
    assert_eq!(errors[0].field, "ctap2.features");
    assert!(toml::from_str::<Override>("[features]\nclient-pim = true").is_err());
}
