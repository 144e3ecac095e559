//! A synthetic run with everything a sink must show, and some hostile words.

use plan::Verdict;
use plan::event::*;

pub const HOSTILE: &str = "<script>alert(1)</script> \"'&\u{1b}[31m \u{202e}gnp ]]> # skip {{ 7*7 }}";

pub fn events() -> Vec<Event> {
    let mut events = vec![Event::RunStarted(head())];
    for case in cases() {
        events.push(Event::CaseStarted { case: case.case.clone() });
        events.push(Event::CaseDone(Box::new(case)));
    }
    events.push(Event::RunDone(done(Ended::Complete)));
    events
}

pub fn head() -> RunStarted {
    RunStarted {
        schema: SCHEMA,
        version: "0.1.0".to_owned(),
        began: "2026-11-24T12:00:00Z".to_owned(),
        seed: 42,
        link: Some("process".to_owned()),
        target: TargetInfo {
            name: "reference".to_owned(),
            version: Some("0.1.0".to_owned()),
            url: "http://127.0.0.1:40123".to_owned(),
            flaws: vec!["challenge-reusable".to_owned()],
        },
        keys: KEYS.map(|(name, product)| key(name, product)).to_vec(),
        scenarios: scenarios(),
        manners: vec![Manner::Faithful, Manner::Permissive],
        cases: cases().len(),
    }
}

pub fn done(ended: Ended) -> RunDone {
    let count = |v| cases().iter().filter(|c| c.verdict == v).count();
    RunDone {
        ended,
        pass: count(Verdict::Pass),
        unsupported: count(Verdict::Unsupported),
        unknown: count(Verdict::Unknown),
        fail: count(Verdict::Fail),
        baseline_failed: 0,
        elapsed_ms: 1_234,
    }
}

const KEYS: [(&str, &str); 3] = [
    ("passkey", "a current passkey key"),
    ("yubikey-4", "YubiKey 4, U2F only"),
    ("no-uv", "FIDO2, touch only"),
];

fn key(name: &str, product: &str) -> KeyInfo {
    KeyInfo { name: name.to_owned(), product: product.to_owned(), summary: "resident, no PIN".to_owned() }
}

const COLUMNS: [(&str, &str); 8] = [
    ("policy.second-factor", "second factor"),
    ("policy.uv-preferred", "UV preferred"),
    ("policy.uv-required", "UV required"),
    ("policy.passwordless", "passwordless, UV required"),
    ("policy.usernameless", "usernameless"),
    ("policy.attested", "attestation direct, anchored"),
    ("policy.aaguid-allow", "AAGUID allow list"),
    ("policy.no-backup", "backup eligibility forbidden"),
];

const ATTACKS: [&str; 8] = [
    "register.user-not-verified",
    "register.excluded-credential-registered-again",
    "register.wrong-origin",
    "register.trailing-bytes-after-attestation-object",
    "login.replayed-assertion",
    "login.wrong-rp-id-hash",
    "login.counter-goes-back",
    "login.credential-of-another-user",
];

fn scenarios() -> Vec<ScenarioInfo> {
    let info = |id: &str, column: Option<&str>| ScenarioInfo {
        id: id.to_owned(),
        title: format!("about {id}"),
        requires: "The relying party MUST check it.".to_owned(),
        spec: "https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion".to_owned(),
        column: column.map(str::to_owned),
        catches: if column.is_none() { vec![format!("{}-unchecked", &id[6..])] } else { Vec::new() },
        twin: column.is_none().then(|| "policy.uv-preferred".to_owned()),
    };
    let columns = COLUMNS.iter().map(|(id, head)| info(id, Some(head)));
    columns.chain(ATTACKS.iter().map(|id| info(id, None))).collect()
}

pub fn cases() -> Vec<CaseDone> {
    let mut cases = Vec::new();
    for (column, _) in COLUMNS {
        for (key, _) in KEYS {
            for manner in [Manner::Faithful, Manner::Permissive] {
                cases.push(policy_case(column, key, manner));
            }
        }
    }
    for attack in ATTACKS {
        for (key, _) in KEYS {
            for manner in [Manner::Faithful, Manner::Permissive] {
                cases.push(attack_case(attack, key, manner));
            }
        }
    }
    cases
}

fn policy_case(scenario: &str, key: &str, manner: Manner) -> CaseDone {
    let verifies = key == "passkey";
    let needs_uv = matches!(scenario, "policy.uv-required" | "policy.passwordless" | "policy.usernameless");
    let (verdict, outcome, reason) = match (scenario, needs_uv && !verifies, manner) {
        ("policy.usernameless", true, _) if key == "yubikey-4" => {
            (Verdict::Unsupported, Outcome::None, "a U2F key holds no resident credentials")
        }
        (_, true, Manner::Faithful) => (
            Verdict::Pass,
            Outcome::RefusedByClient {
                step: "register".to_owned(),
                error: "NotAllowedError".to_owned(),
                reason: "no authenticator can verify its user".to_owned(),
            },
            "the key cannot verify its user and the page insists on it",
        ),
        (_, true, Manner::Permissive) => (
            Verdict::Pass,
            Outcome::RefusedByServer {
                step: "register".to_owned(),
                status: 400,
                reason: Some("user verification is required and the UV flag is not set".to_owned()),
            },
            "the UV flag is not set, and the policy requires it",
        ),
        ("policy.aaguid-allow", ..) if key == "no-uv" => (
            Verdict::Fail,
            Outcome::Accepted,
            "the AAGUID is not on the list, and the server registered the key",
        ),
        ("policy.attested", ..) if key == "no-uv" => {
            (Verdict::Unknown, Outcome::None, "the server closed the connection before it answered")
        }
        ("policy.attested", ..) if key == "yubikey-4" => (
            Verdict::Pass,
            Outcome::RefusedByServer {
                step: "register".to_owned(),
                status: 200,
                reason: Some(HOSTILE.to_owned()),
            },
            "the chain ends at no anchor of the server",
        ),
        _ => (Verdict::Pass, Outcome::Accepted, "registered and logged in"),
    };
    let case = case(scenario, key, manner, verdict, outcome, reason);
    if scenario == "policy.no-backup" && key == "passkey" { known(case) } else { case }
}

