//! The hands at the key: what a person does when the key asks, and after how long.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use authenticator::{Ask, UserAct, Waiting};

/// What a person does with the key, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Acts, so long after the key asked.
    Act {
        /// How long after.
        after: Duration,
        /// What.
        act: UserAct,
    },
    /// Pulls the key out, so long after it asked.
    Unplug {
        /// How long after.
        after: Duration,
    },
    /// Does nothing.
    Nothing,
}

/// A scripted user, or a relay on a real key.
pub trait Hands: Send {
    /// The key asks. Called once for each time that it asks, and again after a finger that was not recognised.
    fn asked(&mut self, waiting: &Waiting<'_>) -> Gesture;
}

/// What a scripted user does each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Touches, or verifies where the key asks for it, after that time.
    Touch(Duration),
    /// Refuses after that time.
    Refuse(Duration),
    /// Does nothing.
    Never,
    /// Shows wrong fingers so often, then the right one, each after that time.
    WrongFinger(u8, Duration),
    /// Pulls the key out after that time.
    Unplug(Duration),
}

/// Hands that follow a script, which can be changed from outside between two ceremonies.
#[derive(Clone, Debug)]
pub struct Scripted {
    script: Arc<Mutex<Script>>,
}

impl Scripted {
    /// Hands that follow `script`.
    pub fn new(script: Script) -> Self {
        Self { script: Arc::new(Mutex::new(script)) }
    }

    /// From now on, `script`. Clones of these hands follow it too.
    pub fn follow(&self, script: Script) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = script;
    }
}

impl Hands for Scripted {
    fn asked(&mut self, waiting: &Waiting<'_>) -> Gesture {
        let right = match waiting.ask {
            Ask::Presence => UserAct::Touched,
            Ask::Verification { .. } => UserAct::Verified,
        };
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *script {
            Script::Touch(after) => Gesture::Act { after: *after, act: right },
            Script::Refuse(after) => Gesture::Act { after: *after, act: UserAct::Declined },
            Script::Never => Gesture::Nothing,
            Script::WrongFinger(0, after) => Gesture::Act { after: *after, act: right },
            Script::WrongFinger(left, after) => {
                *left -= 1;
                Gesture::Act { after: *after, act: UserAct::Mismatch }
            }
            Script::Unplug(after) => Gesture::Unplug { after: *after },
        }
    }
}
