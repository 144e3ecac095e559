//! What the hands do, and when; virtual time only.

use super::*;

async fn refused(link: &mut dyn Link) -> client::ClientError {
    let mut client = Client::new(client::Manner::Faithful);
    client.create(link, ORIGIN, &creation()).await.unwrap_err()
}

fn script(script: Script) -> impl Fn() -> Box<dyn Hands> {
    move || Box::new(Scripted::new(script))
}

#[tokio::test]
async fn a_touch_comes_at_its_time() {
    for name in profiles::names() {
        for (way, mut link) in ways(name, script(Script::Touch(Duration::from_millis(2_300)))) {
            let mut client = Client::new(client::Manner::Faithful);
            client.create(link.as_mut(), ORIGIN, &creation()).await.unwrap();
            let took = link.clock();
            let range = Duration::from_millis(2_300)..Duration::from_millis(4_000);
            assert!(range.contains(&took), "{name} {way} took {took:?}");
        }
    }
}

#[tokio::test]
async fn nobody_touches_and_the_key_or_the_client_gives_up() {
    for name in profiles::names() {
        for (way, mut link) in ways(name, script(Script::Never)) {
            let error = refused(link.as_mut()).await;
            assert_eq!(error.name.name(), "NotAllowedError", "{name} {way}: {error}");
            assert!(link.clock() >= Duration::from_secs(10), "{name} {way}: {:?}", link.clock());
        }
    }
}

#[tokio::test]
async fn a_refusal_ends_the_ceremony_at_once() {
    for name in ["passkey", "no-uv"] {
        for (way, mut link) in ways(name, script(Script::Refuse(Duration::from_secs(1)))) {
            let error = refused(link.as_mut()).await;
            assert_eq!(
                (error.name.name(), error.by),
                ("NotAllowedError", Refuser::Key),
                "{name} {way}: {error}"
            );
            assert!(link.clock() < Duration::from_secs(2), "{name} {way}: {:?}", link.clock());
        }
    }
}

#[tokio::test]
async fn wrong_fingers_are_counted() {
    // The key lets its user try five times (uvRetries), three of them in one go; the client asks again until it is blocked.
    for (fingers, passes) in [(0, true), (1, true), (3, true), (4, true), (5, false)] {
        for (way, mut link) in ways("passkey", script(Script::WrongFinger(fingers, Duration::from_secs(1)))) {
            let mut client = Client::new(client::Manner::Faithful);
            let made = client.create(link.as_mut(), ORIGIN, &creation()).await;
            assert_eq!(made.is_ok(), passes, "{way} with {fingers} wrong fingers: {made:?}");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_pulled_out_is_gone_until_it_comes_back() {
    for name in ["passkey", "no-uv"] {
        for (way, mut link) in ways(name, script(Script::Unplug(Duration::from_secs(1)))) {
            let error = refused(link.as_mut()).await;
            assert_eq!(error.by, Refuser::Link, "{name} {way}: {error}");
            let info = link.call(Protocol::Ctap2, &[4], &mut Patient).await;
            assert!(matches!(info, Err(LinkError::Gone(_))), "{name} {way}");
            link.again().unwrap();
            assert!(link.call(Protocol::Ctap2, &[4], &mut Patient).await.is_ok(), "{name} {way}");
        }
    }
}

/// Cancels at the third keepalive.
struct Impatient(u8);

impl Watch for Impatient {
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()> {
        assert_eq!(why, Waiting::User);
        self.0 += 1;
        if self.0 < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

#[tokio::test]
async fn a_client_cancels() {
    for (way, mut link) in ways("no-uv", script(Script::Never)) {
        let mut client = Client::new(client::Manner::Faithful).with_watch(Impatient(0));
        let error = client.create(link.as_mut(), ORIGIN, &creation()).await.unwrap_err();
        assert_eq!(error.name.name(), "AbortError", "{way}: {error}");
        assert!(link.clock() < Duration::from_secs(1), "{way}: {:?}", link.clock());
    }
}

#[test]
fn a_script_can_be_changed_between_two_ceremonies() {
    let hands = Scripted::new(Script::Never);
    let mut clone = hands.clone();
    let waiting = authenticator::Waiting {
        ask: authenticator::Ask::Presence,
        protocol: Protocol::Ctap2,
        rp_id: None,
        user_name: None,
    };
    assert_eq!(clone.asked(&waiting), Gesture::Nothing);
    hands.follow(Script::Touch(Duration::ZERO));
    let act = authenticator::UserAct::Touched;
    assert_eq!(clone.asked(&waiting), Gesture::Act { after: Duration::ZERO, act });
}
