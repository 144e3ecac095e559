//! The packets of one key: channels, messages, keepalives, whatever its mind does meanwhile.

use authenticator::platform::StoreError;
use authenticator::profile::Profile;
use authenticator::{Protocol, Uptime, UserAct};
use frames::{Capabilities, Channel, Command, Config, Device, ErrorCode, Event, Keepalive, Report};

use crate::mind::{Done, Job, Outcome, Question, Reply, Request, Task, Ticket};

/// The packets' end of a key: 64-byte packets in and out, and jobs for a [`Mind`](crate::Mind) that may run elsewhere.
///
/// Give every job to the mind, in order, and what comes of it to [`done`](Self::done). After each call that takes
/// something in, and whenever [`wake_at`](Self::wake_at) has come, call [`tick`](Self::tick), and [`poll`](Self::poll)
/// until it gives nothing more. This end answers INIT, PING, LOCK, WINK and whatever is wrong, and sends keepalives,
/// while the mind is at work.
pub struct Front {
    config: Config,
    device: Box<Device>,
    ticket: Ticket,
    question: Option<Question>,
    /// When the mind wants a tick; `None` while one is under way.
    mind_wakes_at: Option<Uptime>,
    winks: u32,
}

/// What a [`Done`] meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// A request was answered; the response goes out with the next packets.
    pub replied: Option<Reply>,
    /// The user is asked, for the first time or again after an attempt that failed: see [`Front::question`].
    pub asks: bool,
    /// The key has power again, or says why not; it then answers every request with an error.
    pub power: Option<Result<(), StoreError>>,
}

impl Front {
    /// A key of this model, without power. The capability flags follow from the protocols that the model speaks.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Self::with_config(config(profile))
    }

    /// As [`new`](Self::new), with other flags, version or patience than the model's own.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            config,
            device: Box::new(Device::new(config)),
            ticket: Ticket(0),
            question: None,
            mind_wakes_at: None,
            winks: 0,
        }
    }

    /// Plugs the key in, for the first time or again: channels, packets and waits are forgotten, and the mind reads its
    /// store.
    pub fn power_on(&mut self) -> Job {
        *self.device = Device::new(self.config);
        self.turn(Task::PowerOn)
    }

    /// Unplugs the key: what is under way is dropped, and nothing goes out any more. The mind hears of it when it has
    /// power again.
    pub fn power_off(&mut self) {
        *self.device = Device::new(self.config);
        self.ticket = Ticket(self.ticket.0.wrapping_add(1));
        (self.question, self.mind_wakes_at) = (None, None);
    }

    /// This is another key from now on, one of this model, without power.
    pub fn become_another(&mut self, profile: &Profile) {
        self.config = config(profile);
        self.power_off();
    }

    /// Takes a packet from the host.
    pub fn receive(&mut self, now: Uptime, report: &Report) -> Option<Job> {
        match self.device.receive(now, report)? {
            Event::Request { channel, command, payload } => {
                let protocol = if command == Command::MSG { Protocol::Ctap1 } else { Protocol::Ctap2 };
                let request = Request { from: from(channel), protocol, bytes: payload.to_vec() };
                Some(self.next(Task::Request(request)))
            }
            Event::Cancel { channel } => Some(self.job(Task::Cancel(from(channel)))),
            Event::Abort { channel } => Some(self.turn(Task::Abort(from(channel)))),
            Event::Wink { .. } => {
                self.winks = self.winks.wrapping_add(1);
                None
            }
        }
    }

    /// The client of this channel is gone: its work is dropped.
    pub fn leave(&mut self, channel: Channel) -> Option<Job> {
        self.device.leave(channel)?;
        Some(self.turn(Task::Abort(from(channel))))
    }

    /// The user does something.
    pub fn user(&mut self, act: UserAct) -> Job {
        // The key no longer waits: from now on it is at work, until it asks again.
        self.device.busy(Keepalive::PROCESSING);
        self.job(Task::User(act))
    }

    /// Time has passed; due at [`wake_at`](Self::wake_at).
    pub fn tick(&mut self, now: Uptime) -> Option<Job> {
        self.mind_wakes_at.take_if(|at| *at <= now)?;
        Some(self.job(Task::Tick))
    }

    /// Takes what came of a job.
    pub fn done(&mut self, done: Done) -> News {
        let mut news = News::default();
        if let Outcome::Power(power) = done.outcome {
            news.power = Some(power);
        }
        if done.ticket != self.ticket {
            // The host started anew, or the key lost its power, while the mind was at work.
            return news;
        }
        let asked_before = self.question.is_some();
        (self.question, self.mind_wakes_at) = (done.question, done.wake_at);
        // A U2F prompt has no step of its own: it shows only in what the mind waits for.
        news.asks = !asked_before && self.question.is_some();
        match (done.outcome, self.device.working()) {
            (Outcome::Reply(reply), Some(channel)) => {
                self.device.respond(channel, &reply.response);
                news.replied = Some(reply);
            }
            (Outcome::Ask, _) => {
                self.device.busy(Keepalive::UPNEEDED);
                news.asks = true;
            }
            // The device takes no second request while one waits, so that this cannot be.
            (Outcome::Busy, Some(channel)) => {
                self.device.fail(channel, ErrorCode::CHANNEL_BUSY);
            }
            (Outcome::Reply(_) | Outcome::Busy, None) | (Outcome::Quiet | Outcome::Power(_), _) => {}
        }
        news
    }

    /// The next packet for the host, if one is ready.
    pub fn poll(&mut self, now: Uptime) -> Option<Report> {
        self.device.poll(now)
    }

    /// When [`tick`](Self::tick) and [`poll`](Self::poll) are due even if nothing happens; zero if a packet is ready
    /// now.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        self.device.wake_at().into_iter().chain(self.mind_wakes_at).min()
    }

    /// What the key waits for, if it waits.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// How often the host made the key wink.
    #[must_use]
    pub const fn winks(&self) -> u32 {
        self.winks
    }

    fn job(&self, task: Task) -> Job {
        Job { ticket: self.ticket, task }
    }

    /// A job that begins something new.
    fn next(&mut self, task: Task) -> Job {
        self.ticket = Ticket(self.ticket.0.wrapping_add(1));
        self.job(task)
    }

    /// A job that ends what was there before.
    fn turn(&mut self, task: Task) -> Job {
        (self.question, self.mind_wakes_at) = (None, None);
        self.next(task)
    }
}

/// The flags of a model. Without CTAP2 the CBOR flag is absent and CTAPHID_CBOR is answered as an unknown command.
fn config(profile: &Profile) -> Config {
    let flags = [
        (Capabilities::WINK, profile.usb.wink),
        (Capabilities::CBOR, profile.ctap2.is_some()),
        (Capabilities::NMSG, profile.u2f.is_none()),
    ];
    let capabilities = flags
        .iter()
        .filter(|(_, set)| *set)
        .fold(Capabilities::default(), |flags, (flag, _)| flags.with(*flag));
    Config { capabilities, ..Config::default() }
}

fn from(channel: Channel) -> authenticator::Channel {
    authenticator::Channel(channel.0)
}
