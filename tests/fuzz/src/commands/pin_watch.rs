//! What may be said of the PIN: which it is, and how often it was wrong.

use wire::Status;

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Known {
    #[default]
    Unset,
    Set(&'static str),
    /// A reply was lost.
    Unsure,
}

/// What a request to authenticatorClientPIN does with PINs.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub subcommand: u8,
    /// PIN/UV auth protocol two.
    pub second: bool,
    /// The PIN that it shows to be known.
    pub shown: Option<&'static str>,
    /// The PIN that it sets.
    pub new: Option<&'static str>,
}

/// The PIN of a key.
#[derive(Default)]
pub struct PinWatch {
    known: Known,
    /// Wrong ones in a row since the power came.
    wrong: u8,
    /// Until the power goes.
    blocked: bool,
    /// Until a reset.
    blocked_for_good: bool,
}

impl PinWatch {
    pub fn power_cycle(&mut self) {
        self.wrong = 0;
        self.blocked = false;
    }

    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The power was cut while something was done with the PIN, or with all.
    pub fn doubt(&mut self, all: bool) {
        self.known = Known::Unsure;
        self.blocked_for_good &= !all;
    }

    /// A question was answered.
    pub fn answered(&mut self, question: &Question, status: Status) {
        match status {
            Status::OK => self.granted(question),
            _ if question.shown.is_none() => {}
            Status::PIN_INVALID => {
                self.wrong += 1;
                assert!(self.wrong < 3, "three wrong PINs in a row, and the power need not go");
            }
            Status::PIN_AUTH_BLOCKED => self.blocked = true,
            Status::PIN_BLOCKED => self.blocked_for_good = true,
            // It may have been right, and something else failed.
            _ => self.wrong = 0,
        }
    }

    fn granted(&mut self, question: &Question) {
        if let Some(shown) = question.shown {
            assert!(!self.blocked, "the power had to go first");
            assert!(!self.blocked_for_good, "only a reset helps");
            match self.known {
                Known::Set(pin) => assert_eq!(shown, pin, "a wrong PIN was taken"),
                Known::Unset => panic!("a PIN was taken and none is set"),
                Known::Unsure => self.known = Known::Set(shown),
            }
            self.wrong = 0;
        }
        if let Some(new) = question.new {
            let first = question.shown.is_none();
            assert!(!(first && matches!(self.known, Known::Set(_))), "a PIN was set in place of another");
            assert!(new.chars().count() >= 4, "a PIN of {} characters", new.chars().count());
            self.known = Known::Set(new);
        }
    }

    /// Something was granted to a request of which it is not known what it meant.
    pub fn stranger(&mut self) {
        self.known = Known::Unsure;
        self.wrong = 0;
    }
}
