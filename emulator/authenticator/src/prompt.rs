//! U2F's touch: it falls between two requests, since U2F never waits.
//!
//! A request that needs a touch sets the prompt and is answered CONDITIONS_NOT_SATISFIED; the client polls. A touch is kept
//! until the prompt ends, and the next request for the same application uses it up.

use core::time::Duration;

use crate::event::{Channel, Uptime};
use crate::profile::Profile;

/// A prompt that was set by a U2F request.
pub(crate) struct Prompt {
    /// Whose request.
    pub(crate) from: Channel,
    /// When it ends; each poll and the touch put this off.
    pub(crate) until: Uptime,
    /// The application parameter.
    application: [u8; 32],
    /// A touch was given and not yet used.
    touched: bool,
}

impl Prompt {
    /// Whether a touch is still to be given.
    pub(crate) fn open(&self) -> bool {
        !self.touched
    }

    /// Keeps a touch.
    pub(crate) fn touch(&mut self, now: Uptime, profile: &Profile) {
        self.touched = true;
        self.until = until(now, profile);
    }
}

/// Uses up a touch for the application; if there is none, sets the prompt or keeps it alive.
pub(crate) fn presence(
    prompt: &mut Option<Prompt>,
    now: Uptime,
    profile: &Profile,
    from: Channel,
    application: &[u8; 32],
) -> bool {
    if prompt.as_ref().is_some_and(|prompt| prompt.touched && prompt.application == *application) {
        *prompt = None;
        return true;
    }
    *prompt = Some(Prompt { from, until: until(now, profile), application: *application, touched: false });
    false
}

fn until(now: Uptime, profile: &Profile) -> Uptime {
    now.saturating_add(Duration::from_millis(u64::from(profile.u2f_prompt_ms)))
}
