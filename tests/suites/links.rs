//! The same scenarios over a real link, with real time between client and key: the same verdicts as in process, case by case.

use links::{Bus, Plugs};
use plan::event::{Between, CaseDone, Exchange, Message, StepDone};
use run::KeyModel;
use run::attached::Consent;
use targets::reference::Flaws;

use super::flaws::{line, on_bus};

async fn all(bus: &dyn Bus, keys: &[KeyModel]) -> Vec<CaseDone> {
    let scenarios = run::catalogue::embedded().unwrap();
    on_bus(bus, keys, &scenarios, &[], Flaws::NONE, 5).await.0
}

/// What a case came to, without what time makes of it.
fn timeless(case: &CaseDone) -> CaseDone {
    let steps =
        case.steps.iter().map(|step| StepDone { exchanges: messages(step), ..step.clone() }).collect();
    CaseDone { elapsed_us: 0, steps, ..case.clone() }
}

/// What was said between client and key; a U2F key is asked as often as it takes.
fn messages(step: &StepDone) -> Vec<Exchange> {
    let mut said: Vec<Exchange> = Vec::new();
    for exchange in step.exchanges.iter().filter(|exchange| exchange.between == Between::ClientAndKey) {
        let mut exchange = exchange.clone();
        if exchange.response.hex.contains(FORMAT_TPM) {
            exchange.response = Message::default();
        }
        if said.last() != Some(&exchange) {
            said.push(exchange);
        }
    }
    said
}

/// The member `fmt` of a makeCredential response: what a TPM signs has its clock in it.
const FORMAT_TPM: &str = "016374706d";

#[tokio::test(flavor = "multi_thread")]
async fn sockets_give_the_same_cases_as_no_link_at_all() {
    let keys: Vec<KeyModel> = profiles::usual().iter().map(KeyModel::new).collect();
    let plugs = Plugs::on_sockets().unwrap();
    let (process, sockets) = tokio::join!(all(&links::Direct, &keys), all(&plugs, &keys));
    assert_eq!(process.len(), sockets.len());
    for (one, other) in process.iter().zip(&sockets) {
        assert_eq!(timeless(one), timeless(other), "{} and {}", line(one), line(other));
    }
}

