//! What no case can do with a key that is somebody else's.

use plan::Scenario;
use plan::policy::{Requirement, Trust};
use plan::scenario::{Anchors, KeyWish};
use plan::step::{Fault, HandsWish, Verb};
use plan::tamper::Tamper;

use super::Consent;

/// Why a scenario cannot run with a key of somebody else's, for people; `None` if it can. `rooted`: its maker's root is known.
pub fn beyond(scenario: &Scenario, consent: Consent, rooted: bool) -> Option<String> {
    let mut keys: Vec<&str> = scenario.steps.iter().filter_map(|step| step.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() > 1 {
        return told("takes two keys, and one is attached");
    }
    if scenario.key != KeyWish::default() {
        return told(
            "changes how the key counts, attests or is backed up, which only AnyKey's own keys let it",
        );
    }
    if scenario.anchors != Anchors::Own {
        return told(
            "needs a certificate of a root that the server does not trust, which only AnyKey's own keys have",
        );
    }
    if scenario.policy.trust == Trust::Anchored && !rooted {
        return told("has the server trust the root of the key's maker: name that with `--trust`");
    }
    scenario.steps.iter().find_map(|step| by_step(&step.verb, consent)).or_else(|| {
        let resides = scenario.policy.resident_key != Requirement::Discouraged;
        (resides && !consent.keep).then(|| {
            "the scenario makes resident credentials on the key: allow it with `--may keep`".to_owned()
        })
    })
}

fn by_step(verb: &Verb, consent: Consent) -> Option<String> {
    match verb {
        Verb::Register(ceremony) | Verb::Login(ceremony) => {
            if ceremony.tamper.iter().any(Tamper::needs_lying_key) {
                return told("has the key sign what it did not say, which only AnyKey's own keys do");
            }
            let resides = |tamper: &Tamper| matches!(tamper, Tamper::Options(edit) if edit.resident_key.is_some_and(|r| r != Requirement::Discouraged));
            if !consent.keep && ceremony.tamper.iter().any(resides) {
                return told("makes resident credentials on the key: allow it with `--may keep`");
            }
            match (ceremony.fault, ceremony.hands) {
                (Some(Fault::PowerCut(_)), _) => told("cuts the power in the middle of the key's work"),
                (_, HandsWish::Refuse) => told("has the user refuse, for which a key has no button"),
                (_, HandsWish::WrongFinger) => {
                    told("has the user show wrong fingers, which may block the key")
                }
                _ => None,
            }
        }
        Verb::Reset { .. } if !consent.reset => {
            told("resets the key, and everything on it is lost: allow it with `--may reset`")
        }
        _ => None,
    }
}

fn told(why: &str) -> Option<String> {
    Some(format!("the scenario {why}"))
}
