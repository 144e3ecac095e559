//! What must hold between features: what one needs of another, and what CTAP 2.1 (section 9) makes mandatory.

use authenticator::profile::{Ctap2, Features, Profile};

use crate::check::{Rule, Wrong, ctap2, unless};

/// `holds` is true of the CTAP2 side and its features.
fn features(profile: &Profile, holds: impl Fn(&Ctap2, &Features) -> bool) -> bool {
    ctap2(profile, |side| holds(side, &side.features))
}

/// A rule of FIDO_2_1 for keys for which `applies` holds.
fn mandatory(
    profile: &Profile,
    applies: impl Fn(&Ctap2, &Features) -> bool,
    holds: impl Fn(&Features) -> bool,
    field: &'static str,
    message: &'static str,
) -> Option<Wrong> {
    let fine = !profile.versions.newer() || features(profile, |side, own| !applies(side, own) || holds(own));
    unless(fine, field, message, "add the feature, or claim FIDO_2_0 only")
}

/// The user can be verified by some means.
fn verifies(side: &Ctap2, own: &Features) -> bool {
    side.uv.is_some() || own.client_pin
}

/// What the rules read.
const READS: &[&str] = &["ctap2.features", "ctap2.uv", "ctap2.rk", "versions"];

/// All rules.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        reads: READS,
        check: |p| {
            let needed =
                |own: &Features| own.client_pin || own.pin_uv_auth_token || own.extensions.hmac_secret;
            unless(
                features(p, |_, own| !needed(own) || own.pin_uv_auth_protocols != [0, 0]),
                "ctap2.features.pin-uv-auth-protocols",
                "PIN, token and hmac-secret need a PIN/UV auth protocol",
                "list `1`, `2`, or both, the preferred one first",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            unless(
                features(p, |side, own| !own.pin_uv_auth_token || verifies(side, own)),
                "ctap2.features.pin-uv-auth-token",
                "a token is given for a PIN or for built-in verification, and the key has neither",
                "add `client-pin = true`, or `uv`",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            let tokens = |own: &Features| own.pin_uv_auth_token || own.client_pin;
            let uses = |own: &Features| own.cred_mgmt || own.credential_mgmt_preview || own.authnr_cfg;
            unless(
                features(p, |_, own| !uses(own) || tokens(own)),
                "ctap2.features",
                "credential management and configuration need a token",
                "add `pin-uv-auth-token = true`, or `client-pin = true` on an older key",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            let manages = |own: &Features| own.cred_mgmt || own.credential_mgmt_preview;
            unless(
                features(p, |side, own| side.rk || !manages(own)),
                "ctap2.features.cred-mgmt",
                "a key with `rk = false` has no credentials to manage",
                "drop the feature, or set `rk = true`",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            unless(
                features(p, |_, own| !own.per_cred_mgmt_ro || (own.cred_mgmt && own.pin_uv_auth_token)),
                "ctap2.features.per-cred-mgmt-ro",
                "a token for reading needs credential management",
                "add `cred-mgmt = true`",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            let sets = |own: &Features| own.set_min_pin_length || own.uv_acfg;
            unless(
                features(p, |_, own| !sets(own) || (own.authnr_cfg && own.client_pin)),
                "ctap2.features.authnr-cfg",
                "setMinPINLength and uvAcfg are of authenticatorConfig on a key with a PIN",
                "add `authnr-cfg = true` and `client-pin = true`",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            unless(
                features(p, |_, own| own.extensions.cred_blob == (own.max_cred_blob_length > 0)),
                "ctap2.features.max-cred-blob-length",
                "the length goes with the extension credBlob",
                "give both, or neither; 32 bytes at least",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            unless(
                features(p, |_, own| !own.extensions.min_pin_length || own.set_min_pin_length),
                "ctap2.features.extensions",
                "minPinLength tells what `set-min-pin-length` sets",
                "add `set-min-pin-length = true`",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            mandatory(
                p,
                verifies,
                |own| own.pin_uv_auth_token,
                "ctap2.features.pin-uv-auth-token",
                "FIDO_2_1 obliges a key that verifies its user to pinUvAuthToken",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            mandatory(
                p,
                verifies,
                |own| own.pin_uv_auth_protocols.contains(&2),
                "ctap2.features.pin-uv-auth-protocols",
                "FIDO_2_1 obliges a key that verifies its user to PIN/UV auth protocol 2",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            mandatory(
                p,
                |side, own| side.rk && verifies(side, own),
                |own| own.cred_mgmt,
                "ctap2.features.cred-mgmt",
                "FIDO_2_1 obliges a key with resident credentials to credential management",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            mandatory(
                p,
                |side, own| side.rk && verifies(side, own),
                |own| own.extensions.cred_protect && own.extensions.hmac_secret,
                "ctap2.features.extensions",
                "FIDO_2_1 obliges a key with resident credentials to credProtect and hmac-secret",
            )
        },
    },
    Rule {
        reads: READS,
        check: |p| {
            mandatory(
                p,
                |side, own| side.uv.is_some() && own.pin_uv_auth_token,
                |own| own.uv_retries > 0,
                "ctap2.features.uv-retries",
                "FIDO_2_1 counts the attempts at built-in verification",
            )
        },
    },
];
