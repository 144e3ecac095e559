//! Every algorithm with every attestation: what the key makes, the client passes on and the verification takes.

use std::time::Duration;

use authenticator::platform::Alg;
use authenticator::profile::{ALGORITHMS_MAX, Attestation, Profile};
use client::{Client, Manner, Twist};
use links::{Local, Script, Scripted};
use serde_json::json;
use softkeys::{Fast, Seeded, TestRoot};
use webauthn::verify::{AttestationType, Expectations, Registered, authentication, registration};
use webauthn::{CreationOptions, RequestOptions};
use wire::Protocol;

const ORIGIN: &str = "https://example.org";
const RP_ID: &str = "example.org";
const CHALLENGE: [u8; 32] = [9; 32];
const HANDLE: &[u8] = b"alice";

/// The model `passkey` with these algorithms and that attestation.
fn model(algorithms: &[Alg], attestation: Attestation) -> Profile {
    let mut profile = profiles::find("passkey").unwrap().profile;
    let ctap2 = profile.ctap2.as_mut().unwrap();
    ctap2.algorithms = [Alg(0); ALGORITHMS_MAX];
    ctap2.algorithms[..algorithms.len()].copy_from_slice(algorithms);
    ctap2.algorithm_count = algorithms.len().try_into().unwrap();
    ctap2.attestation = attestation;
    profile
}

/// A key of that model, plugged in.
fn plug(profile: Profile, root: &TestRoot) -> Local {
    let mut platform = Seeded::from_seed([3; 32]);
    softkeys::provision(&mut platform, &root.issue(&profile).unwrap()).unwrap();
    let hands = Scripted::new(Script::Touch(Duration::from_millis(1)));
    Local::new(profile, Box::new(platform), Box::new(hands)).unwrap()
}

fn creation(algorithms: &[i32], resident_key: &str) -> CreationOptions {
    let params: Vec<_> = algorithms.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
    CreationOptions::from_value(json!({
        "rp": { "id": RP_ID, "name": "Example" },
        "user": { "id": webauthn::bytes::encode(HANDLE), "name": "alice", "displayName": "Alice" },
        "challenge": webauthn::bytes::encode(&CHALLENGE),
        "pubKeyCredParams": params,
        "authenticatorSelection": { "residentKey": resident_key },
        "attestation": "direct",
    }))
    .unwrap()
}

fn request(allow: &[&[u8]]) -> RequestOptions {
    let allow: Vec<_> =
        allow.iter().map(|id| json!({ "type": "public-key", "id": webauthn::bytes::encode(id) })).collect();
    RequestOptions::from_value(json!({
        "challenge": webauthn::bytes::encode(&CHALLENGE),
        "rpId": RP_ID,
        "allowCredentials": allow,
    }))
    .unwrap()
}

/// Registers; the verification takes it, with the root as its only anchor.
async fn register(link: &mut Local, root: &TestRoot, options: &CreationOptions, twist: &Twist) -> Registered {
    let mut client = Client::new(Manner::Faithful);
    let created = client.create_twisted(link, ORIGIN, options, twist).await.unwrap();
    let mut expect = Expectations::new(CHALLENGE, ORIGIN, RP_ID);
    expect.attestation.anchors = Some(vec![root.der().to_vec()]);
    let registered = registration(&created.response, &expect, HANDLE, |_| false).unwrap();
    assert_eq!(created.response.response.public_key_algorithm, Some(registered.algorithm));
    assert!(created.response.response.public_key.is_some(), "a browser tells the key of these algorithms");
    registered
}

/// Logs in; the verification takes it.
async fn login(link: &mut Local, options: &RequestOptions, registered: &Registered) {
    let asserted = Client::new(Manner::Faithful).get(link, ORIGIN, options).await.unwrap();
    let expect = Expectations::new(CHALLENGE, ORIGIN, RP_ID);
    // With an allow list, the user was identified before.
    let user = (!options.allow_credentials.is_empty()).then_some(HANDLE);
    authentication(&asserted.response, &expect, &[], user, |_| Some(&registered.record)).unwrap();
}

#[tokio::test]
async fn every_algorithm_goes_with_every_attestation() {
    let root = TestRoot::seeded([1; 32]).unwrap();
    for alg in [Alg::ES256, Alg::EDDSA, Alg::RS256] {
        for attestation in [Attestation::None, Attestation::PackedSelf, Attestation::Packed] {
            for resident_key in ["required", "discouraged"] {
                let mut link = plug(model(&[Alg::ES256, Alg::EDDSA, Alg::RS256], attestation), &root);
                let options = creation(&[alg.0], resident_key);
                let registered = register(&mut link, &root, &options, &Twist::default()).await;
                assert_eq!(registered.algorithm, alg.0);
                let kind = &registered.attestation.kind;
                assert!(
                    matches!(
                        (attestation, kind),
                        (Attestation::None, AttestationType::None)
                            | (Attestation::PackedSelf, AttestationType::SelfAttestation)
                            | (Attestation::Packed, AttestationType::Certified(_))
                    ),
                    "{alg} {attestation:?}: {kind:?}"
                );
                link.replug().unwrap();
                login(&mut link, &request(&[&registered.record.id]), &registered).await;
                if resident_key == "required" {
                    login(&mut link, &request(&[]), &registered).await;
                }
            }
        }
    }
}

