//! The step machine: one request in work, one prompt, one clock given from outside.

use core::time::Duration;

use wire::Protocol;
use wire::Status;

use crate::command::{self, Begun};
use crate::event::{Ask, Channel, Input, Step, Uptime, UserAct, Waiting};
use crate::pending::{Outcome, Pending, Work};
use crate::platform::{Platform, StoreError};
use crate::profile::Profile;
use crate::prompt::Prompt;
use crate::state::State;

/// An authenticator: a profile and what it remembers. Everything else is handed in per call.
///
/// The same platform must be given to every call between two [`power_on`](Self::power_on)s.
pub struct Authenticator {
    profile: Profile,
    state: Option<State>,
    pending: Option<Pending>,
    prompt: Option<Prompt>,
}

impl Authenticator {
    /// A key of this model, without power.
    pub const fn new(profile: Profile) -> Self {
        Self { profile, state: None, pending: None, prompt: None }
    }

    /// Gives power: forgets all waits, reads the store, and at the very first time makes the device secret.
    ///
    /// # Errors
    /// What the store said. The authenticator then has no power and answers every request with an error.
    pub fn power_on(&mut self, now: Uptime, platform: &mut dyn Platform) -> Result<(), StoreError> {
        self.state = None;
        self.pending = None;
        self.prompt = None;
        self.state = Some(State::load(now, &self.profile.features(), platform)?);
        Ok(())
    }

    /// Takes one input to its end: a reply, a question to the user, or nothing.
    ///
    /// `reply` must have room for [`wire::MAX_MESSAGE`] bytes. With less, a request is answered with an error before it has
    /// any effect (and other inputs are ignored).
    pub fn handle(
        &mut self,
        now: Uptime,
        platform: &mut dyn Platform,
        input: Input<'_>,
        reply: &mut [u8],
    ) -> Step {
        if reply.len() < wire::MAX_MESSAGE {
            return refuse(input, reply);
        }
        if self.prompt.as_ref().is_some_and(|prompt| now >= prompt.until) {
            self.prompt = None;
        }
        match input {
            Input::Request { from, protocol, bytes } => {
                self.request(now, platform, from, protocol, bytes, reply)
            }
            Input::User(act) => self.user(now, platform, act, reply),
            Input::Cancel { from } => self.cancel(from, reply),
            Input::Abort { from } => self.abort(from),
            Input::Tick => self.tick(now, reply),
        }
    }

    /// When the next [`Input::Tick`] is due; `None` if nothing depends on time.
    pub fn wake_at(&self) -> Option<Uptime> {
        let pending = self.pending.as_ref().map(|pending| pending.until);
        let prompt = self.prompt.as_ref().map(|prompt| prompt.until);
        pending.into_iter().chain(prompt).min()
    }

