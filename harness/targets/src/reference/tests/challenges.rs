//! Challenges and sessions: repeatable, bound, for one use, and not for ever. Time is moved by hand.

use std::time::Duration;

use plan::Policy;

use super::key::Key;
use super::scene::{Agent, ORIGIN, Scene};
use crate::reference::flaws::Flaws;

const MINUTE: Duration = Duration::from_secs(60);

fn scene() -> Scene {
    Scene::new(Policy::default(), Flaws::NONE)
}

#[test]
fn a_seeded_site_repeats_itself() {
    let run = || {
        let scene = scene();
        let mut agent = scene.agent("alice");
        let first = scene.offer_registration(&mut agent);
        let second = scene.offer_registration(&mut agent);
        (agent.token, first, second)
    };
    let (token, first, second) = run();
    assert_eq!(run(), (token, first.clone(), second.clone()));
    assert_ne!(first.challenge, second.challenge);
    assert_eq!(first.challenge.len(), 32);
    assert_eq!((first.user.id.len(), &first.user.id), (32, &second.user.id));
}

#[test]
fn a_challenge_is_good_for_five_minutes() {
    for (age, accepted) in [(5 * MINUTE - Duration::from_millis(1), true), (5 * MINUTE, false)] {
        let mut scene = scene();
        let mut agent = scene.agent("alice");
        let options = scene.offer_registration(&mut agent);
        assert_eq!(options.timeout, Some(300_000));
        scene.now += age;
        let outcome = scene.send_registration(&agent, &Key::new(1).create(&options, ORIGIN, |_| ()));
        assert_eq!(outcome.is_ok(), accepted);
        assert!(outcome.err().is_none_or(|refusal| refusal.check == "challenge"));
    }
}

#[test]
fn a_refused_response_uses_its_challenge_up() {
    let scene = scene();
    let mut agent = scene.agent("alice");
    let options = scene.offer_registration(&mut agent);
    let wrong = Key::new(1).create(&options, ORIGIN, |d| d.flags = 0x40);
    assert_eq!(scene.send_registration(&agent, &wrong).unwrap_err().check, "user-present");
    let right = Key::new(1).create(&options, ORIGIN, |_| ());
    assert_eq!(scene.send_registration(&agent, &right).unwrap_err().check, "challenge");
}

#[test]
fn of_many_challenges_the_newest_sixteen_stay() {
    let scene = scene();
    let mut agent = scene.agent("alice");
    let offers: Vec<_> = (0..17).map(|_| scene.offer_registration(&mut agent)).collect();
    let send = |at: usize, seed| {
        scene.send_registration(&agent, &Key::new(seed).create(&offers[at], ORIGIN, |_| ()))
    };
    assert_eq!(send(0, 1).unwrap_err().check, "challenge");
    for (at, seed) in (1..17).zip(1..) {
        assert!(send(at, seed).is_ok(), "{at}");
    }
}

#[test]
fn a_session_ends_after_eight_hours_and_with_logout() {
    let mut scene = scene();
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    let before = agent.token.clone();
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).unwrap();
    assert_ne!(agent.token, before, "the cookie changes with what it is good for");
    assert_eq!(scene.whoami(&Agent { token: before }), None);
    let other = scene.agent("alice");
    assert_eq!(scene.whoami(&other), None, "a password alone is no login");
    scene.now += 480 * MINUTE - Duration::from_millis(1);
    assert_eq!(scene.whoami(&agent).as_deref(), Some("alice"));
    scene.now += Duration::from_millis(1);
    assert_eq!(scene.whoami(&agent), None);

    let mut scene = self::scene();
    scene.now += MINUTE;
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_login(&mut agent, None);
    let response = key.get(&options, ORIGIN, |_| ());
    scene.send_login(&mut agent, &response).unwrap();
    scene.site.logout(agent.token.as_deref().unwrap());
    assert_eq!(scene.whoami(&agent), None);
}

#[test]
fn what_was_offered_to_one_user_is_not_for_the_next_in_the_same_session() {
    for (next, accepted) in [("alice", true), ("bob", false)] {
        let scene = scene();
        let mut agent = scene.agent("alice");
        let options = scene.offer_registration(&mut agent);
        let token = scene.site.password(agent.token.as_deref(), next, "secret", scene.now).unwrap();
        agent.token = Some(token);
        let response = Key::new(1).create(&options, ORIGIN, |_| ());
        assert_eq!(scene.send_registration(&agent, &response).is_ok(), accepted, "{next}");
    }
}
