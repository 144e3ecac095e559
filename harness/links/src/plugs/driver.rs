//! The hands at a key on a bus: told when the key asks, they act by orders.

use std::sync::{Arc, Mutex, PoisonError};

use authenticator::{UserAct, Waiting};
use ports::{Order, Ordered, Question, Seen, Watcher};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::hands::{Gesture, Hands};

/// Where the hands sit that are at the key now. Clones are the same seat.
#[derive(Clone)]
pub(super) struct Seat(Arc<Mutex<Box<dyn Hands>>>);

impl Seat {
    pub(super) fn new(hands: Box<dyn Hands>) -> Self {
        Self(Arc::new(Mutex::new(hands)))
    }

    /// Other hands take the seat.
    pub(super) fn take(&self, hands: Box<dyn Hands>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = hands;
    }

    fn asked(&self, waiting: &Waiting<'_>) -> Gesture {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).asked(waiting)
    }
}

/// Sees questions and has them answered.
pub(super) struct Driver {
    seat: Seat,
    orders: mpsc::Sender<Ordered>,
    /// What is about to be done.
    pending: Option<AbortHandle>,
}

impl Driver {
    pub(super) fn new(seat: Seat, orders: mpsc::Sender<Ordered>) -> Self {
        Self { seat, orders, pending: None }
    }

    fn asked(&mut self, question: &Question) {
        self.let_go();
        let waiting = Waiting {
            ask: question.ask,
            protocol: question.protocol,
            rp_id: question.rp_id.as_deref(),
            user_name: question.user_name.as_deref(),
        };
        let (after, order) = match self.seat.asked(&waiting) {
            Gesture::Act { after, act } => (after, Order::Act(gesture(act))),
            Gesture::Unplug { after } => (after, Order::Unplug),
            Gesture::Nothing => return,
        };
        let orders = self.orders.clone();
        let acts = async move {
            tokio::time::sleep(after).await;
            // A key that is gone by now is not touched.
            let _ = orders.send(Ordered { order, answer: None }).await;
        };
        self.pending = Some(tokio::spawn(acts).abort_handle());
    }

    fn let_go(&mut self) {
        if let Some(pending) = self.pending.take() {
            pending.abort();
        }
    }
}

impl Watcher for Driver {
    fn see(&mut self, seen: Seen<'_>) {
        match seen {
            Seen::Asks { question, .. } => self.asked(question),
            Seen::AsksNoMore => self.let_go(),
            _ => {}
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.let_go();
    }
}

fn gesture(act: UserAct) -> ports::Gesture {
    match act {
        UserAct::Touched | UserAct::Verified => ports::Gesture::Touch,
        UserAct::Mismatch => ports::Gesture::WrongFinger,
        UserAct::Declined => ports::Gesture::Refuse,
    }
}
