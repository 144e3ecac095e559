//! All scenarios with all nine keys: each case passes, or is listed here with what its key lacks.

use plan::Verdict;
use plan::event::CaseDone;
use run::KeyModel;
use targets::reference::Flaws;

use super::flaws::{line, with_keys};

async fn run_with(keys: &[KeyModel], seed: u64) -> Vec<CaseDone> {
    let scenarios = run::catalogue::embedded().unwrap();
    with_keys(keys, &scenarios, &[], Flaws::NONE, seed).await.0
}

/// What a scenario needs and a key may lack, and the keys that lack it.
const LACKS: &[(&str, &[&str])] = &[
    ("no CTAP2", &["yubikey-4", "yubikey-neo"]),
    ("no resident credentials", &["yubikey-4", "no-uv", "yubikey-neo"]),
    // The others that have no finger reader take a PIN, which the person of a case knows.
    ("no user verification of its own", &["yubikey-4", "no-uv", "yubikey-neo"]),
    ("no attestation", &["synced-passkey"]),
    ("no attestation certificate", &["no-uv", "synced-passkey"]),
    ("no signature counter that rises", &["synced-passkey"]),
    // What these scenarios need is a credential that is bound to its device.
    ("has credentials that may be backed up", &["synced-passkey"]),
];

/// The scenarios that need something which not every key has.
const NEEDS: &[(&str, &str)] = &[
    ("fault.power-cut", "no resident credentials"),
    ("login.backed-up-but-not-eligible", "has credentials that may be backed up"),
    ("login.backup-eligibility-changed", "has credentials that may be backed up"),
    ("login.counter-back", "no signature counter that rises"),
    ("login.counter-of-before", "no signature counter that rises"),
    ("login.no-user-handle", "no resident credentials"),
    ("login.no-user-verification", "no user verification of its own"),
    ("login.user-handle-of-another", "no resident credentials"),
    ("login.usernameless", "no resident credentials"),
    ("login.verified", "no user verification of its own"),
    ("register.attestation-algorithm", "no CTAP2"),
    ("register.attestation-signature", "no attestation"),
    ("register.backed-up-forbidden", "no CTAP2"),
    ("register.backup-eligible", "no CTAP2"),
    ("register.backup-forbidden", "has credentials that may be backed up"),
    ("register.certificate-of-another-model", "no CTAP2"),
    ("register.model-allowed", "no attestation certificate"),
    ("register.model-not-allowed", "no attestation certificate"),
    ("register.no-attestation", "no attestation certificate"),
    ("register.no-user-verification", "no user verification of its own"),
    ("register.packed-attestation", "no CTAP2"),
    ("register.self-attestation", "no CTAP2"),
    ("register.tpm-attestation", "no CTAP2"),
    ("register.tpm-key-for-another-use", "no CTAP2"),
    ("register.tpm-key-with-subject", "no CTAP2"),
    ("register.tpm-not-generated", "no CTAP2"),
    ("register.tpm-other-data", "no CTAP2"),
    ("register.tpm-other-name", "no CTAP2"),
    ("register.tpm-other-public-area", "no CTAP2"),
    ("register.tpm-without-name", "no CTAP2"),
    ("register.trusted-attestation", "no attestation certificate"),
    ("register.untrusted-root", "no attestation certificate"),
    ("register.untrusted-self-attestation", "no CTAP2"),
];

/// What the key lacks for the scenario.
fn lacks(scenario: &str, key: &str) -> Option<&'static str> {
    let (_, what) = NEEDS.iter().find(|(id, _)| *id == scenario)?;
    let (_, keys) = LACKS.iter().find(|(lack, _)| lack == what)?;
    keys.contains(&key).then_some(*what)
}

#[tokio::test]
async fn nine_keys_pass_all_scenarios_but_those_for_which_they_lack_something() {
    let keys: Vec<KeyModel> = profiles::all().iter().map(KeyModel::new).collect();
    assert_eq!(keys.len(), 9);
    let mut wrong = Vec::new();
    let cases = run_with(&keys, 1).await;
    for case in &cases {
        let as_listed = match lacks(&case.case.scenario, &case.case.key) {
            Some(what) => case.verdict == Verdict::Unsupported && case.reason.ends_with(what),
            None => case.verdict == Verdict::Pass,
        };
        if !as_listed {
            wrong.push(line(case));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// A model of a user's own runs like those of the catalogue.
#[tokio::test]
async fn a_key_of_a_file_runs_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mine.toml");
    let text = profiles::find("titan").unwrap().text.replace("\"titan\"", "\"mine\"");
    let text = text.replace("[\"ES256\"]", "[\"EdDSA\", \"ES256\", \"RS256\"]");
    std::fs::write(&path, text).unwrap();
    let key = KeyModel::new(&profiles::load_file(&path).unwrap());
    for case in run_with(&[key], 2).await {
        let expected = match lacks(&case.case.scenario, "titan") {
            Some(_) => Verdict::Unsupported,
            None => Verdict::Pass,
        };
        assert_eq!(case.verdict, expected, "{}", line(&case));
    }
}
