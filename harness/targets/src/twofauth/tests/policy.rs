use plan::Policy;
use plan::policy::{Conveyance, Login, Requirement};
use serde_json::{Value, json};

use crate::target::TargetError;
use crate::twofauth::policy::{Setup, setup};
use crate::twofauth::wish::{Recovery, Wish, read};

fn passwordless() -> Policy {
    Policy { login: Login::Passwordless, ..Policy::default() }
}

fn wish(value: Value) -> Result<Wish, TargetError> {
    read(value.as_object().unwrap(), "[server]")
}

#[test]
fn the_environment_decides() {
    assert_eq!(setup(&passwordless(), &Wish::default()).unwrap(), Setup::default());
    let required = Policy { user_verification: Requirement::Required, ..passwordless() };
    let own = wish(json!({"rp-id": "example.test"})).unwrap();
    let made = setup(&required, &own).unwrap();
    assert_eq!((made.user_verification, made.rp_id.as_deref()), ("required", Some("example.test")));
}

#[test]
fn what_it_lacks_is_unsupported() {
    let all = [
        Policy::default(),
        Policy { resident_key: Requirement::Required, ..passwordless() },
        Policy { attestation: Conveyance::Direct, ..passwordless() },
        Policy { algorithms: vec![-7], ..passwordless() },
        Policy { exclude_credentials: false, ..passwordless() },
    ];
    for policy in all {
        assert!(matches!(setup(&policy, &Wish::default()), Err(TargetError::Unsupported(_))), "{policy:?}");
    }
}

#[test]
fn a_scenario_s_own_words() {
    assert_eq!(wish(json!({})).unwrap(), Wish::default());
    let Err(TargetError::Unknown(why)) = wish(json!({"rp-di": "example.test"})) else { panic!() };
    assert!(why.contains("rp-di"), "{why}");
    let how: Recovery = read(json!({"revoke-all": false}).as_object().unwrap(), "x").unwrap();
    assert_eq!(how, Recovery { revoke_all: Some(false), ..Recovery::default() });
}
