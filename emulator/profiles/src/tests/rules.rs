//! Each rule between fields, broken alone.

use super::{WHOLE, problems, with};

const CTAP2: &str = "[ctap2]\nrk = true\nuv = \"ready\"\nresident-credentials = 25\nalgorithms = [\"ES256\"]\nattestation = \"packed\"\n";
const U2F: &str = "[u2f]\nkey-handle = 64\n";

/// One problem, at this line and column, with this beginning.
fn one(text: &str, place: &str, beginning: &str) {
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("{place}: {beginning}")), "{found:#?}");
}

#[test]
fn a_version_needs_its_table() {
    let text = with(CTAP2, "").replace("aaguid = \"00112233-4455-6677-8899-aabbccddeeff\"\n", "");
    one(&text, "4:12", "FIDO_2_0 is claimed, but there is no table `[ctap2]`");
    one(&with(U2F, ""), "5:12", "U2F_V2 is claimed, but there is no table `[u2f]`");
}

#[test]
fn a_table_needs_its_version() {
    one(
        &with("\"U2F_V2\", \"FIDO_2_0\"", "\"U2F_V2\""),
        "13:2",
        "there is a table `[ctap2]`, but no FIDO version",
    );
    one(
        &with("\"U2F_V2\", \"FIDO_2_0\"", "\"FIDO_2_0\""),
        "19:2",
        "there is a table `[u2f]`, but U2F_V2 is not",
    );
}

#[test]
fn versions_that_are_not_built_are_refused() {
    for version in ["FIDO_2_2", "FIDO_2_3"] {
        let text = with("\"FIDO_2_0\"", &format!("\"FIDO_2_0\", \"{version}\""));
        one(&text, "5:35", &format!("unknown version `{version}`"));
    }
}

#[test]
fn a_u2f_only_key_has_neither_aaguid_nor_backup_flags() {
    let text = with(CTAP2, "").replace("\"U2F_V2\", \"FIDO_2_0\"", "\"U2F_V2\"");
    one(&text, "4:10", "a U2F-only key has no AAGUID");
    let text = text.replace("aaguid = \"00112233-4455-6677-8899-aabbccddeeff\"\n", "");
    assert_eq!(problems(&text), [""; 0]);
    one(&text.replace("\"ineligible\"", "\"eligible\""), "8:10", "U2F has no flags for backup");
}

#[test]
fn a_ctap2_key_has_an_aaguid() {
    one(&with("aaguid = \"00112233-4455-6677-8899-aabbccddeeff\"\n", ""), "1:1", "`aaguid` is missing");
    let zeros = "00000000000000000000000000000000";
    assert_eq!(problems(&with("00112233-4455-6677-8899-aabbccddeeff", zeros)), [""; 0]);
}

#[test]
fn algorithms_are_listed() {
    one(&with("algorithms = [\"ES256\"]", "algorithms = []"), "17:14", "no algorithm is listed");
}

#[test]
fn resident_credentials_have_room_or_do_not_exist() {
    one(&with("resident-credentials = 25\n", ""), "13:2", "a key with `rk = true` has room");
    one(&with("rk = true", "rk = false"), "16:24", "a key with `rk = false` keeps no");
    let text = with("rk = true", "rk = false").replace("resident-credentials = 25\n", "");
    one(&text.replace("\"global\"", "\"per-credential\""), "8:11", "counters per credential");
}

#[test]
fn rs256_keys_are_stored() {
    let text = with("rk = true", "rk = false").replace("resident-credentials = 25\n", "");
    one(&text.replace("[\"ES256\"]", "[\"ES256\", \"RS256\"]"), "16:14", "an RS256 key does not fit");
    assert_eq!(problems(&text.replace("[\"ES256\"]", "[\"EdDSA\", \"ES256\"]")), [""; 0]);
}

#[test]
fn credential_ids_are_no_longer_than_told() {
    let told = |length| with("[u2f]\n", &format!("max-credential-id-length = {length}\n[u2f]\n"));
    one(&told(63), "19:28", "the key makes longer credential ids");
    assert_eq!(problems(&told(64)), [""; 0]);
    one(&told(95).replace("key-handle = 64", "key-handle = 96"), "19:28", "the key makes longer");
    let stored = told(32).replace(U2F, "").replace("\"U2F_V2\", ", "").replace("[\"ES256\"]", "[\"RS256\"]");
    assert_eq!(problems(&stored), [""; 0]);
}

#[test]
fn a_key_without_usb_has_no_identity_there() {
    let text = WHOLE.split("[usb]").next().unwrap();
    one(text, "1:1", "`usb` is missing");
    let built_in = text.replace("[\"usb\", \"nfc\"]", "[\"internal\"]").replace("cross-platform", "platform");
    assert_eq!(problems(&built_in), [""; 0]);
}

#[test]
fn tpm_attestation_is_for_what_a_tpm_can() {
    let text = with("attestation = \"packed\"", "attestation = \"tpm\"");
    one(&text, "18:15", "`tpm` attestation has a certificate that U2F");
    let text = text.replace(U2F, "").replace("\"U2F_V2\", ", "");
    assert_eq!(problems(&text), [""; 0]);
    one(&text.replace("[\"ES256\"]", "[\"ES256\", \"EdDSA\"]"), "17:14", "a TPM does not sign with EdDSA");
}

#[test]
fn an_intermediate_certificate_has_no_place_in_u2f() {
    let text =
        with("attestation = \"packed\"", "attestation = \"packed\"\nattestation-issuer = \"intermediate\"");
    one(&text, "19:22", "a U2F registration has room for one certificate");
    assert_eq!(problems(&text.replace(U2F, "").replace("\"U2F_V2\", ", "")), [""; 0]);
}

#[test]
fn fido_u2f_attests_es256_alone() {
    let text = with("attestation = \"packed\"", "attestation = \"fido-u2f\"");
    assert_eq!(problems(&text), [""; 0]);
    one(&text.replace("[\"ES256\"]", "[\"ES256\", \"EdDSA\"]"), "18:15", "`fido-u2f` attestation is for");
}

#[test]
fn fido_u2f_attestation_needs_u2f() {
    let text = with(U2F, "").replace("\"U2F_V2\", \"FIDO_2_0\"", "\"FIDO_2_0\"");
    one(
        &text.replace("attestation = \"packed\"", "attestation = \"fido-u2f\""),
        "18:15",
        "`fido-u2f` attestation",
    );
}

#[test]
fn transports_fit_the_attachment() {
    one(&with("[\"usb\", \"nfc\"]", "[]"), "7:14", "no transport is listed");
    one(&with("\"nfc\"", "\"internal\""), "7:14", "a roaming key is not reached over `internal`");
    one(&with("cross-platform", "platform"), "7:14", "a platform authenticator is reached over `internal`");
}

#[test]
fn rules_are_silent_about_fields_that_are_wrong_themselves() {
    one(&with("rk = true", "rk = 1"), "14:6", "`ctap2.rk` is `true` or `false`");
    one(&with("\"U2F_V2\", \"FIDO_2_0\"", "\"U2F_V2\", \"FIDO\""), "5:23", "unknown version `FIDO`");
    assert_eq!(problems(WHOLE), [""; 0]);
}
