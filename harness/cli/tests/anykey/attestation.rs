//! Attestation material of the user's: a CA, or a key's own chain.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::command::{anykey, ended, run};
use crate::plug::key::{Plugged, make};

/// A directory with a CA and the chain of a key, in PEM: `ca.pem`, `ca.key`, `leaf.pem`, `leaf.key`.
struct Files {
    dir: tempfile::TempDir,
    leaf: Certificate,
    ca: Certificate,
}

impl Files {
    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut params, key) = (named("CA of the tests"), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = params.self_signed(&key).unwrap();
        let leaf_key = KeyPair::generate().unwrap();
        let leaf = named("a key").signed_by(&leaf_key, &Issuer::from_params(&params, &key)).unwrap();
        let files = Self { dir, leaf, ca };
        for (name, text) in [
            ("ca.pem", files.ca.pem()),
            ("ca.key", key.serialize_pem()),
            ("leaf.pem", files.leaf.pem()),
            ("leaf.key", leaf_key.serialize_pem()),
        ] {
            std::fs::write(files.path(name), text).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// `--attestation CHAIN KEY`, or `--attestation-ca`.
fn flag(name: &str, files: [&Path; 2]) -> [String; 3] {
    let [one, two] = files.map(|path| path.display().to_string());
    [name.to_owned(), one, two]
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_run_issues_with_the_ca() {
    let files = Files::make();
    let ca = flag("--attestation-ca", [&files.path("ca.pem"), &files.path("ca.key")]);
    let words = ["run", "--key", "passkey", "--key", "yubikey-4", "--format", "json", "--scenario"];
    let scenarios = ["register.trusted-attestation", "register.untrusted-root", "register.tpm-attestation"];
    let ended = run(words.into_iter().chain(scenarios).chain(ca.iter().map(String::as_str)));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let cases = report["cases"].as_array().unwrap();
    assert!(cases.iter().all(|case| case["replay"].as_str().unwrap().contains(&ca.join(" "))));
    let issued =
        cases.iter().filter(|case| holds(case.to_string().as_bytes(), hex("CA of the tests").as_bytes()));
    assert!(issued.count() >= 4, "the certificates name their issuer");
    let secret = std::fs::read_to_string(files.path("ca.key")).unwrap();
    assert!(secret.lines().all(|line| !ended.out.contains(line)), "no private key in a report");
}

/// A key of another maker's: its attestation leads to a root of which the bench knows nothing by itself.
#[test]
fn a_run_with_somebody_elses_key_takes_its_makers_root() {
    let (files, others) = (Files::make(), Files::make());
    let ca = flag("--attestation-ca", [&files.path("ca.pem"), &files.path("ca.key")]);
    let words: Vec<&str> = ca.iter().map(String::as_str).chain(["--touch", "after:1ms"]).collect();
    let key = Plugged::start("passkey", "unix", &words);
    let link = key.address.to_string();
    let scenarios = ["register.trusted-attestation", "policy.attestation-trusted", "register.model-allowed"];
    let ran = |makers: &[&str]| {
        let words = ["run", "--link", &link, "--format", "json", "--manner", "permissive", "--scenario"];
        let ended = run(words.into_iter().chain(scenarios).chain(makers.iter().copied()));
        let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        (ended.code, report)
    };
    let all = |report: &serde_json::Value, verdict: &str| {
        report["cases"].as_array().unwrap().iter().all(|case| case["verdict"] == verdict)
    };
    let (code, report) = ran(&[]);
    assert!(code == Some(0) && all(&report, "unsupported"), "{report}");
    assert!(report["cases"][0]["reason"].as_str().unwrap().contains("`--trust`"), "{report}");
    let own = files.path("ca.pem").display().to_string();
    let (code, report) = ran(&["--trust", &own]);
    assert!(code == Some(0) && all(&report, "pass"), "{report}");
    assert!(report["cases"][0]["replay"].as_str().unwrap().contains(&format!("--trust {own}")), "{report}");
    let (code, report) = ran(&["--trust", &others.path("ca.pem").display().to_string()]);
    assert!(code == Some(2) && report["done"]["fail"].as_u64().unwrap() >= 2, "{report}");
}

#[test]
fn a_makers_root_is_for_somebody_elses_key() {
    let files = Files::make();
    let root = files.path("ca.pem").display().to_string();
    let ours = run(["run", "--key", "passkey", "--trust", &root]);
    assert!(ours.code == Some(1) && ours.err.contains("--attestation-ca"), "{}", ours.err);
    let key = files.path("ca.key").display().to_string();
    let none = run(["run", "--link", "unix:/nowhere/key", "--trust", &key]);
    assert!(none.code == Some(1) && none.err.contains("ca.key"), "{}", none.err);
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_plugged_key_attests_with_the_chain() {
    let files = Files::make();
    let chain = flag("--attestation", [&files.path("leaf.pem"), &files.path("leaf.key")]);
    let words: Vec<&str> = chain.iter().map(String::as_str).chain(["--touch", "after:0ms"]).collect();
    let key = Plugged::start("passkey", "unix", &words);
    let answer = key.connect().await.ctap2(&make()).await.unwrap();
    assert!(answer[0] == 0 && holds(&answer, files.leaf.der()));
}

/// What is named takes the place of what a kept key has.
#[tokio::test]
async fn a_kept_key_takes_another_attestation() {
    let files = Files::make();
    let state = files.path("state").display().to_string();
    let chain = flag("--attestation", [&files.path("leaf.pem"), &files.path("leaf.key")]);
    let mut seen = Vec::new();
    for named in [&[][..], &chain, &[]] {
        let words: Vec<&str> = ["--touch", "after:0ms", "--state", &state]
            .into_iter()
            .chain(named.iter().map(String::as_str))
            .collect();
        let mut key = Plugged::start("passkey", "unix", &words);
        let answer = key.connect().await.ctap2(&make()).await.unwrap();
        seen.push((answer[0], holds(&answer, files.leaf.der())));
        assert_eq!(key.end("TERM"), Some(0));
    }
    assert_eq!(seen, [(0, false), (0, true), (0, true)]);
}

#[test]
fn what_is_wrong_is_said() {
    let files = Files::make();
    let path = |name: &str| files.path(name);
    for (name, pair, says) in [
        ("--attestation-ca", [path("ca.pem"), path("leaf.key")], "the private key is not that of the first"),
        ("--attestation-ca", [path("leaf.pem"), path("leaf.key")], "is not the certificate of a CA"),
        ("--attestation-ca", [path("ca.key"), path("ca.key")], "has no certificate in PEM"),
        ("--attestation", [path("ca.pem"), path("ca.key")], "supply it as attestation CA"),
        ("--attestation", [path("leaf.pem"), path("leaf.pem")], "the key file has no private key in PEM"),
        ("--attestation", [path("nothing"), path("leaf.key")], "nothing: No such file"),
    ] {
        let words = flag(name, [&pair[0], &pair[1]]);
        let ended = ended(anykey().args(["plug", "passkey", "--port", "udp:127.0.0.1:0"]).args(words));
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains(says), "{says}: {}", ended.err);
    }
    let both = run([
        "plug",
        "passkey",
        "--port",
        "udp:127.0.0.1:0",
        "--attestation",
        "a",
        "b",
        "--attestation-ca",
        "c",
        "d",
    ]);
    assert!(both.code == Some(1) && both.err.contains("cannot be used with"), "{}", both.err);
    let trusted = run(["serve", "--trust", &path("ca.key").display().to_string()]);
    assert!(trusted.code == Some(1) && trusted.err.contains("has no certificate in PEM"), "{}", trusted.err);
}
