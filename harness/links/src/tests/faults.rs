//! Faults do what they say, and count it.

use super::*;

async fn make(link: &mut dyn Link) -> Result<client::Created, client::ClientError> {
    Client::new(client::Manner::Faithful).create(link, ORIGIN, &creation()).await
}

#[tokio::test]
async fn a_status_is_swapped_once() {
    let local = Local::new(profile("no-uv"), platform(), touch()).unwrap();
    // The first call is getInfo, the second makeCredential.
    let mut link = Message::new(local);
    let trap = link.trap();
    assert!(make(&mut link).await.is_ok());
    trap.arm(Which::Any, 2, Edit::Status(0x30));
    assert_eq!(trap.fired(), 0);
    let error = make(&mut link).await.unwrap_err();
    assert!(error.status.is_some_and(|s| s.contains("0x30")));
    assert_eq!(trap.fired(), 1);
    assert!(make(&mut link).await.is_ok());
    assert_eq!(trap.fired(), 1);
    trap.arm(Which::Any, 1, Edit::Status(0x30));
    trap.disarm();
    assert!(make(&mut link).await.is_ok());
}

#[tokio::test]
async fn an_answer_is_cut_lost_or_turned() {
    for (name, edit, by) in [
        ("no-uv", Edit::Cut(9), Refuser::Key),
        ("no-uv", Edit::Lost, Refuser::Link),
        ("yubikey-4", Edit::Lost, Refuser::Link),
    ] {
        let mut link = Message::new(Local::new(profile(name), platform(), touch()).unwrap());
        let trap = link.trap();
        trap.arm(Which::Ceremony, 1, edit);
        let error = make(&mut link).await.unwrap_err();
        assert_eq!((error.by, trap.fired()), (by, 1), "{name} {edit:?}: {error}");
    }
    let mut link = Message::new(Local::new(profile("yubikey-4"), platform(), touch()).unwrap());
    link.trap().arm(Which::Any, 2, Edit::Flip);
    for expected in [b"U2F_V2\x90\x00", b"U2F_V3\x90\x00", b"U2F_V2\x90\x00"] {
        let version = link.call(Protocol::Ctap1, &[0, 3, 0, 0], &mut Patient).await.unwrap();
        assert_eq!(version, expected);
    }
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
    let (mut fired, mut spared) = (0, 0);
    for nth in 1..6 {
        let (cut, switch) = PowerCut::over(seeded());
        let mut link = Local::new(profile("passkey"), Box::new(cut), touch()).unwrap();
        let mut client = Client::new(client::Manner::Faithful);
        let before = client.create(&mut link, ORIGIN, &creation()).await.unwrap();
        switch.cut_at(nth);
        let made = client.create(&mut link, ORIGIN, &creation()).await;
        assert_eq!(made.is_ok(), switch.fired() == 0, "commit {nth}: {made:?}");
        fired += usize::from(switch.fired() > 0);
        spared += usize::from(switch.fired() == 0);
        switch.on();
        link.replug().unwrap();
        client.get(&mut link, ORIGIN, &request(&before.response.id)).await.unwrap();
        client.create(&mut link, ORIGIN, &creation()).await.unwrap();
    }
    assert!(fired > 0 && spared > 0, "cut {fired} times, spared {spared} times");
}
