//! A place on a bus, and the key that is in it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::link::LinkError;
use ports::{Factory, Hands, Made, Mind, Order, Ordered, Pump, ReportPort, Up, Wish};
use tokio::sync::{mpsc, oneshot};

use super::driver::{Driver, Seat};
use crate::bus::Fresh;
use crate::remote::Remote;

/// A place with a key in it, which runs while this or one of its clones exists.
#[derive(Clone)]
pub(super) struct Slot {
    orders: mpsc::Sender<Ordered>,
    /// The next key.
    shelf: Shelf,
    seat: Seat,
    /// The key is unplugged when nobody has this any more.
    _kept: Arc<oneshot::Sender<()>>,
}

/// Where the pump finds the next key.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Option<Made>>>);

impl Factory for Shelf {
    fn make(&mut self, _: &Wish) -> Result<Made, String> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.ok_or_else(|| "no other key was laid out".to_owned())
    }
}

impl Slot {
    /// Puts a key in at that port.
    pub(super) fn start<P: ReportPort + 'static>(port: P, key: Fresh) -> Result<Self, String> {
        let Fresh { profile, platform, hands } = key;
        let (orders, ordered) = mpsc::channel(ORDERS);
        let (seat, shelf) = (Seat::new(hands), Shelf::default());
        let driver = Driver::new(seat.clone(), orders.clone());
        // The driver is the person, and is told of each question.
        let hands = Hands::new(Up::Person, Duration::ZERO);
        let pump = Pump::new(port, Mind::new(profile), platform, hands, ordered, Box::new(driver));
        let pump = pump.map_err(|error| error.to_string())?.with_factory(Box::new(shelf.clone()));
        let (kept, given_up) = oneshot::channel::<()>();
        tokio::spawn(pump.run(async move {
            let _ = given_up.await;
        }));
        Ok(Self { orders, shelf, seat, _kept: Arc::new(kept) })
    }

    /// Puts a fresh key in the place of the one that was there.
    pub(super) async fn renew(&self, key: Fresh) -> Result<(), String> {
        let Fresh { profile, platform, hands } = key;
        *self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Mind::new(profile), platform));
        self.seat.take(hands);
        self.order(Order::Reset(Wish::default())).await.map(drop)
    }

    /// Unplugs the key and plugs it in again.
    pub(super) async fn replug(&self) -> Result<(), String> {
        self.order(Order::Replug).await.map(drop)
    }

    /// A new client's way to the key.
    pub(super) async fn open(&self) -> Result<Remote, String> {
        let place = self.order(Order::Where).await?;
        let remote = match place.strip_prefix("uhid") {
            Some("") => {
                Err(LinkError::Gone("the kernel made no /dev/hidraw node: it lacks hidraw".to_owned()))
            }
            Some(node) => Remote::hidraw(Path::new(node.trim_start())),
            None => Remote::connect(&place.parse().map_err(|error| format!("{error}"))?).await,
        };
        remote.map_err(|error| error.to_string())
    }

    async fn order(&self, order: Order) -> Result<String, String> {
        let (answer, answered) = oneshot::channel();
        let gone = || "the port of the key has failed".to_owned();
        self.orders.send(Ordered { order, answer: Some(answer) }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Orders that may wait to be followed.
const ORDERS: usize = 16;
