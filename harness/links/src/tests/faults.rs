//! Faults do what they say, and count it.

use super::*;

async fn make(link: &mut dyn Link) -> Result<client::Created, client::ClientError> {
    Client::new(client::Manner::Faithful).create(link, ORIGIN, &creation()).await
}

#[tokio::test]
async fn a_status_is_swapped_once() {
    let local = Local::new(profile("no-uv"), platform(), touch()).unwrap();
    // The first call is getInfo, the second makeCredential.
    let mut link = Message::new(local, Protocol::Ctap2, 2, Edit::Status(0x30));
    let fired = link.fired();
    assert_eq!(fired.count(), 0);
    let error = make(&mut link).await.unwrap_err();
    assert!(error.status.is_some_and(|s| s.contains("0x30")));
    assert_eq!(fired.count(), 1);
    assert!(make(&mut link).await.is_ok());
    assert_eq!(fired.count(), 1);
}

#[tokio::test]
async fn an_answer_is_cut_lost_or_turned() {
    for edit in [Edit::Cut(9), Edit::Lost] {
        let local = Local::new(profile("no-uv"), platform(), touch()).unwrap();
        let mut link = Message::new(local, Protocol::Ctap2, 2, edit);
        let fired = link.fired();
        let error = make(&mut link).await.unwrap_err();
        let by = if edit == Edit::Lost { Refuser::Link } else { Refuser::Key };
        assert_eq!((error.by, fired.count()), (by, 1), "{edit:?}: {error}");
    }
    let mut honest = Local::new(profile("yubikey-4"), platform(), touch()).unwrap();
    let created = make(&mut honest).await.unwrap();
    let mut link = Message::new(honest, Protocol::Ctap1, 2, Edit::Flip);
    let version = link.call(Protocol::Ctap1, &[0, 3, 0, 0], &mut Patient).await.unwrap();
    assert_eq!(version, b"U2F_V2\x90\x00");
    let version = link.call(Protocol::Ctap1, &[0, 3, 0, 0], &mut Patient).await.unwrap();
    assert_eq!(version, b"U2F_V3\x90\x00");
    assert!(!created.response.id.is_empty());
}

#[tokio::test]
async fn a_lying_key_signs_again_with_the_same_key() {
    let (lying, signer) = LyingKey::over(platform());
    assert!(signer.sign(b"nothing was signed yet").is_err());
    let mut link = Local::new(profile("no-uv"), Box::new(lying), touch()).unwrap();
    let created = make(&mut link).await.unwrap();
    let mut client = Client::new(client::Manner::Faithful);
    let asserted = client.get(&mut link, ORIGIN, &request(&created.response.id)).await.unwrap();
    let message = b"what the key never said";
    let signature = signer.sign(message).unwrap();
    assert_eq!(signer.fired(), 1);
    let object = webauthn::AttestationObject::parse(&created.response.response.attestation_object).unwrap();
    let (data, _) = wire::authdata::AuthData::parse(object.auth_data).unwrap();
    let key = wire::cose::PublicKey::decode(data.attested.unwrap().public_key).unwrap();
    let key = webauthn::key::PublicKey::from_cose(&key).unwrap();
    let scheme = webauthn::key::Scheme::EcdsaSha256;
    assert!(key.verify(scheme, message, &signature));
    assert!(!key.verify(scheme, message, &asserted.response.response.signature));
}

#[tokio::test]
async fn a_power_cut_leaves_whole_credentials_or_none() {
    // Which commit of the whole first registration fails; the first ones are those of power-on.
    let mut failed = 0;
    for nth in 1..8 {
        let mut seeded = Seeded::over(MemoryStore::new(), [7; 32]);
        provision(&mut seeded);
        let cut = PowerCut::new(seeded, nth);
        let fired = cut.fired();
        let made = match Local::new(profile("passkey"), Box::new(cut), touch()) {
            Err(error) => {
                assert_eq!(error, StoreError::Failed);
                failed += 1;
                continue;
            }
            Ok(mut link) => make(&mut link).await,
        };
        assert_eq!(made.is_ok(), fired.count() == 0, "commit {nth}: {made:?}");
        failed += fired.count();
    }
    assert!(failed > 0, "the power cut never fired");
}