/// A key in a TPM: the statement verifies for both kinds of keys that a TPM has, and says what it is.
#[tokio::test]
async fn tpm_attestation_certifies_ecc_and_rsa_keys() {
    let root = TestRoot::seeded([1; 32]).unwrap();
    for alg in [Alg::ES256, Alg::RS256] {
        let mut profile = model(&[Alg::ES256, Alg::RS256], Attestation::Tpm);
        (profile.u2f, profile.versions.u2f_v2) = (None, false);
        let mut link = plug(profile, &root);
        let options = creation(&[alg.0], "required");
        let registered = register(&mut link, &root, &options, &Twist::default()).await;
        assert_eq!((registered.algorithm, registered.attestation.format.as_str()), (alg.0, "tpm"));
        assert!(matches!(registered.attestation.kind, AttestationType::Certified(_)));
        login(&mut link, &request(&[]), &registered).await;
    }
}

#[tokio::test]
async fn the_first_of_the_request_that_the_key_has_is_taken() {
    let root = TestRoot::seeded([1; 32]).unwrap();
    let all = [Alg::ES256, Alg::EDDSA, Alg::RS256];
    for (has, asked, taken) in [
        (&all[..], &[-257, -8, -7][..], Alg::RS256),
        (&all[..], &[-8, -257][..], Alg::EDDSA),
        (&all[..2], &[-257, -8, -7][..], Alg::EDDSA),
        (&all[..1], &[-257, -8, -7][..], Alg::ES256),
        (&all[2..], &[-7, -8, -257][..], Alg::RS256),
    ] {
        let mut profile = model(has, Attestation::None);
        // The last of them could not speak U2F.
        (profile.u2f, profile.versions.u2f_v2) = (None, false);
        let mut link = plug(profile, &root);
        let options = creation(asked, "discouraged");
        assert_eq!(register(&mut link, &root, &options, &Twist::default()).await.algorithm, taken.0);
    }
}

#[tokio::test]
async fn u2f_is_always_es256() {
    let root = TestRoot::seeded([1; 32]).unwrap();
    let mut link = plug(model(&[Alg::EDDSA, Alg::ES256], Attestation::None), &root);
    let twist = Twist { force_u2f: true, ..Twist::default() };
    let registered = register(&mut link, &root, &creation(&[-8, -7], "discouraged"), &twist).await;
    assert_eq!((registered.algorithm, registered.attestation.format.as_str()), (-7, "fido-u2f"));
    login(&mut link, &request(&[&registered.record.id]), &registered).await;
}

/// An RSA key has no place in a credential id: the credential is kept, and dies with a reset.
#[tokio::test]
async fn rs256_credentials_are_kept_by_the_key() {
    use client::link::{Link, Patient};
    let root = TestRoot::seeded([1; 32]).unwrap();
    let mut link = plug(model(&[Alg::RS256], Attestation::None), &root);
    let options = creation(&[-257], "discouraged");
    let first = register(&mut link, &root, &options, &Twist::default()).await;
    assert_eq!(first.record.id.len(), 32);
    login(&mut link, &request(&[]), &first).await;
    let second = register(&mut link, &root, &options, &Twist::default()).await;
    login(&mut link, &request(&[]), &second).await;
    let gone = Client::new(Manner::Faithful).get(&mut link, ORIGIN, &request(&[&first.record.id])).await;
    assert!(gone.is_err(), "the same account has one credential");
    link.replug().unwrap();
    assert_eq!(link.call(Protocol::Ctap2, &[7], &mut Patient).await.unwrap(), [0]);
    let gone = Client::new(Manner::Faithful).get(&mut link, ORIGIN, &request(&[&second.record.id])).await;
    assert!(gone.is_err());
}

/// The fast platform makes the same things, only other bytes.
#[tokio::test]
async fn the_fast_platform_knows_the_same_algorithms() {
    let root = TestRoot::seeded([1; 32]).unwrap();
    let profile = model(&[Alg::ES256, Alg::EDDSA, Alg::RS256], Attestation::PackedSelf);
    for alg in [-7, -8, -257] {
        let hands = Scripted::new(Script::Touch(Duration::from_millis(1)));
        let mut link = Local::new(profile, Box::new(Fast::new()), Box::new(hands)).unwrap();
        let options = creation(&[alg], "required");
        let registered = register(&mut link, &root, &options, &Twist::default()).await;
        login(&mut link, &request(&[]), &registered).await;
    }
}