/// What no case can do with a key that is somebody else's, and why; all that is not here runs with any key that has what is
/// needed. Over a link to our own keys nothing is left out: the test above compares every case.
const BEYOND: &[(&str, &str)] = &[
    ("policy.attestation-trusted", "`--trust`"),
    ("policy.aaguid-allow", "`--trust`"),
    ("keycloak.attestation-stranger", "does not trust"),
    ("fault.power-cut", "power"),
    ("login.backed-up-but-not-eligible", "sign what"),
    ("login.backup-eligibility-changed", "sign what"),
    ("login.counter-back", "sign what"),
    ("login.key-of-another-user", "two keys"),
    ("login.not-in-allow-list", "two keys"),
    ("login.other-key-revoked", "two keys"),
    ("login.other-rp-id", "sign what"),
    ("login.replayed-assertion", "changes how"),
    ("login.signature-of-another-key", "two keys"),
    ("login.user-handle-of-another", "two keys"),
    ("login.usernameless", "two keys"),
    ("login.zero-counter", "changes how"),
    ("register.attestation-algorithm", "changes how"),
    ("register.backed-up-but-not-eligible", "sign what"),
    ("register.backed-up-forbidden", "changes how"),
    ("register.backup-eligible", "changes how"),
    ("register.backup-forbidden", "sign what"),
    ("register.certificate-of-another-model", "changes how"),
    ("register.challenge-reused", "two keys"),
    ("register.credential-of-another-user", "sign what"),
    ("register.long-credential-id", "sign what"),
    ("register.model-allowed", "`--trust`"),
    ("register.model-not-allowed", "`--trust`"),
    ("register.no-attestation", "`--trust`"),
    ("register.no-user-presence", "sign what"),
    ("register.packed-attestation", "changes how"),
    ("register.same-credential-again", "sign what"),
    ("register.second-key", "two keys"),
    ("register.self-attestation", "changes how"),
    ("register.tpm-attestation", "changes how"),
    ("register.tpm-key-for-another-use", "changes how"),
    ("register.tpm-key-with-subject", "changes how"),
    ("register.tpm-not-generated", "changes how"),
    ("register.tpm-other-data", "changes how"),
    ("register.tpm-other-name", "changes how"),
    ("register.tpm-other-public-area", "changes how"),
    ("register.tpm-without-name", "changes how"),
    ("register.trailing-bytes", "sign what"),
    ("register.trusted-attestation", "`--trust`"),
    ("register.untrusted-root", "does not trust"),
    ("register.untrusted-self-attestation", "changes how"),
    ("2fauth.counter-disables", "sign what"),
    ("2fauth.only-key-disabled", "sign what"),
    ("2fauth.same-credential-again", "sign what"),
    ("2fauth.several-keys", "two keys"),
    ("authelia.certificate-of-another-model", "changes how"),
    ("authelia.model-claimed", "sign what"),
    ("authelia.model-hidden", "sign what"),
    ("authelia.packed-attestation", "changes how"),
    ("authelia.same-credential-again", "sign what"),
    ("authelia.same-name", "two keys"),
    ("authelia.second-key-by-password", "two keys"),
    ("authelia.second-key-no-preferences", "two keys"),
    ("authelia.second-key-without-code", "two keys"),
    ("authelia.tpm-attestation", "changes how"),
    ("authelia.tpm-key-for-another-use", "changes how"),
    ("authelia.tpm-key-with-subject", "changes how"),
    ("authelia.tpm-not-generated", "changes how"),
    ("authelia.tpm-other-data", "changes how"),
    ("authelia.tpm-other-name", "changes how"),
    ("authelia.tpm-other-public-area", "changes how"),
    ("authelia.tpm-without-name", "changes how"),
    ("defguard.good-after-refused", "sign what"),
    ("defguard.no-user-presence", "sign what"),
    ("defguard.packed-unasked", "changes how"),
    ("defguard.packed-wrong-signature", "changes how"),
    ("defguard.password-only", "two keys"),
    ("defguard.same-credential", "two keys"),
    ("defguard.touch-only-with-flag", "sign what"),
    ("defguard.tpm-unasked", "changes how"),
    ("keycloak.stranger-unasked", "does not trust"),
    ("keycloak.aaguid-self-attestation", "changes how"),
    ("keycloak.application-once", "two keys"),
    ("keycloak.passkeys-dropped-verification", "sign what"),
    ("keycloak.same-label", "two keys"),
];

#[test]
fn what_cannot_run_with_somebody_elses_key_is_known() {
    let scenarios = run::catalogue::embedded().unwrap();
    let all = Consent { keep: true, reset: true, set_pin: true };
    let beyond: Vec<(&str, String)> = scenarios
        .iter()
        .filter_map(|s| Some((s.id.as_str(), run::attached::beyond(s, all, false)?)))
        .collect();
    let told: Vec<(&str, &str)> = beyond.iter().map(|(id, why)| (*id, why.as_str())).collect();
    assert_eq!(told.len(), BEYOND.len(), "{told:#?}");
    for ((id, why), (known, word)) in told.iter().zip(BEYOND) {
        assert!(id == known && why.contains(word), "{id}: {why}");
    }
    let more =
        scenarios.iter().filter(|s| run::attached::beyond(s, Consent::default(), false).is_some()).count();
    assert!(more > told.len(), "resident credentials need consent");
    // With its maker's root, those about attestation run, too.
    let rooted: Vec<&str> = scenarios
        .iter()
        .filter(|s| run::attached::beyond(s, all, true).is_some())
        .map(|s| s.id.as_str())
        .collect();
    let expected: Vec<&str> =
        BEYOND.iter().filter(|(_, word)| *word != "`--trust`").map(|(id, _)| *id).collect();
    assert_eq!(rooted, expected);
}
