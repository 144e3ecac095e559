//! What is asked of every run with a server: which scenarios may come to nothing there, that refusals have their reasons and
//! logins their proofs.

use std::collections::BTreeSet;

use plan::event::{CaseDone, Outcome};
use plan::{Policy, Verdict};
use serde_json::Value;
use targets::{Account, Site, SiteWish, Target};

/// Settings that servers lack, and the scenarios that come to nothing without each.
pub(crate) mod lacks {
    pub(crate) const ATTESTATION: &[&str] = &[
        "policy.attestation-direct",
        "register.attestation-algorithm",
        "register.attestation-signature",
        "register.self-attestation",
    ];
    pub(crate) const TRUST_ANCHORS: &[&str] = &[
        "policy.aaguid-allow",
        "policy.attestation-trusted",
        "register.certificate-of-another-model",
        "register.model-allowed",
        "register.model-not-allowed",
        "register.no-attestation",
        "register.packed-attestation",
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
    /// Models that are refused.
    pub(crate) const AAGUID_DENY: &[&str] = &["policy.aaguid-deny", "register.model-denied"];
    pub(crate) const ATTACHMENT: &[&str] = &["policy.platform-only", "register.cross-platform"];
    pub(crate) const BACKUP_FORBIDDEN: &[&str] =
        &["register.backed-up-forbidden", "register.backup-forbidden"];
    pub(crate) const BACKUP_REQUIRED: &[&str] = &["register.backup-required"];
    /// Algorithms that are the policy's own.
    pub(crate) const ALGORITHMS: &[&str] = &["register.algorithm-not-offered"];
    /// A key that a user has may be registered again.
    pub(crate) const NO_EXCLUSION: &[&str] = &[
        "policy.changed",
        "register.same-credential-again",
        "register.same-key-twice",
        "register.same-key-twice-allowed",
    ];
    /// Another policy for users who have keys.
    pub(crate) const CHANGE: &[&str] = &["policy.uv-required-later"];
    pub(crate) const RESIDENT_KEY: &[&str] = &["fault.power-cut", "policy.resident-required"];
    /// Logins with the key alone.
    pub(crate) const USERNAMELESS: &[&str] = &[
        "login.no-user-handle",
        "login.user-handle-of-another",
        "login.usernameless",
        "policy.usernameless",
    ];
    /// Logins with a user name and the key.
    pub(crate) const PASSWORDLESS: &[&str] = &["policy.passwordless"];
    /// Logins with a password and a key that does not verify its user.
    pub(crate) const TOUCH_AFTER_PASSWORD: &[&str] = &["policy.second-factor"];
    /// Logins for which user verification is not asked for.
    pub(crate) const TOUCH: &[&str] = &["login.no-user-presence"];
}

/// A scenario that every key leaves out proves nothing, and must not come to that unseen.
pub(crate) fn what_comes_to_nothing_is_known(cases: &[CaseDone], lacking: &[&[&str]]) {
    let all: BTreeSet<&str> = cases.iter().map(|case| case.case.scenario.as_str()).collect();
    let ran = cases.iter().filter(|case| case.verdict == Verdict::Pass);
    let ran: BTreeSet<&str> = ran.map(|case| case.case.scenario.as_str()).collect();
    let out: BTreeSet<&str> = all.difference(&ran).copied().collect();
    assert_eq!(out, of(lacking), "the scenarios that ran with no key");
}

/// The scenarios of several lists.
pub(crate) fn of<'a>(lacking: &[&[&'a str]]) -> BTreeSet<&'a str> {
    lacking.iter().flat_map(|list| list.iter().copied()).collect()
}

/// Of each scenario that is named, the words of its refusals; where it has several lines, those of one are enough.
pub(crate) fn refusals_are_for_the_right_reason(cases: &[CaseDone], reasons: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let Outcome::RefusedByServer { reason, .. } = &case.outcome else { continue };
        let of_it = reasons.iter().filter(|(id, _)| *id == case.case.scenario);
        let words: Vec<&str> = of_it.map(|(_, words)| *words).collect();
        seen.insert(case.case.scenario.as_str());
        let said = reason.as_deref().unwrap_or_default();
        if !words.is_empty() && !words.iter().any(|words| said.contains(words)) {
            wrong.push(format!("{}: {words:?} is expected, not {said:?}", case.case));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, words) in reasons {
        assert!(seen.contains(id), "{id} ({words}) was refused by the server with no key");
    }
}

/// Each login that passed was seen in these words: not only the absence of an error.
pub(crate) fn logins_are_proven(cases: &[CaseDone], words: &[&str]) {
    let plain = cases.iter().filter(|c| c.case.scenario == "login.plain" && c.verdict == Verdict::Pass);
    let mut count = 0;
    for case in plain {
        let seen: Vec<&str> = case.proof.iter().map(|p| p.seen.as_str()).collect();
        for words in words {
            assert!(seen.iter().any(|s| s.contains(words)), "{}: {words} is not in {seen:#?}", case.case);
        }
        count += 1;
    }
    assert_eq!(count, 18, "nine keys in two manners");
}

/// A site with that policy and `[server]`, and a user of it.
pub(crate) async fn site(target: &dyn Target, policy: Policy, settings: Value) -> (Box<dyn Site>, Account) {
    let site = target.site(SiteWish::of(&policy, settings.as_object().unwrap())).await.unwrap();
    let who = Account { name: "Al".into(), password: "a word to pass".into() };
    site.provision(&who).await.unwrap();
    (site, who)
}
