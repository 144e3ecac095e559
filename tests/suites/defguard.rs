//! defguard and its dialect.
//!
//! The real one runs when `ANYKEY_DEFGUARD` names its binary.

use plan::event::{CaseDone, Outcome};

use crate::dialects::{Opened, what_ran_with_no_key};

/// The scenarios for which defguard has no such setting.
const NOTHING: &[&str] = &[
    "fault.power-cut",
    "login.no-user-handle",
    "login.no-user-presence",
    "login.user-handle-of-another",
    "login.usernameless",
    "policy.aaguid-allow",
    "policy.aaguid-deny",
    "policy.attestation-direct",
    "policy.attestation-trusted",
    "policy.changed",
    "policy.passwordless",
    "policy.platform-only",
    "policy.resident-required",
    "policy.second-factor",
    "policy.usernameless",
    "policy.uv-required-later",
    "register.algorithm-not-offered",
    "register.attestation-algorithm",
    "register.attestation-signature",
    "register.backed-up-forbidden",
    "register.backup-forbidden",
    "register.backup-required",
    "register.certificate-of-another-model",
    "register.cross-platform",
    "register.model-allowed",
    "register.model-denied",
    "register.model-not-allowed",
    "register.no-attestation",
    "register.packed-attestation",
    "register.same-credential-again",
    "register.same-key-twice",
    "register.same-key-twice-allowed",
    "register.self-attestation",
    "register.tpm-attestation",
    "register.tpm-key-for-another-use",
    "register.tpm-key-with-subject",
    "register.tpm-not-generated",
    "register.tpm-other-data",
    "register.tpm-other-name",
    "register.tpm-other-public-area",
    "register.tpm-without-name",
    "register.trusted-attestation",
    "register.untrusted-root",
    "register.untrusted-self-attestation",
];

/// Some words of the log with which the real server refuses, by scenario; of several lines that fit one is enough.
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
    let cases = opened.run().await;
    opened.compare();
    assert_eq!(what_ran_with_no_key(&cases), NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
async fn real() {
    let Some(opened) = Opened::real("defguard").await else { return };
    let cases = opened.run().await;
    opened.keep();
    assert_eq!(what_ran_with_no_key(&cases), NOTHING);
    refusals_are_for_the_right_reason(&cases);
}

/// Only the log tells.
fn refusals_are_for_the_right_reason(cases: &[CaseDone]) {
    let mut wrong = Vec::new();
    for (id, words) in REASONS {
        let of_it = cases.iter().filter(|case| case.case.scenario == *id);
        let said: Vec<&str> = of_it
            .filter_map(|case| match &case.outcome {
                Outcome::RefusedByServer { reason, .. } => Some(reason.as_deref().unwrap_or_default()),
                _ => None,
            })
            .collect();
        if said.is_empty() {
            wrong.push(format!("{id} was refused by the server with no key"));
        }
        wrong.extend(said.iter().filter(|said| !said.contains(words)).map(|said| format!("{id}: {said}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
