//! The hands of the links with virtual time: asked when the key asks, and due at their moment.

use authenticator::{Ask, Uptime, Waiting};

use crate::hands::{Gesture, Hands};

/// The hands, and what they are about to do.
pub(crate) struct Waits {
    hands: Box<dyn Hands>,
    asked: Option<Ask>,
    pending: Option<(Uptime, Gesture)>,
}

impl Waits {
    pub(crate) fn new(hands: Box<dyn Hands>) -> Self {
        Self { hands, asked: None, pending: None }
    }

    /// Nobody is asked any more: the key lost power.
    pub(crate) fn forget(&mut self) {
        (self.asked, self.pending) = (None, None);
    }

    /// Looks at the key after each of its steps. A U2F prompt shows in no other way, and a touch for it falls between two polls.
    pub(crate) fn look(&mut self, now: Uptime, waiting: Option<Waiting<'_>>) {
        let Some(waiting) = waiting else { return self.forget() };
        if self.asked == Some(waiting.ask) {
            return;
        }
        self.asked = Some(waiting.ask);
        let gesture = self.hands.asked(&waiting);
        self.pending = match gesture {
            Gesture::Act { after, .. } | Gesture::Unplug { after } => {
                Some((now.saturating_add(after), gesture))
            }
            Gesture::Nothing => None,
        };
    }

    /// When the hands act.
    pub(crate) fn due(&self) -> Option<Uptime> {
        self.pending.map(|(at, _)| at)
    }

    /// What the hands do now, if they do something by `now`.
    pub(crate) fn take(&mut self, now: Uptime) -> Option<Gesture> {
        let (_, gesture) = self.pending.take_if(|(at, _)| *at <= now)?;
        Some(gesture)
    }
}

/// How often a key says that it waits: CTAPHID wants every 100 ms.
pub(crate) const KEEPALIVE: Uptime = Uptime::from_millis(100);
