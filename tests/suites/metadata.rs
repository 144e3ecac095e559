//! The certified models against their metadata statements, field by field: what getInfo answers, and what the statement says
//! besides. A difference is allowed where the model's file says `# Differs: FIELD: reason`, and only there.
//!
//! `tests/metadata/statements.json` has the facts; `tests/metadata/extract.py` made it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use authenticator::platform::Alg;
use authenticator::profile::{Attestation, Profile};
use ciborium::Value as Cbor;
use client::link::{Link, Patient};
use links::{Local, Script, Scripted};
use profiles::{Entry, Kind};
use serde_json::{Value, json};
use softkeys::Seeded;
use wire::Protocol;

/// The members of getInfo (CTAP 2.3, 6.4), by number.
const MEMBERS: [(i64, &str); 14] = [
    (0x01, "versions"),
    (0x02, "extensions"),
    (0x03, "aaguid"),
    (0x04, "options"),
    (0x05, "maxMsgSize"),
    (0x06, "pinUvAuthProtocols"),
    (0x07, "maxCredentialCountInList"),
    (0x08, "maxCredentialIdLength"),
    (0x09, "transports"),
    (0x0a, "algorithms"),
    (0x0d, "minPINLength"),
    (0x0e, "firmwareVersion"),
    (0x14, "remainingDiscoverableCredentials"),
    (0x16, "attestationFormats"),
];

/// What a missing member stands for (CTAP 2.3, 6.4).
const MISSING: [(&str, Value); 3] = [
    ("options.up", Value::Bool(true)),
    ("options.plat", Value::Bool(false)),
    ("options.rk", Value::Bool(false)),
];

/// Lists whose order says nothing.
const SETS: [&str; 3] = ["versions", "extensions", "transports"];

type Facts = BTreeMap<String, Value>;

fn statements() -> BTreeMap<String, Value> {
    let file: Value = serde_json::from_str(include_str!("../metadata/statements.json")).unwrap();
    serde_json::from_value(file["statements"].clone()).unwrap()
}

/// What the key of that model answers to authenticatorGetInfo.
async fn get_info(profile: Profile) -> Cbor {
    let hands = Scripted::new(Script::Touch(Duration::ZERO));
    let mut link = Local::new(profile, Box::new(Seeded::from_seed([1; 32])), Box::new(hands)).unwrap();
    let answer = link.call(Protocol::Ctap2, &[4], &mut Patient).await.unwrap();
    assert_eq!(answer[0], 0);
    ciborium::from_reader(&answer[1..]).unwrap()
}

/// The same as the metadata service writes it.
fn as_json(value: &Cbor) -> Value {
    match value {
        Cbor::Integer(number) => json!(i64::try_from(*number).unwrap()),
        Cbor::Bytes(bytes) => Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        Cbor::Text(text) => json!(text),
        Cbor::Bool(flag) => json!(flag),
        Cbor::Array(list) => list.iter().map(as_json).collect(),
        Cbor::Map(map) => {
            map.iter().map(|(key, value)| (key.as_text().unwrap().to_owned(), as_json(value))).collect()
        }
        other => panic!("getInfo has no {other:?}"),
    }
}

fn answered(info: &Cbor) -> serde_json::Map<String, Value> {
    let named = |(key, value): &(Cbor, Cbor)| {
        let number = i64::try_from(key.as_integer().unwrap()).unwrap();
        let (_, name) =
            MEMBERS.iter().find(|(known, _)| *known == number).expect("a member that is not listed");
        ((*name).to_owned(), as_json(value))
    };
    info.as_map().unwrap().iter().map(named).collect()
}

/// Each option a field of its own, defaults filled in, sets in order.
fn facts(info: &serde_json::Map<String, Value>) -> Facts {
    let mut facts = Facts::new();
    for (name, value) in info {
        match (name.as_str(), value) {
            ("options", Value::Object(options)) => {
                facts.extend(options.iter().map(|(id, set)| (format!("options.{id}"), set.clone())));
            }
            (set, Value::Array(list)) if SETS.contains(&set) => {
                let sorted: BTreeSet<&str> = list.iter().map(|text| text.as_str().unwrap()).collect();
                facts.insert(name.clone(), json!(sorted));
            }
            _ => drop(facts.insert(name.clone(), value.clone())),
        }
    }
    for (name, value) in MISSING {
        facts.entry(name.to_owned()).or_insert(value);
    }
    facts.entry("maxMsgSize".to_owned()).or_insert(json!(1024));
    facts
}

