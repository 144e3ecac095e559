//! The key's mind: it performs jobs, one after the other, and may take its time.

use authenticator::platform::{Platform, StoreError};
use authenticator::profile::Profile;
use authenticator::{
    Ask, Authenticator, Channel, Input, MAX_MESSAGE, Protocol, Step, Uptime, UserAct, Waiting,
};

/// What a [`Front`](crate::Front) wants of its [`Mind`].
///
/// Jobs are performed in the order in which they were made.
#[derive(Debug)]
pub struct Job {
    pub(crate) ticket: Ticket,
    pub(crate) task: Task,
}

impl Job {
    /// The request, if the job is a new one.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match &self.task {
            Task::Request(request) => Some(request),
            _ => None,
        }
    }
}

/// Which request a job belongs to: what comes of jobs of an older ticket is not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(pub u64);

#[derive(Debug)]
pub(crate) enum Task {
    PowerOn,
    Request(Request),
    Cancel(Channel),
    Abort(Channel),
    User(UserAct),
    Tick,
}

/// A whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub from: Channel,
    /// How to read it.
    pub protocol: Protocol,
    /// CTAP2: the command byte and its CBOR. U2F: the APDU.
    pub bytes: Vec<u8>,
}

/// What the key waits for, as [`Waiting`], by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked of the user.
    pub ask: Ask,
    /// The protocol of the request.
    pub protocol: Protocol,
    /// CTAP2: the relying party's id, where the command has one.
    pub rp_id: Option<String>,
    /// The account's name, where it is known.
    pub user_name: Option<String>,
}

impl Question {
    /// In words, on one line whatever the client wrote into it: `touch for example.org as ann`, or `finger`.
    #[must_use]
    pub fn words(&self) -> String {
        let ask = match self.ask {
            Ask::Presence => "touch",
            Ask::Verification { .. } => "finger",
        };
        let part = |before: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("{before}{}", text.escape_debug())).unwrap_or_default()
        };
        format!("{ask}{}{}", part(" for ", &self.rp_id), part(" as ", &self.user_name))
    }
}

impl From<Waiting<'_>> for Question {
    fn from(waiting: Waiting<'_>) -> Self {
        Self {
            ask: waiting.ask,
            protocol: waiting.protocol,
            rp_id: waiting.rp_id.map(str::to_owned),
            user_name: waiting.user_name.map(str::to_owned),
        }
    }
}

/// A request and what it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The request.
    pub request: Request,
    /// The whole response.
    pub response: Vec<u8>,
}

/// What came of a job.
#[derive(Debug)]
pub struct Done {
    pub(crate) ticket: Ticket,
    pub(crate) outcome: Outcome,
    /// When the mind wants a tick.
    pub(crate) wake_at: Option<Uptime>,
    pub(crate) question: Option<Question>,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    Ask,
    Busy,
    Quiet,
    Power(Result<(), StoreError>),
}

/// An authenticator, and the request that it has in work.
///
/// The same platform must be given to every job between two power-ons.
pub struct Mind {
    authenticator: Authenticator,
    reply: Vec<u8>,
    request: Option<Request>,
}

impl Mind {
    /// The mind of a key of this model, without power.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self { authenticator: Authenticator::new(profile), reply: vec![0; MAX_MESSAGE], request: None }
    }

    /// The model.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.authenticator.profile()
    }

    /// What the key waits for, if it waits.
    #[must_use]
    pub fn waiting_for(&self) -> Option<Waiting<'_>> {
        self.authenticator.waiting_for()
    }

    /// Does one job, however long it takes.
    pub fn perform(&mut self, now: Uptime, platform: &mut dyn Platform, job: Job) -> Done {
        let input = match &job.task {
            Task::PowerOn => {
                self.request = None;
                let power = self.authenticator.power_on(now, platform);
                return self.done(job.ticket, Outcome::Power(power));
            }
            Task::Request(Request { from, protocol, bytes }) => {
                Input::Request { from: *from, protocol: *protocol, bytes }
            }
            Task::Cancel(from) => Input::Cancel { from: *from },
            Task::Abort(from) => Input::Abort { from: *from },
            Task::User(act) => Input::User(*act),
            Task::Tick => Input::Tick,
        };
        let step = self.authenticator.handle(now, platform, input, &mut self.reply);
        if matches!(job.task, Task::Abort(_)) {
            self.request = None;
        }
        if let (Task::Request(request), false) = (job.task, step == Step::Busy) {
            self.request = Some(request);
        }
        let outcome = match step {
            Step::Reply(len) => match (self.request.take(), self.reply.get(..len)) {
                (Some(request), Some(reply)) => Outcome::Reply(Reply { request, response: reply.to_vec() }),
                _ => Outcome::Quiet,
            },
            Step::Ask(_) => Outcome::Ask,
            Step::Busy => Outcome::Busy,
            Step::Quiet => Outcome::Quiet,
        };
        self.done(job.ticket, outcome)
    }

    fn done(&self, ticket: Ticket, outcome: Outcome) -> Done {
        Done {
            ticket,
            outcome,
            wake_at: self.authenticator.wake_at(),
            question: self.authenticator.waiting_for().map(Question::from),
        }
    }
}
