//! The bench: a port and clients in memory, a store that can be held in the middle of a commit, a watcher that takes
//! everything down.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use authenticator::platform::{Change, RecordKey, Store, StoreError};
use authenticator::profile::Profile;
use frames::{Command, Host, Keepalive, Report};
use softkeys::{MemoryStore, Vault};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wire::Status;

use super::super::*;
use crate::factory::{Factory, Made};
use crate::hands::{Hands, Up};
use crate::mind::Mind;
use crate::order::Wish;
use crate::port::{Arrival, ReportPort, Unreachable};
use crate::tests::{Heard, key, model, platform};

/// A store whose commits wait while it is held.
#[derive(Clone, Default)]
struct Gate {
    inside: Arc<(Mutex<Inside>, Condvar)>,
    reached: Arc<Notify>,
    records: MemoryStore,
}

#[derive(Default)]
struct Inside {
    held: bool,
    panics: bool,
}

/// Holds a store until it is dropped.
pub struct Hold(Arc<(Mutex<Inside>, Condvar)>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().held = false;
        self.0.1.notify_all();
    }
}

impl Store for Gate {
    fn read(&mut self, key: RecordKey, offset: usize, out: &mut [u8]) -> Result<Option<usize>, StoreError> {
        self.records.read(key, offset, out)
    }

    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let (inside, released) = &*self.inside;
        let mut inside = inside.lock().unwrap();
        let panics = std::mem::take(&mut inside.panics);
        if inside.held {
            self.reached.notify_one();
        }
        drop(released.wait_while(inside, |inside| inside.held).unwrap());
        assert!(!panics, "a panic, as ordered");
        self.records.commit(changes)
    }

    fn next(&mut self, after: Option<RecordKey>) -> Result<Option<RecordKey>, StoreError> {
        self.records.next(after)
    }
}

impl Vault for Gate {}

type Mail = (u8, Report);

/// The key's end of the port in memory. A client is its number.
struct MemoryPort {
    arrivals: mpsc::UnboundedReceiver<Arrival<u8>>,
    replies: mpsc::UnboundedSender<Mail>,
}

impl ReportPort for MemoryPort {
    type Peer = u8;

    async fn receive(&mut self) -> io::Result<Arrival<u8>> {
        self.arrivals.recv().await.ok_or_else(|| io::Error::other("torn off"))
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }

    async fn send(&mut self, to: &u8, report: &Report) -> Result<(), Unreachable> {
        self.replies.send((*to, *report)).map_err(|_| Unreachable("gone".to_owned()))
    }
}

/// Makes a new key of the model that is wished by name.
struct Catalogue;

impl Factory for Catalogue {
    fn make(&mut self, wish: &Wish) -> Result<Made, String> {
        let profile = profiles::find(&wish.0).map_err(|error| error.to_string())?.profile;
        let (mind, platform) = key(profile);
        Ok((mind, Box::new(platform)))
    }
}

struct Diary(mpsc::UnboundedSender<String>);

impl Watcher for Diary {
    fn see(&mut self, seen: Seen<'_>) {
        let _ = self.0.send(format!("{seen:?}"));
    }
}

pub struct Bench {
    gate: Gate,
    arrivals: mpsc::UnboundedSender<Arrival<u8>>,
    mailboxes: mpsc::UnboundedSender<(u8, mpsc::UnboundedSender<Report>)>,
    orders: mpsc::Sender<Ordered>,
    stop: oneshot::Sender<()>,
    diary: mpsc::UnboundedReceiver<String>,
    read: Vec<String>,
    key: JoinHandle<Result<(), PumpError>>,
}

impl Bench {
    pub async fn start(name: &str, up: Up) -> Self {
        Self::start_with(name, up, |_| {}).await
    }

    /// A key of a model of the catalogue, changed a little.
    pub async fn start_with(name: &str, up: Up, change: impl FnOnce(&mut Profile)) -> Self {
        let mut profile = model(name);
        change(&mut profile);
        let gate = Gate::default();
        let platform = platform(&profile, gate.clone());

        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (replies, replied) = mpsc::unbounded_channel();
        let (mailboxes, new_boxes) = mpsc::unbounded_channel();
        tokio::spawn(deliver(replied, new_boxes));
        let (orders, ordered) = mpsc::channel(8);
        let (stop, stopped) = oneshot::channel();
        let (write, diary) = mpsc::unbounded_channel();
        let port = MemoryPort { arrivals: arriving, replies };
        let mind = Mind::new(profile);
        let hands = Hands::new(up, Duration::from_millis(5));
        let pump = Pump::new(port, mind, Box::new(platform), hands, ordered, Box::new(Diary(write))).unwrap();
        let pump = pump.with_factory(Box::new(Catalogue));
        let key = tokio::spawn(pump.run(async { drop(stopped.await) }));
        Self { gate, arrivals, mailboxes, orders, stop, diary, read: Vec::new(), key }
    }

    /// A client of that number with a channel of its own.
    pub async fn client(&mut self, number: u8) -> Client {
        let mut client = self.client_on(number, Host::new());
        client.init(number);
        assert!(matches!(client.answer().await, Heard::Ready(_)));
        client
    }