fn attack_case(scenario: &str, key: &str, manner: Manner) -> CaseDone {
    let refused = Outcome::RefusedByServer {
        step: "login".to_owned(),
        status: 400,
        reason: Some("the challenge is not the one that was given".to_owned()),
    };
    match (scenario, key, manner) {
        ("login.replayed-assertion", ..) => case(
            scenario,
            key,
            manner,
            Verdict::Fail,
            Outcome::Accepted,
            "the same assertion logged in twice",
        ),
        ("login.counter-goes-back", "no-uv", _) => case(
            scenario,
            key,
            manner,
            Verdict::Unsupported,
            Outcome::None,
            "the key's counter is always zero",
        ),
        ("register.user-not-verified", _, Manner::Faithful) => case(
            scenario,
            key,
            manner,
            Verdict::Unsupported,
            Outcome::None,
            "a faithful client cannot send this",
        ),
        ("register.wrong-origin", "passkey", Manner::Permissive) => {
            known(case(scenario, key, manner, Verdict::Pass, Outcome::Accepted, "it was accepted"))
        }
        _ => case(scenario, key, manner, Verdict::Pass, refused, "refused, and the twin was accepted"),
    }
}

/// A finding that passes since it is known.
fn known(case: CaseDone) -> CaseDone {
    let why = "it is not looked at".to_owned();
    CaseDone { reason: format!("as is known of this server: {why}"), known: Some(why), ..case }
}

fn case(
    scenario: &str,
    key: &str,
    manner: Manner,
    verdict: Verdict,
    outcome: Outcome,
    reason: &str,
) -> CaseDone {
    let accepted = outcome == Outcome::Accepted;
    let proof = |by: &str, seen: &str| Proof { by: by.to_owned(), seen: seen.to_owned() };
    let proofs = match (&outcome, accepted) {
        (_, true) => vec![
            proof("server", "the account has one credential"),
            proof("server", "the session belongs to alice"),
        ],
        (Outcome::None, _) => Vec::new(),
        _ => vec![
            proof("server", "the account has no credential afterwards"),
            proof("bench", "the twin policy.uv-preferred was accepted with this key"),
        ],
    };
    CaseDone {
        case: CaseId { scenario: scenario.to_owned(), key: key.to_owned(), manner },
        verdict,
        outcome,
        reason: reason.to_owned(),
        proof: proofs,
        baseline_failed: false,
        known: None,
        steps: steps(verdict != Verdict::Fail),
        replay: format!("anykey run --scenario {scenario} --key {key} --manner {} --seed 42", manner.name()),
        elapsed_us: 1_500,
    }
}

fn steps(ok: bool) -> Vec<StepDone> {
    let leaf = |name: &str, value: &str| Node {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        parts: Vec::new(),
    };
    let tree = |name: &str, parts: Vec<Node>| Node { name: name.to_owned(), value: None, parts };
    let flags = tree("flags", vec![leaf("UP", "1"), leaf("UV", "0"), leaf("AT", "1")]);
    let auth_data = tree("authData", vec![leaf("rpIdHash", "49960de5…"), flags, leaf("signCount", "7")]);
    let register = StepDone {
        verb: "register".to_owned(),
        expected: "accepted".to_owned(),
        happened: "accepted".to_owned(),
        ok: true,
        exchanges: vec![
            Exchange {
                between: Between::ClientAndServer,
                name: "POST /register/begin".to_owned(),
                request: Message::default(),
                response: Message {
                    hex: String::new(),
                    decoded: vec![leaf("challenge", "r3pL4y"), leaf("rp.name", HOSTILE)],
                },
            },
            Exchange {
                between: Between::ClientAndKey,
                name: "authenticatorMakeCredential".to_owned(),
                request: Message {
                    hex: "01a50158".to_owned(),
                    decoded: vec![leaf("clientDataHash", "9f86d081")],
                },
                response: Message {
                    hex: "00a301".to_owned(),
                    decoded: vec![leaf("status", "CTAP2_OK"), leaf("fmt", "packed"), auth_data],
                },
            },
        ],
    };
    let login = StepDone {
        verb: "login".to_owned(),
        expected: "refused".to_owned(),
        happened: if ok { "refused".to_owned() } else { "accepted, HTTP 200".to_owned() },
        ok,
        exchanges: vec![Exchange {
            between: Between::ClientAndServer,
            name: "POST /login/finish".to_owned(),
            request: Message {
                hex: String::new(),
                decoded: vec![tree("clientDataJSON", vec![leaf("type", "webauthn.get")])],
            },
            response: Message { hex: String::new(), decoded: vec![leaf("error", HOSTILE)] },
        }],
    };
    vec![register, login]
}