    /// What the key waits for, if it waits: a CTAP2 request, or a U2F prompt (look after every step; U2F has no
    /// [`Step::Ask`]).
    pub fn waiting_for(&self) -> Option<Waiting<'_>> {
        if let Some(pending) = &self.pending {
            return Some(Waiting {
                ask: pending.ask,
                protocol: Protocol::Ctap2,
                rp_id: pending.work.rp_id(),
                user_name: pending.work.user_name(),
            });
        }
        self.prompt.as_ref().filter(|prompt| prompt.open()).map(|_| Waiting {
            ask: Ask::Presence,
            protocol: Protocol::Ctap1,
            rp_id: None,
            user_name: None,
        })
    }

    /// The model.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request(
        &mut self,
        now: Uptime,
        platform: &mut dyn Platform,
        from: Channel,
        protocol: Protocol,
        bytes: &[u8],
        reply: &mut [u8],
    ) -> Step {
        if self.pending.is_some() {
            return Step::Busy;
        }
        let Some(state) = &mut self.state else { return Step::Reply(command::failure(protocol, reply)) };
        let mut context = command::Context { profile: &self.profile, state, platform, now, from };
        match protocol {
            Protocol::Ctap1 => {
                Step::Reply(command::u2f::handle(&mut context, &mut self.prompt, bytes, reply))
            }
            Protocol::Ctap2 => match command::begin(&mut context, bytes, reply) {
                Begun::Reply(length) => Step::Reply(length),
                Begun::Wait(work, ask) => self.wait(now, from, work, ask),
            },
        }
    }

    /// Keeps the work until the user acts. The one light of the key now belongs to it.
    fn wait(&mut self, now: Uptime, from: Channel, work: Work, ask: Ask) -> Step {
        self.prompt = None;
        self.pending = Some(Pending { from, until: self.patience(now), ask, work });
        Step::Ask(ask)
    }

    fn user(&mut self, now: Uptime, platform: &mut dyn Platform, act: UserAct, reply: &mut [u8]) -> Step {
        let until = self.patience(now);
        // What waits is large: it stays where it is until it is done.
        let Some(pending) = &mut self.pending else { return self.prompted(now, act) };
        let Some(state) = &mut self.state else { return status(Status::OTHER, reply) };
        let from = pending.from;
        let mut context = command::Context { profile: &self.profile, state, platform, now, from };
        let outcome = match now >= pending.until {
            true => Outcome::End(Status::USER_ACTION_TIMEOUT),
            false => pending.take(act),
        };
        let again = match outcome {
            Outcome::Go => Err(command::complete(&mut context, &pending.work, Some(pending.ask), reply)),
            Outcome::End(end) => {
                refund(context.state, pending.ask);
                Err(command::status_only(end, reply))
            }
            Outcome::Again => Ok(pending.ask),
            Outcome::Mismatch => match pending.ask_again() {
                None => Err(command::status_only(command::uv_failed(&context, &pending.work), reply)),
                Some(ask) => command::charge(&mut context, ask)
                    .map(|()| ask)
                    .map_err(|failed| command::status_only(failed, reply)),
            },
        };
        match again {
            Ok(ask) => {
                (pending.until, pending.ask) = (until, ask);
                Step::Ask(ask)
            }
            Err(length) => {
                self.pending = None;
                Step::Reply(length)
            }
        }
    }

    /// The wait ends without an attempt.
    fn end(&mut self, pending: &Pending, end: Status, reply: &mut [u8]) -> Step {
        if let Some(state) = &mut self.state {
            refund(state, pending.ask);
        }
        status(end, reply)
    }

    /// An act while no request waits can only be for a U2F prompt.
    fn prompted(&mut self, now: Uptime, act: UserAct) -> Step {
        match (act, &mut self.prompt) {
            (UserAct::Declined, _) => self.prompt = None,
            (_, Some(prompt)) => prompt.touch(now, &self.profile),
            (_, None) => {}
        }
        Step::Quiet
    }

    fn cancel(&mut self, from: Channel, reply: &mut [u8]) -> Step {
        match self.pending.take() {
            Some(pending) if pending.from == from => self.end(&pending, Status::KEEPALIVE_CANCEL, reply),
            others => {
                self.pending = others;
                Step::Quiet
            }
        }
    }

    fn abort(&mut self, from: Channel) -> Step {
        if let Some(pending) = self.pending.take_if(|pending| pending.from == from)
            && let Some(state) = &mut self.state
        {
            refund(state, pending.ask);
        }
        self.prompt = self.prompt.take().filter(|prompt| prompt.from != from);
        if let Some(state) = &mut self.state {
            state.sequence.take_if(|sequence| sequence.from == from);
            state.enumeration.take_if(|enumeration| enumeration.from == from);
        }
        Step::Quiet
    }

    fn tick(&mut self, now: Uptime, reply: &mut [u8]) -> Step {
        match self.pending.take() {
            Some(pending) if now >= pending.until => self.end(&pending, Status::USER_ACTION_TIMEOUT, reply),
            still => {
                self.pending = still;
                Step::Quiet
            }
        }
    }

    /// Until when a question that is asked now stays open.
    fn patience(&self, now: Uptime) -> Uptime {
        now.saturating_add(Duration::from_millis(u64::from(self.profile.touch_timeout_ms)))
    }
}

/// Gives back the attempt at verification that was charged and not made.
fn refund(state: &mut State, ask: Ask) {
    if let Ask::Verification { .. } = ask {
        state.pin.attempts.refund_uv();
    }
}

/// A reply that is only a status.
fn status(status: Status, reply: &mut [u8]) -> Step {
    Step::Reply(command::status_only(status, reply))
}

/// The reply buffer is too short: nothing is begun.
fn refuse(input: Input<'_>, reply: &mut [u8]) -> Step {
    match input {
        Input::Request { protocol, .. } if reply.len() >= 2 => Step::Reply(command::failure(protocol, reply)),
        _ => Step::Quiet,
    }
}
