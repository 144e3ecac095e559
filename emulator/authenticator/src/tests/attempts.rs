//! Any order of attempts, against a model of the counters a few lines long.

use std::vec::Vec;

use proptest::prelude::*;

use super::bench::Fault;
use super::client::{MC, Shared};
use super::key::{Key, modern};
use crate::{Step, UserAct};
use wire::Status;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The PIN is given, right or wrong, under a protocol.
    Pin(bool, i64),
    /// The PIN is changed, the old one being right or wrong.
    Change(bool),
    /// So many fingers are not known, then one is, or the user gives up.
    Finger(u8, bool),
    /// Power off and on.
    Replug,
    /// The power goes right after the charge of an attempt with the right PIN.
    Cut,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (any::<bool>(), 1..3_i64).prop_map(|(right, protocol)| Act::Pin(right, protocol)),
        1 => any::<bool>().prop_map(Act::Change),
        3 => (0..3_u8, any::<bool>()).prop_map(|(wrong, right)| Act::Finger(wrong, right)),
        2 => Just(Act::Replug),
        1 => Just(Act::Cut),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
    pin: u8,
    uv: u8,
    in_a_row: u8,
}

impl Model {
    fn attempt(&mut self, right: bool) -> Status {
        if self.pin == 0 {
            return Status::PIN_BLOCKED;
        }
        if self.in_a_row == 3 {
            return Status::PIN_AUTH_BLOCKED;
        }
        if right {
            *self = Self { pin: 8, uv: 5, in_a_row: 0 };
            return Status::OK;
        }
        self.pin -= 1;
        self.in_a_row += 1;
        match (self.pin, self.in_a_row) {
            (0, _) => Status::PIN_BLOCKED,
            (_, 3) => Status::PIN_AUTH_BLOCKED,
            _ => Status::PIN_INVALID,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn counters_are_as_the_model_has_them(acts in proptest::collection::vec(act(), 1..25)) {
        let mut key = Key::new(modern());
        key.set_pin(2, "1234");
        let mut model = Model { pin: 8, uv: 5, in_a_row: 0 };
        let mut pins: Vec<&str> = ["1234", "5678"].into();
        for act in acts {
            match act {
                Act::Pin(right, protocol) => {
                    let told = key.token(protocol, if right { pins[0] } else { "wrong" }, MC, None);
                    prop_assert_eq!(told.err().unwrap_or(Status::OK), model.attempt(right));
                }
                Act::Change(right) => {
                    let told = key.change_pin(2, if right { pins[0] } else { "wrong" }, pins[1]);
                    prop_assert_eq!(told, model.attempt(right));
                    if told == Status::OK {
                        pins.swap(0, 1);
                    }
                }
                Act::Finger(wrong, right) => finger(&mut key, &mut model, wrong, right),
                Act::Replug => {
                    key = key.replug();
                    model.in_a_row = 0;
                    let uv = key.uv_retries();
                    prop_assert!(uv == model.uv || uv + 1 == model.uv);
                    model.uv = uv;
                }
                Act::Cut if model.pin > 0 && model.in_a_row < 3 => {
                    let shared = Shared::with(&mut key, 2);
                    key.bench.fault = Some((key.bench.commits, Fault::After));
                    prop_assert_eq!(key.pin_status(shared.pin_token(pins[0])), Status::OTHER);
                    key = key.replug();
                    model.pin -= 1;
                    model.in_a_row = 0;
                    model.uv = key.uv_retries();
                }
                Act::Cut => {}
            }
            prop_assert_eq!(key.pin_retries(), (model.pin, model.in_a_row == 3));
            prop_assert_eq!(key.uv_retries(), model.uv);
        }
    }
}

fn finger(key: &mut Key, model: &mut Model, wrong: u8, right: bool) {
    let shared = Shared::with(key, 2);
    let mut step = key.pin_step(shared.token_by_uv(MC, None));
    if model.uv == 0 {
        assert_eq!(key.status(step), Status::UV_BLOCKED);
        return;
    }
    for _ in 0..wrong {
        if let Step::Ask(_) = step {
            step = key.user(UserAct::Mismatch);
            model.uv -= 1;
        }
    }
    if let Step::Ask(_) = step {
        step = key.user(if right { UserAct::Verified } else { UserAct::Declined });
        let status = Status(key.bytes(step)[0]);
        assert_eq!(status, if right { Status::OK } else { Status::OPERATION_DENIED });
        if right {
            model.uv = 5;
        }
    } else {
        assert_eq!(key.status(step), Status::UV_BLOCKED, "all were used up");
    }
}
