//! The hands at a plugged key: what happens when it asks.

use std::time::Duration;

use authenticator::{Ask, Uptime, UserAct};

/// Whether the user acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Up {
    /// At each question, after some time.
    Auto,
    /// Not at all.
    Never,
    /// At the next question, and then not at all.
    Once,
    /// Refuses each question.
    Refuse,
    /// A person decides; see [`Order::Act`](crate::Order::Act).
    Person,
}

/// How built-in user verification goes, where the user acts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uv {
    /// The user is recognised.
    Ok,
    /// The user is not recognised, at any attempt.
    Fail,
    /// Nothing comes of it: a finger that is not laid on.
    Never,
}

/// What a person does with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Touches it; with the right finger, where the key verifies.
    Touch,
    /// Refuses.
    Refuse,
    /// Lays a wrong finger on, where the key verifies.
    WrongFinger,
}

impl Gesture {
    /// What that is for a key that asks so; `None` if it is nothing.
    #[must_use]
    pub const fn act(self, ask: Ask) -> Option<UserAct> {
        match (self, ask) {
            (Self::Touch, Ask::Presence) => Some(UserAct::Touched),
            (Self::Touch, Ask::Verification { .. }) => Some(UserAct::Verified),
            (Self::WrongFinger, Ask::Verification { .. }) => Some(UserAct::Mismatch),
            (Self::WrongFinger, Ask::Presence) => None,
            (Self::Refuse, _) => Some(UserAct::Declined),
        }
    }
}

/// What the user does, and when it is due.
#[derive(Clone, Debug)]
pub struct Hands {
    up: Up,
    uv: Uv,
    after: Duration,
    planned: Option<(Uptime, UserAct)>,
}

impl Hands {
    /// Hands that act so long `after` the key has asked. Where the key verifies by itself, the user is recognised.
    #[must_use]
    pub const fn new(up: Up, after: Duration) -> Self {
        Self { up, uv: Uv::Ok, after, planned: None }
    }

    /// From now on so.
    pub fn set_up(&mut self, up: Up) {
        self.up = up;
    }

    /// From now on so.
    pub fn set_uv(&mut self, uv: Uv) {
        self.uv = uv;
    }

    /// From the next question on.
    pub fn set_after(&mut self, after: Duration) {
        self.after = after;
    }

    /// Whether a person is to be asked.
    #[must_use]
    pub fn are_a_persons(&self) -> bool {
        self.up == Up::Person
    }

    /// The key asks, for the first time or again; or the hands have just been told to do something else about it.
    pub fn asked(&mut self, now: Uptime, ask: Ask) {
        let acts = match (ask, self.uv) {
            (Ask::Presence, _) => Some(UserAct::Touched),
            (Ask::Verification { .. }, Uv::Ok) => Some(UserAct::Verified),
            (Ask::Verification { .. }, Uv::Fail) => Some(UserAct::Mismatch),
            (Ask::Verification { .. }, Uv::Never) => None,
        };
        let act = match self.up {
            Up::Auto => acts,
            Up::Once => {
                self.up = Up::Never;
                acts
            }
            Up::Refuse => Some(UserAct::Declined),
            Up::Never | Up::Person => None,
        };
        self.planned = act.map(|act| (now.saturating_add(self.after), act));
    }

    /// The key no longer asks.
    pub fn released(&mut self) {
        self.planned = None;
    }

    /// When [`act`](Self::act) is due.
    #[must_use]
    pub fn due(&self) -> Option<Uptime> {
        self.planned.map(|(at, _)| at)
    }

    /// What the user does now.
    pub fn act(&mut self, now: Uptime) -> Option<UserAct> {
        self.planned.take_if(|(at, _)| *at <= now).map(|(_, act)| act)
    }
}

#[cfg(test)]
mod tests;
