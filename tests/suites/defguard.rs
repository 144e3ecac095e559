//! defguard and its dialect.
//!
//! The real one runs when `ANYKEY_DEFGUARD` names its binary.

use crate::dialects::Opened;
use crate::servers::{lacks, refusals_are_for_the_right_reason};

/// What defguard has no setting for.
const LACKING: &[&[&str]] = &[
    lacks::ATTESTATION,
    lacks::TRUST_ANCHORS,
    lacks::AAGUID_DENY,
    lacks::ATTACHMENT,
    lacks::BACKUP_FORBIDDEN,
    lacks::BACKUP_REQUIRED,
    lacks::ALGORITHMS,
    lacks::NO_EXCLUSION,
    lacks::CHANGE,
    lacks::RESIDENT_KEY,
    lacks::USERNAMELESS,
    lacks::PASSWORDLESS,
    lacks::TOUCH_AFTER_PASSWORD,
    lacks::TOUCH,
];

/// Some words of the log with which the real server refuses, by scenario. Only the log tells.
const REASONS: &[(&str, &str)] = &[
    ("defguard.touch-only", "The user verified bit is not set, and required by policy"),
    ("defguard.good-after-refused", "The user verified bit is not set, and required by policy"),
    ("defguard.eddsa", "alg that was not allowed in the request"),
    ("defguard.packed-wrong-signature", "signature"),
    ("register.no-user-presence", "The user present bit is not set, and required"),
    ("register.other-origin", "origin does not match"),
    ("register.other-rp-id", "relying party id hash does not match"),
    ("register.made-up-challenge", "challenge differs"),
    ("register.unknown-format", "attestation format"),
    (
        "register.backed-up-but-not-eligible",
        "The credential may be a passkey and not truly bound to hardware",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn dialect() {
    let opened = Opened::dialect("defguard").await;
    opened.run(LACKING).await;
    opened.compare();
}

#[tokio::test(flavor = "multi_thread")]
async fn real() {
    let Some(opened) = Opened::real("defguard").await else { return };
    let cases = opened.run(LACKING).await;
    opened.keep();
    refusals_are_for_the_right_reason(&cases, REASONS);
}
