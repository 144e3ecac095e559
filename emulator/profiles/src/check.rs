//! Rules that hold between the fields of a profile, for files and overrides alike.

use authenticator::platform::Alg;
use authenticator::profile::{Attachment, Attestation, Backup, Counter, Ctap2, Issuer, Profile, Versions};

/// The most that a U2F key handle, or a credential id that wraps its key, may take.
pub(crate) const KEY_HANDLE_MAX: i64 = 255;

/// The least in which this build wraps a P-256 key: 48 bytes for the key and 16 that bind it to the application.
pub(crate) const KEY_HANDLE_MIN: i64 = 64;

/// The least maxMsgSize that CTAP allows.
pub(crate) const MSG_SIZE_MIN: i64 = 1024;

/// The most resident credentials.
pub(crate) const CREDENTIALS_MAX: i64 = 10_000;

/// Fields that do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Dotted name of the field to be changed.
    pub(crate) field: &'static str,
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
}

/// One rule.
pub(crate) struct Rule {
    /// Dotted names of the fields that it compares.
    pub(crate) reads: &'static [&'static str],
    /// What is wrong in this respect, if anything.
    pub(crate) check: fn(&Profile) -> Option<Wrong>,
}

pub(crate) fn unless(
    holds: bool,
    field: &'static str,
    message: &'static str,
    help: &'static str,
) -> Option<Wrong> {
    (!holds).then_some(Wrong { field, message, help })
}

/// `holds` is true of the CTAP2 side; true if there is none.
pub(crate) fn ctap2(profile: &Profile, holds: impl Fn(&Ctap2) -> bool) -> bool {
    profile.ctap2.as_ref().is_none_or(holds)
}

fn claims_fido2(versions: Versions) -> bool {
    versions.fido_2_0 || versions.fido_2_1 || versions.fido_2_3
}

/// The longest credential id that the key makes, bytes: a stored credential's has 32.
fn longest_id(profile: &Profile, ctap2: &Ctap2) -> u16 {
    if ctap2.algorithms().iter().all(|alg| *alg == Alg::RS256) {
        return 32;
    }
    profile.u2f.map_or(0, |u2f| u16::from(u2f.key_handle)).max(64)
}

/// All rules.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(crate::features::RULES)
}

