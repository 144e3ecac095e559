//! The test vectors of WebAuthn Level 3.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::super::{AttestationType, Check, Checks, Expectations, authentication, registration};
use crate::bytes::encode;
use crate::client_data::{ClientData, Expected};
use crate::{AuthenticationResponse, Base64Url, RegistrationResponse};

type Vector = BTreeMap<String, Vec<u8>>;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn load() -> (Vec<u8>, BTreeMap<String, Vector>) {
    let (mut root, mut vectors, mut current) = (Vec::new(), BTreeMap::new(), String::new());
    for line in include_str!("vectors.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            current = name.to_owned();
            vectors.insert(current.clone(), Vector::new());
            continue;
        }
        let (name, value) = line.split_once(" = ").unwrap();
        match vectors.get_mut(&current) {
            None => root = hex(value),
            Some(vector) => drop(vector.insert(name.to_owned(), hex(value))),
        }
    }
    (root, vectors)
}

fn expectations(challenge: &[u8], name: &str, root: &[u8]) -> Expectations {
    let mut expect = Expectations::new(challenge, "https://example.org", "example.org");
    expect.cross_origin = name.ends_with("crossOrigin") || name.ends_with("topOrigin");
    expect.top_origins = vec!["https://example.com".to_owned()];
    expect.attestation.anchors = Some(vec![root.to_vec()]);
    // The vector's TPM has no maker: its vendor id is zero.
    expect.skip = Checks::from([Check::TpmManufacturer]);
    // Certificates of the vectors are valid from 2024-01-01.
    expect.attestation.now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_700_000);
    expect
}

fn registration_response(v: &Vector) -> RegistrationResponse {
    let id = encode(&v["registration.credential_id"]);
    RegistrationResponse::from_value(json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": encode(&v["registration.clientDataJSON"]),
            "attestationObject": encode(&v["registration.attestationObject"]),
        },
    }))
    .unwrap()
}

fn authentication_response(v: &Vector) -> AuthenticationResponse {
    let id = encode(&v["registration.credential_id"]);
    AuthenticationResponse::from_value(json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": encode(&v["authentication.clientDataJSON"]),
            "authenticatorData": encode(&v["authentication.authenticatorData"]),
            "signature": encode(&v["authentication.signature"]),
        },
    }))
    .unwrap()
}

#[test]
fn verify() {
    let (root, vectors) = load();
    assert_eq!(vectors.len(), 10);
    for (name, v) in &vectors {
        let expect = expectations(&v["registration.challenge"], name, &root);
        let response = registration_response(v);
        let registered = registration(&response, &expect, b"user", |_| false)
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(registered.record.id, v["registration.credential_id"], "{name}");
        assert_eq!(registered.aaguid.as_slice(), v["registration.aaguid"], "{name}");
        let certified = matches!(registered.attestation.kind, AttestationType::Certified(_));
        let has_chain = ["packed", "tpm", "fido-u2f"].iter().any(|format| name.starts_with(format))
            && !name.contains("self");
        assert_eq!(certified, has_chain, "{name}");
        assert_eq!(
            registered.attestation.kind == AttestationType::SelfAttestation,
            name.contains("self"),
            "{name}"
        );

        let expect = expectations(&v["authentication.challenge"], name, &root);
        let response = authentication_response(v);
        authentication(&response, &expect, &[], Some(b"user"), |_| Some(&registered.record))
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    }
}

#[test]
fn a_turned_bit_is_refused() {
    let (root, vectors) = load();
    for (name, v) in &vectors {
        let expect = expectations(&v["registration.challenge"], name, &root);
        let registered = registration(&registration_response(v), &expect, b"user", |_| false).unwrap();
        let expect = expectations(&v["authentication.challenge"], name, &root);
        let mut response = authentication_response(v);
        let last = response.response.signature.0.last_mut().unwrap();
        *last ^= 1;
        let refusal = authentication(&response, &expect, &[], Some(b"user"), |_| Some(&registered.record));
        assert_eq!(refusal.unwrap_err().check, Check::Signature, "{name}");
    }
}

#[test]
fn client_data_is_serialised_as_in_the_vectors() {
    let (_, vectors) = load();
    for (name, v) in &vectors {
        for (ceremony, kind) in [("registration", "webauthn.create"), ("authentication", "webauthn.get")] {
            let json = &v[&format!("{ceremony}.clientDataJSON")];
            let challenge = &v[&format!("{ceremony}.challenge")];
            let data = ClientData::parse_strict(json).unwrap();
            assert_eq!(Base64Url(data.to_json()), Base64Url(json.clone()), "{name} {ceremony}");
            let framed = name.ends_with("topOrigin") || name.ends_with("crossOrigin");
            let expected = Expected {
                kind,
                challenge,
                origin: "https://example.org",
                top_origin: framed.then_some("https://example.com"),
                require_top_origin: name.ends_with("topOrigin"),
            };
            assert!(expected.verify(json), "{name} {ceremony}");
            assert!(!Expected { origin: "https://example.or", ..expected }.verify(json), "{name} {ceremony}");
            assert!(!Expected { challenge: b"other", ..expected }.verify(json), "{name} {ceremony}");
            let flipped = expected.top_origin.is_none().then_some("https://example.com");
            assert!(!Expected { top_origin: flipped, require_top_origin: true, ..expected }.verify(json));
        }
    }
}
