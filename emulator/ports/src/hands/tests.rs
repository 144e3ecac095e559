use super::*;

const VERIFY: Ask = Ask::Verification { attempts_left: 3 };

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What the hands do about a question.
fn answer(hands: &mut Hands, ask: Ask) -> Option<UserAct> {
    hands.asked(ms(1_000), ask);
    assert_eq!(hands.act(ms(1_099)), None, "too early");
    let due = hands.due();
    let act = hands.act(ms(1_100));
    assert_eq!((due.is_some(), hands.due()), (act.is_some(), None));
    act
}

#[test]
fn each_will_comes_to_its_act() {
    use UserAct::{Declined, Mismatch, Touched, Verified};
    for (up, uv, presence, verification) in [
        (Up::Auto, Uv::Ok, Some(Touched), Some(Verified)),
        (Up::Auto, Uv::Fail, Some(Touched), Some(Mismatch)),
        (Up::Auto, Uv::Never, Some(Touched), None),
        (Up::Refuse, Uv::Ok, Some(Declined), Some(Declined)),
        (Up::Refuse, Uv::Never, Some(Declined), Some(Declined)),
        (Up::Never, Uv::Ok, None, None),
        (Up::Never, Uv::Fail, None, None),
        (Up::Person, Uv::Ok, None, None),
    ] {
        let mut hands = Hands::new(up, ms(100));
        hands.set_uv(uv);
        assert_eq!(answer(&mut hands, Ask::Presence), presence, "{up:?} {uv:?}");
        assert_eq!(answer(&mut hands, VERIFY), verification, "{up:?} {uv:?}");
        assert_eq!(hands.are_a_persons(), up == Up::Person);
    }
}

#[test]
fn once_is_once() {
    let mut hands = Hands::new(Up::Once, ms(100));
    assert_eq!(answer(&mut hands, Ask::Presence), Some(UserAct::Touched));
    assert_eq!(answer(&mut hands, Ask::Presence), None);
    hands.set_up(Up::Once);
    assert_eq!(answer(&mut hands, VERIFY), Some(UserAct::Verified));
    assert_eq!(answer(&mut hands, VERIFY), None);
}

#[test]
fn a_question_that_is_gone_is_not_answered() {
    let mut hands = Hands::new(Up::Auto, ms(100));
    hands.asked(ms(0), Ask::Presence);
    hands.released();
    assert_eq!((hands.due(), hands.act(ms(500))), (None, None));
}