const RULES: &[Rule] = &[
    Rule {
        reads: &["ctap2.uv", "ctap2.uv-modality"],
        check: |p| {
            unless(
                ctap2(p, |c| c.uv_modality == 0 || c.uv.is_some()),
                "ctap2.uv-modality",
                "the key says how it verifies its user, which it cannot do by itself",
                "drop `uv-modality`, or set `uv` to \"ready\" or \"not-enrolled\"",
            )
        },
    },
    Rule {
        reads: &["versions", "ctap2"],
        check: |p| {
            unless(
                !claims_fido2(p.versions) || p.ctap2.is_some(),
                "versions",
                "FIDO_2_0 is claimed, but there is no table `[ctap2]`",
                "add `[ctap2]`, or drop the version",
            )
        },
    },
    Rule {
        reads: &["versions", "ctap2"],
        check: |p| {
            unless(
                claims_fido2(p.versions) || p.ctap2.is_none(),
                "ctap2",
                "there is a table `[ctap2]`, but no FIDO version is claimed",
                "add \"FIDO_2_0\" to `versions`; a U2F-only key has no `[ctap2]`",
            )
        },
    },
    Rule {
        reads: &["versions", "u2f"],
        check: |p| {
            unless(
                !p.versions.u2f_v2 || p.u2f.is_some(),
                "versions",
                "U2F_V2 is claimed, but there is no table `[u2f]`",
                "add `[u2f]`, or drop the version",
            )
        },
    },
    Rule {
        reads: &["versions", "u2f"],
        check: |p| {
            unless(
                p.versions.u2f_v2 || p.u2f.is_none(),
                "u2f",
                "there is a table `[u2f]`, but U2F_V2 is not claimed",
                "add \"U2F_V2\" to `versions`, or drop the table",
            )
        },
    },
    Rule {
        reads: &["versions"],
        check: |p| {
            unless(
                p.versions != Versions::default(),
                "versions",
                "no version is claimed",
                "list \"U2F_V2\", \"FIDO_2_0\", or both",
            )
        },
    },
    Rule {
        reads: &["versions"],
        check: |p| {
            unless(
                !p.versions.fido_2_1_pre || p.versions.fido_2_0,
                "versions",
                "FIDO_2_1_PRE is no version of its own: it goes with FIDO_2_0",
                "add \"FIDO_2_0\"",
            )
        },
    },
    Rule {
        reads: &["versions"],
        check: |p| {
            unless(
                !p.versions.fido_2_3,
                "versions",
                "FIDO_2_3 is claimed, whose mandatory features this build does not have",
                "claim FIDO_2_1 at most",
            )
        },
    },
    Rule {
        reads: &["aaguid", "ctap2"],
        check: |p| {
            unless(
                p.ctap2.is_some() || p.aaguid == [0; 16],
                "aaguid",
                "a U2F-only key has no AAGUID",
                "drop the field: it counts as zero",
            )
        },
    },
    Rule {
        reads: &["ctap2.algorithms"],
        check: |p| {
            unless(
                ctap2(p, |c| !c.algorithms().is_empty()),
                "ctap2.algorithms",
                "no algorithm is listed",
                "list at least \"ES256\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.algorithms", "u2f"],
        check: |p| {
            unless(
                p.u2f.is_none()
                    || ctap2(p, |c| c.algorithms().is_empty() || c.algorithms().contains(&Alg::ES256)),
                "ctap2.algorithms",
                "U2F signs with ES256, which is not listed",
                "add \"ES256\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.algorithms", "ctap2.rk"],
        check: |p| {
            unless(
                ctap2(p, |c| c.rk || !c.algorithms().contains(&Alg::RS256)),
                "ctap2.algorithms",
                "an RS256 key does not fit into a credential id, and this key stores none",
                "set `rk = true`, or drop \"RS256\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.algorithms", "ctap2.attestation"],
        check: |p| {
            unless(
                ctap2(p, |c| {
                    c.attestation != Attestation::FidoU2f || c.algorithms().iter().all(|a| *a == Alg::ES256)
                }),
                "ctap2.attestation",
                "`fido-u2f` attestation is for ES256 keys alone",
                "use \"packed\", or list no other algorithm than \"ES256\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.rk", "ctap2.resident-credentials"],
        check: |p| {
            unless(
                ctap2(p, |c| !c.rk || c.resident_credentials > 0),
                "ctap2.resident-credentials",
                "a key with `rk = true` has room for at least one resident credential",
                "say in `resident-credentials` how many fit, or set `rk = false`",
            )
        },
    },
    Rule {
        reads: &["ctap2.rk", "ctap2.resident-credentials"],
        check: |p| {
            unless(
                ctap2(p, |c| c.rk || c.resident_credentials == 0),
                "ctap2.resident-credentials",
                "a key with `rk = false` keeps no resident credentials",
                "drop the field, or set `rk = true`",
            )
        },
    },
    Rule {
        reads: &["ctap2.max-credential-id-length", "ctap2.algorithms", "u2f"],
        check: |p| {
            unless(
                ctap2(p, |c| {
                    c.max_credential_id_length == 0 || c.max_credential_id_length >= longest_id(p, c)
                }),
                "ctap2.max-credential-id-length",
                "the key makes longer credential ids than it says",
                "name at least 64 bytes and at least the length of a U2F key handle (32 if all keys are RS256), or drop the field",
            )
        },
    },
    Rule {
        reads: &["counter", "ctap2.rk"],
        check: |p| {
            unless(
                p.counter != Counter::PerCredential || p.ctap2.is_some_and(|c| c.rk),
                "counter",
                "counters per credential are kept with resident credentials, and this key has none",
                "use \"global\" or \"zero\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.attestation", "u2f"],
        check: |p| {
            unless(
                ctap2(p, |c| c.attestation != Attestation::FidoU2f || p.u2f.is_some()),
                "ctap2.attestation",
                "`fido-u2f` attestation is made by keys that speak U2F",
                "add `[u2f]`, or use \"packed\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.attestation", "u2f"],
        check: |p| {
            unless(
                ctap2(p, |c| c.attestation != Attestation::Tpm || p.u2f.is_none()),
                "ctap2.attestation",
                "`tpm` attestation has a certificate that U2F registrations cannot carry",
                "drop `[u2f]`, or use \"packed\"",
            )
        },
    },
    Rule {
        reads: &["ctap2.attestation-issuer", "u2f"],
        check: |p| {
            unless(
                p.u2f.is_none()
                    || ctap2(p, |c| {
                        c.attestation_issuer == Issuer::Root || c.attestation == Attestation::Tpm
                    }),
                "ctap2.attestation-issuer",
                "a U2F registration has room for one certificate, not for that of an intermediate CA",
                "use \"root\", or drop `[u2f]`",
            )
        },
    },
    Rule {
        reads: &["ctap2.attestation", "ctap2.algorithms"],
        check: |p| {
            unless(
                ctap2(p, |c| c.attestation != Attestation::Tpm || !c.algorithms().contains(&Alg::EDDSA)),
                "ctap2.algorithms",
                "a TPM does not sign with EdDSA",
                "list \"ES256\" and \"RS256\" only, or use \"packed\" attestation",
            )
        },
    },
    Rule {
        reads: &["backup", "ctap2"],
        check: |p| {
            unless(
                p.ctap2.is_some() || p.backup == Backup::Ineligible,
                "backup",
                "U2F has no flags for backup",
                "use \"ineligible\"",
            )
        },
    },
    Rule {
        reads: &["transports"],
        check: |p| {
            let t = p.transports;
            unless(
                t.usb || t.nfc || t.ble || t.internal || t.hybrid,
                "transports",
                "no transport is listed",
                "list at least \"usb\"",
            )
        },
    },
    Rule {
        reads: &["transports", "attachment"],
        check: |p| {
            unless(
                p.attachment != Attachment::Platform || p.transports.internal,
                "transports",
                "a platform authenticator is reached over `internal`",
                "add \"internal\"",
            )
        },
    },
    Rule {
        reads: &["transports", "attachment"],
        check: |p| {
            unless(
                p.attachment != Attachment::CrossPlatform || !p.transports.internal,
                "transports",
                "a roaming key is not reached over `internal`",
                "drop \"internal\", or set `attachment = \"platform\"`",
            )
        },
    },
];
