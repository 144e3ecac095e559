use super::*;
use crate::args::AttestationCaArgs;

fn maker(name: &str) -> Maker {
    let profile = profiles::find(name).unwrap().profile;
    let attesting = Attesting::of(None, &AttestationCaArgs { attestation_ca: None }).unwrap();
    Maker {
        profile,
        max_message: Some(1_100),
        seed: None,
        pin: None,
        attesting: attesting.into(),
        kept: None,
    }
}

fn wish(text: &str) -> ports::Wish {
    ports::Wish(text.to_owned())
}

#[test]
fn a_seed_is_a_number_or_bytes_and_makes_the_same_key_again() {
    let hex = "a1".repeat(32);
    let mut maker = maker("no-uv");
    let mut random = |text: &str| {
        let (_, mut platform) = maker.make(&wish(text)).unwrap();
        let mut out = [0; 16];
        platform.fill(&mut out);
        out
    };
    for seed in [format!("{{\"seed\": \"{hex}\"}}"), "{\"seed\": 7}".to_owned()] {
        assert_eq!(random(&seed), random(&seed), "{seed}");
    }
    assert_ne!(random("{\"seed\": 7}"), random("{\"seed\": 8}"));
    assert_ne!(random(""), random(""), "no seed, no sequence");
}

#[test]
fn settings_are_followed_within_what_the_port_carries() {
    let (mind, _) = maker("passkey")
        .make(&wish(r#"{"settings": {"touch-timeout-ms": 50, "max-msg-size": 2000}, "pin": "12345"}"#))
        .unwrap();
    assert_eq!(mind.profile().touch_timeout_ms, 50);
    assert_eq!(mind.profile().ctap2.unwrap().max_msg_size, 1_100);
}

#[test]
fn what_is_wrong_with_a_wish_is_said() {
    for (key, text, said) in [
        ("passkey", "{", "not understood"),
        ("passkey", r#"{"sead": 1}"#, "unknown field `sead`"),
        ("passkey", r#"{"seed": "a1"}"#, "64 hexadecimal"),
        ("passkey", r#"{"pin": "1"}"#, "at least"),
        ("passkey", r#"{"settings": {"max-msg-size": 5}}"#, "1024 to 7609"),
        ("yubikey-4", r#"{"pin": "1234"}"#, "takes no PIN"),
    ] {
        let why = maker(key).make(&wish(text)).err().unwrap();
        assert!(why.contains(said), "{text}: {why}");
    }
    let mut kept = maker("passkey");
    kept.kept = Some(Kept { directory: "k".into(), unlock: Unlock::KeyFile("f".into()) });
    assert!(kept.make(&wish("")).err().unwrap().contains("authenticatorReset"));
}
