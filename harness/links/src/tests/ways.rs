//! Registration, login, and what a key refuses, over each link.

use super::*;

#[tokio::test]
async fn every_key_registers_and_logs_in() {
    for name in profiles::names() {
        for (way, mut link) in ways(name, touch) {
            let link = link.as_mut();
            let mut client = Client::new(client::Manner::Faithful);
            let created = client
                .create(link, ORIGIN, &creation())
                .await
                .unwrap_or_else(|e| panic!("{name} {way}: {e}"));
            link.again().unwrap();
            let asserted = client.get(link, ORIGIN, &request(&created.response.id)).await;
            assert_eq!(asserted.unwrap().response.raw_id, created.response.raw_id, "{name} {way}");
        }
    }
}

#[tokio::test]
async fn both_ways_give_the_same_bytes() {
    for name in profiles::names() {
        let mut made = Vec::new();
        for (_, mut link) in ways(name, touch) {
            let mut client = Client::new(client::Manner::Faithful);
            made.push(client.create(link.as_mut(), ORIGIN, &creation()).await.unwrap());
        }
        assert_eq!(made[0], made[1], "{name}");
    }
}

#[tokio::test]
async fn a_key_refuses_the_protocol_that_it_lacks() {
    let cases = [("yubikey-4", Protocol::Ctap2, &[4][..]), ("no-uv", Protocol::Ctap1, &[0, 3, 0, 0])];
    for (name, protocol, message) in cases {
        for (way, mut link) in ways(name, touch) {
            let answer = link.call(protocol, message, &mut Patient).await;
            assert_eq!(answer, Err(LinkError::NoProtocol), "{name} {way}");
        }
    }
}

#[tokio::test]
async fn a_long_message_is_framed_both_ways() {
    let mut framed = Framed::new(profile("passkey"), platform(), touch()).unwrap();
    let answer = framed.call(Protocol::Ctap2, &[4], &mut Patient).await.unwrap();
    assert!(answer.len() > 57, "getInfo has {} bytes", answer.len());
    // INIT and its answer, the request in one packet, and the answer in several.
    assert!(framed.packets() > 4, "{} packets", framed.packets());
    let too_long = vec![4; 8_000];
    let answer = framed.call(Protocol::Ctap2, &too_long, &mut Patient).await;
    assert!(matches!(answer, Err(LinkError::Transport(why)) if why.contains("too long")));
}

#[tokio::test]
async fn the_record_has_every_call() {
    let mut link = Record::new(Local::new(profile("yubikey-4"), platform(), touch()).unwrap());
    let mut client = Client::new(client::Manner::Faithful);
    client.create(&mut link, ORIGIN, &creation()).await.unwrap();
    let calls = link.take();
    assert_eq!(calls[0].answer, Err(LinkError::NoProtocol));
    assert!(calls.iter().any(|c| c.protocol == Protocol::Ctap1 && c.answer == Ok(vec![0x69, 0x85])));
    assert!(calls.last().is_some_and(|c| c.answer.as_ref().is_ok_and(|a| a.ends_with(&[0x90, 0x00]))));
    assert!(link.take().is_empty());
}
