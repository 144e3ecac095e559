//! A running key: packets from a port to its mind and back, hands that act, orders that are followed.

mod clock;
mod orders;
mod route;
mod worker;

use std::collections::VecDeque;
use std::io;

use authenticator::UserAct;
use authenticator::platform::{Platform, StoreError};
use frames::{Channel, Command, Packet, Report};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::factory::Factory;
use crate::front::{Front, News};
use crate::hands::Hands;
use crate::mind::{Done, Job, Mind, Question, Reply, Request};
use crate::order::{NoOrder, Order};
use crate::port::{Arrival, ReportPort};
use clock::Clock;
use route::Routes;
use worker::Worker;

/// What a watcher of a running key sees.
#[derive(Debug)]
pub enum Seen<'a> {
    /// A whole request came in.
    Request(&'a Request),
    /// A request was answered.
    Replied(&'a Reply),
    /// The request of this channel is to be ended by its client (CTAPHID_CANCEL), or was dropped with its channel.
    Ended(Channel),
    /// The first packet of a message from the key that is no response: INIT, PING, KEEPALIVE, ERROR and the like.
    Said(Packet<'a>),
    /// The user is asked.
    Asks {
        /// What for.
        question: &'a Question,
        /// Whether a person is to answer, by [`Order::Act`].
        person: bool,
    },
    /// The question is gone, answered or not.
    AsksNoMore,
    /// The user acts.
    Acts(UserAct),
    /// An order is followed.
    Ordered(&'a Order),
    /// A text on the port is no order.
    NoOrder(&'a NoOrder),
    /// The host made the key wink.
    Winks,
    /// The key was unplugged and plugged in again, or its store could not be read then.
    Replugged(Result<(), StoreError>),
    /// Something came in that is no packet, or a packet could not be delivered: for the log.
    Trouble(&'a str),
}

/// Sees what happens at a running key: for people and logs. It is called in between and should be quick.
pub trait Watcher: Send {
    /// Something happened.
    fn see(&mut self, seen: Seen<'_>);
}

/// Sees nothing.
impl Watcher for () {
    fn see(&mut self, _: Seen<'_>) {}
}

/// An order, and who waits for it to be done.
#[derive(Debug)]
pub struct Ordered {
    /// What to do.
    pub order: Order,
    /// Told when it is done, with what there is to say, or why it is not.
    pub answer: Option<Answer>,
}

/// Why a key stopped running by itself.
#[derive(Debug, thiserror::Error)]
pub enum PumpError {
    /// The store could not be read when the key was plugged in.
    #[error("the key's store cannot be read: {0:?}")]
    Store(StoreError),
    /// The mind could not be given a thread.
    #[error("no thread for the key: {0}")]
    Thread(io::Error),
    /// The port is of no more use.
    #[error("the port failed: {0}")]
    Port(io::Error),
}

/// A key on a port, with power on, that runs when [`run`](Self::run) is awaited.
pub struct Pump<P: ReportPort> {
    port: P,
    front: Front,
    hands: Hands,
    /// As they were at the beginning: those of a new key.
    first_hands: Hands,
    factory: Box<dyn Factory>,
    watcher: Box<dyn Watcher>,
    orders: mpsc::Receiver<Ordered>,
    routes: Routes<P::Peer>,
    clock: Clock,
    worker: Worker,
    /// The power cycles under way, the oldest first, each with who waits for it.
    powering: VecDeque<Option<Answer>>,
    /// Who waits for the key to ask.
    waiting: Vec<Answer>,
    /// Whether hands and watcher were told of a question and not yet that it is gone.
    asking: bool,
    winks: u32,
    /// It is plugged in.
    powered: bool,
}

/// Who ordered something, and waits.
pub type Answer = oneshot::Sender<Result<String, String>>;

impl<P: ReportPort> Pump<P> {
    /// Plugs a key in. The mind works in a thread of its own from now on, so that keepalives go out while it does.
    ///
    /// # Errors
    /// The store could not be read, or there is no thread.
    pub fn new(
        port: P,
        mut mind: Mind,
        mut platform: Box<dyn Platform + Send>,
        hands: Hands,
        orders: mpsc::Receiver<Ordered>,
        watcher: Box<dyn Watcher>,
    ) -> Result<Self, PumpError> {
        let clock = Clock::start();
        let mut front = Front::new(mind.profile());
        let job = front.power_on();
        let news = front.done(mind.perform(clock.now(), platform.as_mut(), job));
        if let Some(Err(error)) = news.power {
            return Err(PumpError::Store(error));
        }
        let worker = Worker::start(mind, platform, clock).map_err(PumpError::Thread)?;
        Ok(Self {
            port,
            front,
            first_hands: hands.clone(),
            hands,
            factory: Box::new(()),
            watcher,
            orders,
            routes: Routes::new(),
            clock,
            worker,
            powering: VecDeque::new(),
            waiting: Vec::new(),
            asking: false,
            winks: 0,
            powered: true,
        })
    }

    /// Where the key that takes this one's place comes from, when it is to be [reset](Order::Reset).
    #[must_use]
    pub fn with_factory(mut self, factory: Box<dyn Factory>) -> Self {
        self.factory = factory;
        self
    }

    /// Where clients find the key.
    #[must_use]
    pub fn place(&self) -> String {
        self.port.place()
    }

    /// Runs the key until `stop` is done. A job that is under way is finished then, and nothing more is sent.
    ///
    /// # Errors
    /// The port failed.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), PumpError> {
        tokio::pin!(stop);
        let mut orders_open = true;
        loop {
            let sends_at = self.flush().await;
            let wake_at = self.front.wake_at().into_iter().chain(self.hands.due()).min();
            // A packet that waits for its turn makes the front wake at once; nothing is as urgent meanwhile.
            let wake_at = self.clock.instant(wake_at).max(sends_at.unwrap_or_else(Instant::now));
            tokio::select! {
                () = &mut stop => return Ok(()),
                done = self.worker.done.recv() => match done {
                    Some(done) => self.done(done),
                    None => {
                        self.worker.end();
                        return Ok(());
                    }
                },
                arrival = self.port.receive() => self.arrived(arrival.map_err(PumpError::Port)?).await,
                order = self.orders.recv(), if orders_open => match order {
                    Some(order) => self.order(order).await,
                    None => orders_open = false,
                },
                () = sleep_until(wake_at) => self.wake(),
            }
        }
    }

    /// Sends every packet that is ready and may go; if one has to wait, until when at least.
    async fn flush(&mut self) -> Option<Instant> {
        loop {
            let sends_at = self.port.sends_at();
            if sends_at.is_some() {
                return sends_at;
            }
            let report = self.front.poll(self.clock.now())?;
            let packet = Packet::parse(&report);
            if said_by_itself(&packet) {
                self.watcher.see(Seen::Said(packet));
            }
            let Some(peer) = self.routes.to(&report) else { continue };
            if let Err(why) = self.port.send(&peer, &report).await {
                self.watcher.see(Seen::Trouble(&format!("{peer}: {why}")));
                self.forget(&peer);
            }
        }
    }

    async fn arrived(&mut self, arrival: Arrival<P::Peer>) {
        match arrival {
            Arrival::Report { from, report } if self.powered => self.receive(from, &report),
            // Nobody is there to hear it.
            Arrival::Report { .. } => {}
            Arrival::Text { line } => match line.parse() {
                Ok(order) => self.order(Ordered { order, answer: None }).await,
                Err(wrong) => self.watcher.see(Seen::NoOrder(&wrong)),
            },
            Arrival::Noise { what } => self.watcher.see(Seen::Trouble(&what)),
            Arrival::Left { peer } => self.forget(&peer),
            Arrival::Powered => self.power_on(None),
        }
    }

    fn receive(&mut self, from: P::Peer, report: &Report) {
        self.routes.came(from, report);
        if let Some(job) = self.front.receive(self.clock.now(), report) {
            match job.request() {
                Some(request) => self.watcher.see(Seen::Request(request)),
                None => self.watcher.see(Seen::Ended(Packet::parse(report).channel())),
            }
            self.give(job);
        }
        if self.winks != self.front.winks() {
            self.winks = self.front.winks();
            self.watcher.see(Seen::Winks);
        }
    }

    /// The client is gone: nothing is sent to it any more, and what it has begun is dropped.
    fn forget(&mut self, peer: &P::Peer) {
        for channel in self.routes.remove(peer) {
            if let Some(job) = self.front.leave(channel) {
                self.watcher.see(Seen::Ended(channel));
                self.give(job);
            }
        }
    }

    /// Hands a job to the mind.
    fn give(&mut self, job: Job) {
        self.worker.give(job);
        self.settle();
    }

    fn done(&mut self, done: Done) {
        let News { replied, asks, power } = self.front.done(done);
        if let Some(reply) = replied {
            self.watcher.see(Seen::Replied(&reply));
        }
        if asks {
            self.ask();
        }
        if let Some(power) = power {
            self.watcher.see(Seen::Replugged(power));
            self.tell_powered(power.map_err(PumpError::Store));
        }
        self.settle();
    }

    /// Lets the hands know of the question that is open.
    fn ask(&mut self) {
        let Some(question) = self.front.question() else { return };
        self.hands.asked(self.clock.now(), question.ask);
        self.watcher.see(Seen::Asks { question, person: self.hands.are_a_persons() });
        self.asking = true;
        self.tell_waiting();
    }

    /// Lets the hands know that no question is open.
    fn settle(&mut self) {
        if self.asking && self.front.question().is_none() {
            self.asking = false;
            self.hands.released();
            self.watcher.see(Seen::AsksNoMore);
        }
    }

    fn wake(&mut self) {
        let now = self.clock.now();
        if let Some(act) = self.hands.act(now) {
            self.act(act);
        }
        if let Some(job) = self.front.tick(now) {
            self.give(job);
        }
    }
}

/// Whether a packet from the key begins a message that is no response to a request.
fn said_by_itself(packet: &Packet<'_>) -> bool {
    matches!(packet, Packet::Init { command, .. } if ![Command::MSG, Command::CBOR].contains(command))
}

#[cfg(test)]
mod tests;