    /// A client of that number on a channel that exists.
    pub fn client_on(&mut self, number: u8, host: Host) -> Client {
        let (mailbox, mail) = mpsc::unbounded_channel();
        self.mailboxes.send((number, mailbox)).unwrap();
        Client { number, host, arrivals: self.arrivals.clone(), mail }
    }

    pub fn hold(&self) -> Hold {
        self.gate.inside.0.lock().unwrap().held = true;
        Hold(Arc::clone(&self.gate.inside))
    }

    /// Until the mind has got to where it is held.
    pub async fn held(&self) {
        timeout(LONG, self.gate.reached.notified()).await.unwrap();
    }

    pub fn panic_next(&self) {
        self.gate.inside.0.lock().unwrap().panics = true;
    }

    pub async fn order(&self, order: Order) -> Result<String, String> {
        timeout(LONG, self.send_order(order).await).await.unwrap().unwrap()
    }

    pub async fn send_order(&self, order: Order) -> oneshot::Receiver<Result<String, String>> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(Ordered { order, answer: Some(answer) }).await.unwrap();
        answered
    }

    pub fn text(&self, line: &str) {
        self.arrivals.send(Arrival::Text { line: line.to_owned() }).unwrap();
    }

    pub fn leave(&self, peer: u8) {
        self.arrivals.send(Arrival::Left { peer }).unwrap();
    }

    /// What the watcher saw so far.
    pub fn told(&mut self) -> Vec<String> {
        while let Ok(line) = self.diary.try_recv() {
            self.read.push(line);
        }
        std::mem::take(&mut self.read)
    }

    /// Until the watcher sees something that begins so.
    pub async fn see(&mut self, beginning: &str) {
        let look = async { while !self.diary.recv().await.unwrap().starts_with(beginning) {} };
        timeout(LONG, look).await.unwrap();
    }

    pub async fn stop(self) -> Result<(), PumpError> {
        self.stop.send(()).unwrap();
        timeout(LONG, self.key).await.unwrap().unwrap()
    }

    /// Takes the port away.
    pub async fn break_port(self) -> Result<(), PumpError> {
        drop(self.arrivals);
        timeout(LONG, self.key).await.unwrap().unwrap()
    }

    pub async fn ended_by_panic(self) -> bool {
        timeout(LONG, self.key).await.unwrap().is_err_and(|error| error.is_panic())
    }
}

/// Brings each reply to its client.
async fn deliver(
    mut replies: mpsc::UnboundedReceiver<Mail>,
    mut new_boxes: mpsc::UnboundedReceiver<(u8, mpsc::UnboundedSender<Report>)>,
) {
    let mut boxes = std::collections::HashMap::new();
    while let Some((to, report)) = replies.recv().await {
        // A client's box is there before its first packet is sent.
        while let Ok((number, mailbox)) = new_boxes.try_recv() {
            boxes.insert(number, mailbox);
        }
        if let Some(mailbox) = boxes.get(&to) {
            let _ = mailbox.send(report);
        }
    }
}

pub struct Client {
    number: u8,
    pub host: Host,
    arrivals: mpsc::UnboundedSender<Arrival<u8>>,
    mail: mpsc::UnboundedReceiver<Report>,
}

impl Client {
    pub fn init(&mut self, nonce: u8) {
        let report = self.host.init([nonce; 8]);
        self.post(report);
    }

    pub fn cancel(&mut self) {
        self.post(self.host.cancel());
    }

    pub fn send(&mut self, command: Command, message: &[u8]) {
        self.send_packets(command, message, usize::MAX);
    }

    /// Only the first so many packets of a message.
    pub fn send_packets(&mut self, command: Command, message: &[u8], count: usize) {
        let reports: Vec<Report> = self.host.send(command, message).unwrap().take(count).collect();
        reports.into_iter().for_each(|report| self.post(report));
    }

    fn post(&self, report: Report) {
        self.arrivals.send(Arrival::Report { from: self.number, report }).unwrap();
    }

    /// The next thing that comes, keepalives included.
    pub async fn next(&mut self) -> Heard {
        loop {
            let report = timeout(LONG, self.mail.recv()).await.expect("an answer").unwrap();
            if let Some(event) = self.host.receive(&report) {
                return Heard::of(event);
            }
        }
    }

    /// Until the key asks; on a busy machine it may say before that it is at work.
    pub async fn asked(&mut self) {
        loop {
            match self.next().await {
                Heard::Keepalive(Keepalive::UPNEEDED) => return,
                Heard::Keepalive(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next thing that comes, keepalives aside.
    pub async fn answer(&mut self) -> Heard {
        loop {
            match self.next().await {
                Heard::Keepalive(_) => {}
                answer => return answer,
            }
        }
    }

    /// The status of a CTAP2 response.
    pub async fn status(&mut self) -> Status {
        match self.answer().await {
            Heard::Message(Command::CBOR, response) => Status(response[0]),
            other => panic!("{other:?}"),
        }
    }
}

/// When something that must happen counts as not happening.
const LONG: Duration = Duration::from_secs(20);