/// The fields that the file says it differs in, with a reason each.
fn differs(entry: &Entry) -> BTreeSet<String> {
    let lines = entry.text.lines().filter_map(|line| line.strip_prefix("# Differs: "));
    lines
        .map(|line| {
            let (field, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{}: {line}", entry.name()));
            assert!(!reason.trim().is_empty(), "{}: why does {field} differ?", entry.name());
            field.to_owned()
        })
        .collect()
}

#[tokio::test]
async fn get_info_is_that_of_the_statement() {
    for (name, statement) in statements() {
        let entry = profiles::find(&name).unwrap();
        let Some(theirs) = statement["authenticatorGetInfo"].as_object() else { continue };
        let theirs = facts(theirs);
        let ours = facts(&answered(&get_info(entry.profile).await));
        let fields: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
        let different: BTreeSet<String> =
            fields.into_iter().filter(|field| theirs.get(*field) != ours.get(*field)).cloned().collect();
        let told = differs(entry);
        for field in &different {
            let (theirs, ours) = (theirs.get(field), ours.get(field));
            assert!(told.contains(field), "{name}: {field} is {ours:?}, the statement says {theirs:?}");
        }
        let idle: Vec<&String> = told.difference(&different).collect();
        assert!(idle.is_empty(), "{name} says that it differs in {idle:?}, and does not");
    }
}

#[test]
fn what_else_the_statement_says_holds() {
    for (name, statement) in statements() {
        let profile = profiles::find(&name).unwrap().profile;
        let list =
            |member: &str| -> BTreeSet<String> { serde_json::from_value(statement[member].clone()).unwrap() };
        let family = if profile.ctap2.is_some() { "fido2" } else { "u2f" };
        assert_eq!(statement["protocolFamily"], family, "{name}");

        let es256 = [Alg::ES256];
        let algorithms = profile.ctap2.as_ref().map_or(&es256[..], |ctap2| ctap2.algorithms());
        let named: BTreeSet<String> = algorithms.iter().map(|alg| registered(*alg).to_owned()).collect();
        assert_eq!(list("authenticationAlgorithms"), named, "{name}");

        let attestation = profile.ctap2.as_ref().map_or(Attestation::FidoU2f, |ctap2| ctap2.attestation);
        let kind = match attestation {
            Attestation::None => "none",
            Attestation::PackedSelf => "basic_surrogate",
            Attestation::Packed | Attestation::FidoU2f => "basic_full",
            Attestation::Tpm => "attca",
        };
        assert!(list("attestationTypes").contains(kind), "{name}: {kind}");

        let hints = list("attachmentHint");
        assert_eq!(hints.contains("internal"), profile.transports.internal, "{name}");
        // Some statements say `external` and no more.
        if hints.contains("wired") {
            assert_eq!(
                (hints.contains("nfc"), true),
                (profile.transports.nfc, profile.transports.usb),
                "{name}"
            );
        }
    }
}

/// The algorithm in the FIDO registry of predefined values.
fn registered(alg: Alg) -> &'static str {
    match alg {
        Alg::ES256 => "secp256r1_ecdsa_sha256_raw",
        Alg::EDDSA => "ed25519_eddsa_sha512_raw",
        Alg::RS256 => "rsassa_pkcsv15_sha256_raw",
        other => panic!("{other} is not listed here"),
    }
}

#[test]
fn every_model_with_a_statement_is_compared() {
    let compared = statements();
    for entry in profiles::all() {
        let claims = entry.source.kind == Kind::MetadataStatement;
        assert_eq!(compared.contains_key(entry.name()), claims, "{}", entry.name());
        assert!(claims || differs(entry).is_empty(), "{} has nothing to differ from", entry.name());
    }
}
